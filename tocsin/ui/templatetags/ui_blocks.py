"""Components with content of their own (`{% card %}`...`{% endcard %}`) or a value from `tocsin.ui.components`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from tocsin.ui import components as c
from tocsin.ui import icons
from tocsin.ui.context import moment_of

register = template.Library()
MESSAGE_TONES = {"success": "ok", "info": "", "debug": "", "warning": "warn", "error": "bad"}


@register.simple_block_tag
def card(content: str, title: str = "", hint: str = "", css: str = "", anchor: str = "") -> SafeString:
    """A section on its own ground. `css` "first" puts it on top on a phone; "flush" takes the padding away."""
    head = ""
    if title:
        said = format_html('<p class="hint">{}</p>', hint) if hint else ""
        head = format_html("<header><h2>{}</h2>{}</header>", title, said)
    named = format_html(' id="{}"', anchor) if anchor else ""
    return format_html('<section class="card {}"{}>{}{}</section>', css, named, head, content)


@register.simple_block_tag
def empty(content: str, title: str, symbol: str = "check") -> SafeString:
    """Nothing here: why, and what to do. The content is the sentence and its buttons."""
    return format_html('<div class="empty">{}<h2>{}</h2>{}</div>', icons.icon(symbol), title, content)


@register.simple_block_tag
def notice(content: str, tone: str = "") -> SafeString:
    """A line across the screen; tone is "", "ok", "warn", "bad" or the level of a Django message."""
    shown = MESSAGE_TONES.get(tone, tone)
    symbol = {"ok": "check", "warn": "warning", "bad": "warning"}.get(shown, "help")
    return format_html('<div class="notice {}" role="status">{}{}</div>', shown, icons.icon(symbol), content)


@register.simple_block_tag
def code(content: str, anchor: str) -> SafeString:
    """Text to copy whole, such as a curl command; `anchor` must be unique on the screen."""
    return format_html(
        '<div class="code"><pre id="{0}" tabindex="0">{1}</pre>'
        '<button class="btn btn-small needs-script" type="button" data-copy="#{0}">{2}</button></div>',
        anchor,
        mark_safe(content.strip()),  # noqa: S308 - rendered, so escaped already; strip() forgets that
        gettext("Copy"),
    )


@register.inclusion_tag("ui/_strip.html")
def strip(value: c.Strip) -> dict[str, Any]:
    """Stations in a row, such as the loop an incident goes through."""
    return {"strip": value}


@register.inclusion_tag("ui/_strip.html", takes_context=True)
def clock_strip(context: template.Context, stamps: c.Stamps, goal_s: int = 180) -> dict[str, Any]:
    """The 3-minute clock of an incident."""
    now = moment_of(context)
    return {"strip": c.clock_strip(stamps, now, timedelta(seconds=goal_s))}


@register.inclusion_tag("ui/_ledger.html")
def ledger(value: c.Ledger, caption: str = "") -> dict[str, Any]:
    """Where every alert went, with the sum."""
    rows = [{"row": row, "width": f"{value.width(row)}%"} for row in value.rows]
    return {"ledger": value, "rows": rows, "caption": caption}


@register.inclusion_tag("ui/_funnel.html")
def funnel(value: c.Funnel) -> dict[str, Any]:
    """Alerts, groups, incident."""
    return {"funnel": value}


@register.inclusion_tag("ui/_timeline.html", takes_context=True)
def timeline(context: template.Context, entries: Sequence[c.Entry]) -> dict[str, Any]:
    """What happened, newest first."""
    return {"entries": entries, **_moment(context)}


@register.inclusion_tag("ui/_ladder.html", takes_context=True)
def ladder(context: template.Context, rungs: Sequence[c.Rung]) -> dict[str, Any]:
    """Who was called, who answered, who is next."""
    return {"rungs": rungs, **_moment(context)}


@register.inclusion_tag("ui/_evidence.html")
def evidence(reasons: Sequence[c.Evidence]) -> dict[str, Any]:
    """The reasons for a cause, and those against it."""
    return {"reasons": reasons}


@register.inclusion_tag("ui/_cause.html", takes_context=True)
def cause(context: template.Context, value: c.Cause, drawing: SafeString | str = "") -> dict[str, Any]:
    """The probable cause: its reasons, two buttons, and the blast radius drawn beside them."""
    return {"cause": value, "drawing": drawing, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/_ack.html", takes_context=True)
def ack_band(context: template.Context, band: c.AckBand) -> dict[str, Any]:
    """You are paged: acknowledge or pass it on. On a phone it sits above the tabs, under the thumb."""
    return {"band": band, "csrf_token": context.get("csrf_token"), **_moment(context)}


@register.inclusion_tag("ui/_pairs.html")
def pairs(lines: Sequence[c.Pair]) -> dict[str, Any]:
    """A key-value list."""
    return {"lines": lines}


@register.inclusion_tag("ui/_field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A form's field with its label, hint and error, tied together for screen readers."""
    return {"field": bound}


def _moment(context: template.Context) -> dict[str, Any]:
    return {"now": context["now"]} if "now" in context else {}
