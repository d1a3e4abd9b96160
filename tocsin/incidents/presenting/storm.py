"""The storm card: the funnel, the shape over time, and the ledger that adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext

from tocsin.alerts.queries import Bucket, LedgerLine
from tocsin.alerts.rules import Severity
from tocsin.alerts.wording import line_note, line_words
from tocsin.incidents.queries import IncidentRow, StormPart
from tocsin.ui import charts
from tocsin.ui import components as c
from tocsin.ui.wording import duration

IN_SIGHT = frozenset({LedgerLine.EVIDENCE, LedgerLine.OTHER_GROUPS, LedgerLine.UNRELATED})
"""Lines that are still in front of the reader; the others are folded away."""

APART = (LedgerLine.OTHER_GROUPS, LedgerLine.UNRELATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StormView:
    """`hint` says the span of time and how wide a bar is."""

    hint: str
    funnel: c.Funnel
    histogram: charts.Histogram | None
    ledger: c.Ledger


def storm_view(part: StormPart) -> StormView | None:
    """The storm behind an incident; None where a person declared it."""
    if part.group is None or part.ledger is None:
        return None
    group_url = reverse("alerts:group", args=[part.group.id])
    lines = part.ledger.lines
    rows = tuple(
        c.LedgerRow(
            count=lines[line],
            label=line_words(line, part.group.cause.service),
            note=line_note(line),
            url=f"{group_url}?{urlencode({'line': line.value})}#alerts",
            is_open=line in IN_SIGHT,
        )
        for line in sorted(LedgerLine, key=lambda line: (line in APART, -lines[line]))
        if lines[line]
    )
    apart = sum(lines[line] for line in APART)
    return StormView(
        hint=_hint(part.histogram),
        funnel=_funnel(part.ledger.total, part.group.alerts, apart),
        histogram=_histogram(part.head, part.histogram),
        ledger=c.Ledger(total=part.ledger.total, rows=rows),
    )


def _funnel(total: int, alerts: int, apart: int) -> c.Funnel:
    stages = (
        c.FunnelStage(count=total, label=ngettext("alert received", "alerts received", total)),
        c.FunnelStage(count=alerts, label=ngettext("distinct", "distinct", alerts)),
        c.FunnelStage(count=1, label=pgettext("the last stage of the funnel", "incident"), is_loud=True),
    )
    return c.Funnel(
        stages=stages,
        apart=c.FunnelStage(count=apart, label=ngettext("unrelated, kept apart", "unrelated, kept apart", apart)),
    )


def _hint(buckets: Sequence[Bucket]) -> str:
    if not buckets:
        return ""
    zone = timezone.get_current_timezone()
    first, last = buckets[0], buckets[-1]
    return gettext("%(start)s – %(end)s · %(bar)s bars") % {
        "start": f"{first.start.astimezone(zone):%H:%M:%S}",
        "end": f"{(last.start + last.width).astimezone(zone):%H:%M:%S}",
        "bar": duration(first.width.total_seconds()),
    }


def _histogram(head: IncidentRow, buckets: Sequence[Bucket]) -> charts.Histogram | None:
    if not buckets:
        return None
    ends_at = buckets[-1].start + buckets[-1].width
    return charts.Histogram(
        starts_at=buckets[0].start,
        bar_s=int(buckets[0].width.total_seconds()),
        bars=tuple(_bar(bucket) for bucket in buckets),
        markers=tuple(mark for mark in _markers(head) if buckets[0].start <= mark.at <= ends_at),
    )


def _bar(bucket: Bucket) -> tuple[int, int, int, int, int]:
    critical, high, medium, low, info = (bucket.counts.get(severity, 0) for severity in Severity)
    return critical, high, medium, low, info


def _markers(head: IncidentRow) -> list[charts.Marker]:
    """What we did meanwhile, drawn over the alerts."""
    moments = (
        (head.opened_at, gettext("Incident opened")),
        (head.clock.cause_named_at, gettext("Cause named")),
        (head.clock.paged_at, pgettext("on the chart", "Paged")),
    )
    return [charts.Marker(at=at, label=label, detail=_time(at), dashed=True) for at, label in moments if at is not None]


def _time(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M:%S}"
