"""Writing SVG: escaping and short numbers."""

from __future__ import annotations

from html import escape

SEVERITIES = ("s1", "s2", "s3", "s4", "s5")


def short(value: float) -> str:
    """Two decimals at most, no trailing zeros: 24.50 -> "24.5"."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def text(content: str, *, x: float | str, y: float, css: str = "", anchor: str = "") -> str:
    """One <text>; `x` may be a percentage such as "50%"."""
    place = x if isinstance(x, str) else short(x)
    classes = f' class="{css}"' if css else ""
    anchored = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{place}" y="{short(y)}"{classes}{anchored}>{escape(content)}</text>'


def clipped(content: str, limit: int) -> str:
    """At most `limit` characters, the middle left out: both ends of a host's name tell."""
    if len(content) <= limit:
        return content
    head = limit // 2
    return f"{content[:head]}…{content[len(content) - (limit - 1 - head) :]}"
