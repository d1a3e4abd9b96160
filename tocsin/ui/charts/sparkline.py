"""A line without axes: whether something rises or calms down."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

HEIGHT = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """Counts at equal steps, oldest first; `label` is what the line says, in words."""

    points: tuple[int, ...]
    label: str


def sparkline_svg(line: Sparkline) -> str:
    """The line over its filled area; a flat line when all is equal."""
    points = line.points or (0,)
    last = max(1, len(points) - 1)
    peak = max(1, *points)
    heights = [round(HEIGHT - 2 - (HEIGHT - 4) * point / peak, 1) for point in points]
    path = " ".join(f"{index} {height:g}" for index, height in enumerate(heights))
    return (
        f'<svg class="spark" viewBox="0 0 {last} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(line.label)}"><path class="area" d="M0 {HEIGHT} L{path} {last} {HEIGHT}z"/>'
        f'<path d="M{path}"/></svg>'
    )
