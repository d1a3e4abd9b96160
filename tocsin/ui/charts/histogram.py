"""The storm: alerts per bar of time, stacked by severity, with markers for what happened meanwhile.

Places along the time axis are percentages, so the chart follows the width of its card while its text keeps its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from html import escape

from tocsin.ui.charts.svg import SEVERITIES, short, text

MARKER_ROW_PX = 18
PLOT_PX = 118
SCALE = 1000  # the plot's own vertical units; bars are whole numbers of them
SMALLEST = 9  # a bar of one alert still shows
TICK_STEPS_S = (5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
MOST_TICKS = 8
CHARACTER_PX = 7.2
NARROW_PX, WIDE_PX = 330, 760  # the card on a phone (labels without their detail) and on a desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Something that happened at `at`: a change, the incident's opening, a page. `dashed` sets our own acts apart."""

    at: datetime
    label: str
    detail: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Bars of `bar_s` seconds from `starts_at` on; each bar counts (critical, high, medium, low, info)."""

    starts_at: datetime
    bar_s: int
    bars: tuple[tuple[int, int, int, int, int], ...]
    markers: tuple[Marker, ...] = ()

    def __post_init__(self) -> None:
        if self.bar_s <= 0 or not self.bars:
            raise ValueError("a histogram has at least one bar of at least one second")

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(seconds=self.bar_s * len(self.bars))

    @property
    def peak(self) -> int:
        return max(sum(bar) for bar in self.bars)

    @property
    def peak_at(self) -> datetime:
        totals = [sum(bar) for bar in self.bars]
        return self.starts_at + timedelta(seconds=self.bar_s * totals.index(max(totals)))

    def percent(self, moment: datetime) -> float:
        """Where the moment lies along the axis, kept inside it."""
        share = (moment - self.starts_at).total_seconds() / (self.bar_s * len(self.bars))
        return min(100.0, max(0.0, share * 100))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    marker: Marker
    percent: float
    row: int
    leftwards: bool


def _heights(bar: Sequence[int], peak: int) -> list[int]:
    """Heights from critical to info in the plot's units; what is there at all is at least visible."""
    total = sum(bar)
    whole = max(SMALLEST, round(SCALE * total / peak)) if total else 0
    return [round(whole * count / total) if total else 0 for count in bar]


def _bars(chart: Histogram) -> str:
    """One path a severity: 80 bars of 5 colours are 5 elements, not 400."""
    paths: dict[str, list[str]] = {severity: [] for severity in SEVERITIES}
    edges: list[str] = []
    peak = max(1, chart.peak)
    for index, bar in enumerate(chart.bars):
        y = SCALE
        top = ""
        for severity, height in reversed(list(zip(SEVERITIES, _heights(bar, peak), strict=True))):
            if height == 0:
                continue
            y -= height
            paths[severity].append(f"M{index}.07 {y}h.86v{height}h-.86z")
            top = severity
        if top == "s3":  # yellow on white is faint: where it ends the bar, it gets an edge
            edges.append(f"M{index}.07 {y}h.86")
    drawn = "".join(f'<path class="{severity}" d="{"".join(d)}"/>' for severity, d in paths.items() if d)
    return drawn + (f'<path class="edge-s3" d="{"".join(edges)}"/>' if edges else "")


def _place(chart: Histogram) -> list[_Placed]:
    """Give each marker's label a side and a row where it neither leaves the chart nor meets another."""
    taken: list[tuple[int, float, float]] = []
    placed = []
    for marker in sorted(chart.markers, key=lambda marker: marker.at):
        at = chart.percent(marker.at)
        narrow = len(marker.label) * CHARACTER_PX / NARROW_PX
        wide = (len(marker.label) + len(marker.detail) + 1) * CHARACTER_PX / WIDE_PX
        width = 100 * max(narrow, wide) + 3
        row, leftwards = _free_side(at, width, taken)
        taken.append((row, at - width, at) if leftwards else (row, at, at + width))
        placed.append(_Placed(marker=marker, percent=at, row=row, leftwards=leftwards))
    return placed


