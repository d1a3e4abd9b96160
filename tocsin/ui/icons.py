"""Line icons on a 20 x 20 grid, drawn for Tocsin, and the five severity shapes: a colour is never alone."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICONS = {
    "alert": "M5 8a5 5 0 0 1 10 0c0 5 2 6 2 6H3s2-1 2-6M8.5 17a1.7 1.7 0 0 0 3 0",
    "incident": "M10 2c1 3 5 5 5 9.5a5 5 0 0 1-10 0c0-2 1-3 2-4 0 2 1 2.5 1.5 2.5C9.5 8 8.5 5 10 2z",
    "on-call": (
        "M4 3h3l1.5 4-2 1.5a10 10 0 0 0 5 5l1.5-2 4 1.5v3c0 1-.7 1.5-1.5 1.5C8.5 17.5 2.5 11 2.5 4.5 2.5 3.7 3 3 4 3z"
    ),
    "service": "M10 2l7 4v8l-7 4-7-4V6zM3 6l7 4 7-4M10 10v8",
    "journal": "M4 3h12v14H4zM7 7h6M7 10h6M7 13h3",
    "search": "M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zM13.5 13.5 18 18",
    "menu": "M3 5h14M3 10h14M3 15h14",
    "theme": (
        "M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 1v2M10 17v2M1 10h2M17 10h2M3.6 3.6 5 5M15 15l1.4 1.4"
        "M3.6 16.4 5 15M15 5l1.4-1.4"
    ),
    "help": "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM7.7 7.6a2.4 2.4 0 1 1 3.4 2.3c-.8.4-1.1.9-1.1 1.7M10 14.4h.01",
    "check": "M4 10.5 8 14.5 16 5.5",
    "cross": "M5 5l10 10M15 5 5 15",
    "dash": "M4 10h12",
    "more": "M4.5 10h.01M10 10h.01M15.5 10h.01",
    "message": "M3 4h14v9H9l-4 3.5V13H3z",
    "broadcast": "M10 9v8M6.5 12a5 5 0 1 1 7 0M4.5 14.5a8 8 0 1 1 11 0",
    "change": "M4 7h12l-3-3M16 13H4l3 3",
    "deploy": "M4 16l3-1-2-2zM7 13c1-5 4-9 9-10-1 5-5 8-10 9zM12.5 7.5h.01",
    "document": "M5 2h7l4 4v12H5zM8 9h5M8 12h5M8 15h3",
    "person": "M10 3a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM3.5 17c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5",
    "clock": "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM10 5.5V10l3 2",
    "link": "M8.5 11.5l3-3M7 9 4.8 11.2a2.8 2.8 0 0 0 4 4L11 13M9 7l2.2-2.2a2.8 2.8 0 0 1 4 4L13 11",
    "mute": "M5 8a5 5 0 0 1 8-4M15 9c.2 4 2 5 2 5H7M8.5 17a1.7 1.7 0 0 0 3 0M3 3l14 14",
    "key": "M13 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l-7 7M5 15l2 2",
    "warning": "M10 3 18 17H2zM10 8v4M10 14.5h.01",
    "external": "M8 4H4v12h12v-4M11 3h6v6M17 3l-8 8",
    "arrow": "M4 10h12M11 5l5 5-5 5",
}

GLYPHS = {
    "s1": "M4 2h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z",
    "s2": "M10 1.6 19.4 18H.6z",
    "s3": "M10 .8 19.2 10 10 19.2.8 10z",
    "s4": "M10 1a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
    "s5": "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z",
    "ok": ICONS["check"],
}

MARK = "M12 3v18M5 7.5c4 3 10 3 14 0M5 16.5c4-3 10-3 14 0"


def icon(name: str, css: str = "icon") -> SafeString:
    """The icon as inline SVG, silent to screen readers: the words beside it speak."""
    return format_html('<svg class="{}" viewBox="0 0 20 20" aria-hidden="true"><path d="{}"/></svg>', css, ICONS[name])


def glyph(kind: str) -> SafeString:
    """The shape of a severity ("s1" square ... "s5" ring) or "ok"."""
    return format_html(
        '<svg class="glyph {}" viewBox="0 0 20 20" aria-hidden="true"><path d="{}"/></svg>', kind, GLYPHS[kind]
    )


def brand_mark() -> SafeString:
    """Tocsin's mark: a bell seen from above."""
    return mark_safe(f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{MARK}"/></svg>')  # noqa: S308 - a constant
