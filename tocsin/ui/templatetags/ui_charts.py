"""Charts as tags: each with its text alternative and, where there are numbers, a table of them."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from tocsin.ui import charts, wording

register = template.Library()


def _number(value: int) -> str:
    return wording.number(value, get_language() or "en")


@register.inclusion_tag("ui/_histogram.html")
def histogram(chart: charts.Histogram) -> dict[str, Any]:
    """The storm: bars by severity, markers, and the same as a table for those who cannot see it."""
    zone = timezone.get_current_timezone()
    summary = gettext("Alerts per %(bar)s from %(start)s to %(end)s; the peak is %(peak)s at %(when)s.") % {
        "bar": wording.duration(chart.bar_s),
        "start": f"{chart.starts_at.astimezone(zone):%H:%M:%S}",
        "end": f"{chart.ends_at.astimezone(zone):%H:%M:%S}",
        "peak": _number(chart.peak),
        "when": f"{chart.peak_at.astimezone(zone):%H:%M:%S}",
    }
    peak = gettext("peak %(count)s") % {"count": _number(chart.peak)}
    drawn = charts.histogram_svg(chart, zone=zone, summary=summary, peak_label=peak)
    return {"svg": mark_safe(drawn), "rows": _rows(chart), "markers": chart.markers}  # noqa: S308 - escaped there


def _rows(chart: charts.Histogram) -> list[dict[str, Any]]:
    """Bars with anything in them: quiet ones say nothing in a table."""
    step = (chart.ends_at - chart.starts_at) / len(chart.bars)
    return [
        {"at": chart.starts_at + step * index, "counts": bar, "total": sum(bar)}
        for index, bar in enumerate(chart.bars)
        if any(bar)
    ]


@register.simple_tag
def sparkline(line: charts.Sparkline) -> SafeString:
    """A line without axes."""
    return mark_safe(charts.sparkline_svg(line))  # noqa: S308 - escaped there


@register.inclusion_tag("ui/_topology.html")
def topology(graph: charts.Graph) -> dict[str, Any]:
    """The blast radius; on a phone the drawing gives way to the list of what is hit."""
    names = {node.key: node.label for node in graph.nodes}
    hit = [node for node in graph.nodes if node.key != graph.root and node.mark != "ok"]
    shown = ", ".join(node.label for node in hit[:5])
    summary = ngettext(
        "%(root)s affects %(count)s service: %(names)s.", "%(root)s affects %(count)s services: %(names)s.", len(hit)
    ) % {"root": names.get(graph.root, graph.root), "count": len(hit), "names": shown or "–"}
    svg = mark_safe(charts.topology_svg(graph, summary=summary))  # noqa: S308 - escaped there
    listed = [node for node in graph.nodes if node.key != graph.root]
    return {"svg": svg, "nodes": listed[:8], "beyond": charts.topology.beyond(graph), "rest": max(0, len(listed) - 8)}