def _free_side(at: float, width: float, taken: list[tuple[int, float, float]]) -> tuple[int, bool]:
    for row in range(len(taken) + 1):
        for leftwards in (True, False):
            left, right = (at - width, at) if leftwards else (at, at + width)
            inside = left >= 0 and right <= 100
            if inside and not any(r == row and left < end and start < right for r, start, end in taken):
                return row, leftwards
    return len(taken), at > 50


def _marker(placed: _Placed, bottom: int) -> str:
    y = placed.row * MARKER_ROW_PX
    css = "marker dashed" if placed.marker.dashed else "marker"
    x, anchor = (-7, "end") if placed.leftwards else (7, "start")
    detail = f' <tspan class="wide">{escape(placed.marker.detail)}</tspan>' if placed.marker.detail else ""
    label = f'<tspan class="strong">{escape(placed.marker.label)}</tspan>{detail}'
    return (
        f'<svg x="{short(placed.percent)}%" overflow="visible">'
        f'<line class="{css}" x1="0" x2="0" y1="{y}" y2="{bottom}"/>'
        f'<text x="{x}" y="{y + 13}" text-anchor="{anchor}">{label}</text></svg>'
    )


def ticks(chart: Histogram, zone: tzinfo) -> list[tuple[float, str]]:
    """(percent, time of day) at round times, at most eight of them."""
    span_s = chart.bar_s * len(chart.bars)
    step_s = next((step for step in TICK_STEPS_S if span_s / step <= MOST_TICKS), 86400)
    local = chart.starts_at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    since = (local - midnight).total_seconds()
    first = midnight + timedelta(seconds=-(-since // step_s) * step_s)
    moments = [first + timedelta(seconds=step_s * n) for n in range(MOST_TICKS + 1)]
    form = "%d.%m" if step_s >= 86400 else "%H:%M" if step_s >= 60 else "%H:%M:%S"
    return [(chart.percent(m), m.strftime(form)) for m in moments if m < chart.ends_at]


def _axis(chart: Histogram, zone: tzinfo, baseline: int) -> str:
    parts = [f'<line class="axis" x1="0" x2="100%" y1="{baseline}" y2="{baseline}"/>']
    for index, (percent, label) in enumerate(ticks(chart, zone)):
        x = f"{short(percent)}%"
        parts.append(f'<line class="axis" x1="{x}" x2="{x}" y1="{baseline}" y2="{baseline + 4}"/>')
        anchor = "start" if percent < 3 else "end" if percent > 97 else "middle"
        parts.append(text(label, x=x, y=baseline + 19, css="wide" if index % 2 else "", anchor=anchor))
    return "".join(parts)


def histogram_svg(chart: Histogram, *, zone: tzinfo, summary: str, peak_label: str) -> str:
    """The chart as one <svg>. `summary` is its text alternative; `peak_label` stands over the highest bar."""
    placed = _place(chart)
    rows = max((mark.row for mark in placed), default=-1) + 1
    top = rows * MARKER_ROW_PX + 22
    baseline = top + PLOT_PX
    peak_at = chart.percent(chart.peak_at + timedelta(seconds=chart.bar_s / 2))
    anchor = "start" if peak_at < 8 else "end" if peak_at > 92 else "middle"
    return (
        f'<svg width="100%" height="{baseline + 24}" role="img" aria-label="{escape(summary)}">'
        f'<svg y="{top}" width="100%" height="{PLOT_PX}" viewBox="0 0 {len(chart.bars)} {SCALE}" '
        f'preserveAspectRatio="none">{_bars(chart)}</svg>'
        f"{_axis(chart, zone, baseline)}"
        f"{''.join(_marker(mark, baseline) for mark in placed)}"
        f"{text(peak_label, x=f'{short(peak_at)}%', y=top - 6, anchor=anchor) if chart.peak else ''}"
        "</svg>"
    )
