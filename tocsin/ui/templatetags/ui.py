"""The component tags, built in to every template: marks, times and numbers here; the rest is added from below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import get_language, gettext, pgettext

from tocsin.ui import assets, icons, wording
from tocsin.ui.context import moment_of
from tocsin.ui.templatetags import ui_blocks, ui_charts

register = template.Library()
register.tags.update(ui_blocks.register.tags)
register.tags.update(ui_charts.register.tags)


def _language() -> str:
    return get_language() or "en"


# Numbers


@register.filter
def number(value: int | None) -> str:
    """25000 -> "25,000" (English), "25 000" (Polish); nothing is a dash."""
    return "–" if value is None else wording.number(int(value), _language())


@register.filter
def compact(value: int) -> str:
    """1500 -> "1.5k", for badges."""
    return wording.compact_number(int(value), _language())


@register.filter
def duration(seconds: float | None) -> str:
    """72 -> "1 min 12 s"; nothing is a dash."""
    return "–" if seconds is None else wording.duration(float(seconds))


# Times


def _time(moment: datetime, words: str, attributes: str = "") -> SafeString:
    zone = timezone.get_current_timezone()
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        moment.isoformat(),
        wording.exact(moment, zone),
        format_html(" {}", attributes) if attributes else "",
        words,
    )


@register.simple_tag(takes_context=True)
def clock(context: template.Context, moment: datetime | None) -> SafeString | str:
    """The time to the second, with the date unless it is today; the title says the whole truth."""
    if moment is None:
        return "–"
    return _time(moment, wording.clock(moment, moment_of(context), timezone.get_current_timezone()))


@register.simple_tag(takes_context=True)
def ago(context: template.Context, moment: datetime | None) -> SafeString | str:
    """ "5 min ago", kept true by the scripts; the title has the exact time."""
    if moment is None:
        return "–"
    return _time(moment, wording.ago((moment_of(context) - moment).total_seconds()), "data-relative")


@register.simple_tag(takes_context=True)
def running(context: template.Context, since: datetime, until: datetime | None = None) -> SafeString:
    """A clock that runs since then ("00:06:18"), or stands still when the end is known."""
    if until is not None:
        return format_html("<b>{}</b>", wording.running((until - since).total_seconds()))
    words = wording.running((moment_of(context) - since).total_seconds())
    return format_html('<b data-running-since="{}">{}</b>', since.isoformat(), words)


@register.simple_tag(takes_context=True)
def countdown(context: template.Context, until: datetime, announce: bool = False) -> SafeString:
    """What is left until then ("3:41"); with `announce` it is spoken at 60 and 15 seconds."""
    words = wording.countdown((until - moment_of(context)).total_seconds())
    spoken = format_html(" {}", "data-announce") if announce else ""
    return format_html('<b class="countdown" data-until="{}"{}>{}</b>', until.isoformat(), spoken, words)


# Marks


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon, silent to screen readers."""
    return icons.icon(name)


@register.simple_tag
def glyph(kind: int | str) -> SafeString:
    """The shape of a severity (1-5) or "ok"."""
    return icons.glyph(kind if isinstance(kind, str) else f"s{int(kind)}")


@register.simple_tag
def brand_mark() -> SafeString:
    """Tocsin's mark."""
    return icons.brand_mark()


def severity_word(level: int) -> str:
    """The reader's word for a severity."""
    return {
        1: pgettext("severity", "Critical"),
        2: pgettext("severity", "High"),
        3: pgettext("severity", "Medium"),
        4: pgettext("severity", "Low"),
        5: pgettext("severity", "Info"),
    }[int(level)]


@register.simple_tag
def severity(level: int) -> SafeString:
    """The solid chip of an incident: shape and "SEV 1"."""
    kind = f"s{int(level)}"
    name = gettext("SEV %(level)s") % {"level": int(level)}
    word = severity_word(level)
    return format_html('<span class="severity {}" title="{}">{}{}</span>', kind, word, icons.glyph(kind), name)


@register.simple_tag
def severity_mark(level: int) -> SafeString:
    """The quiet form for lists: shape and word."""
    return format_html('<span class="mark">{}{}</span>', icons.glyph(f"s{int(level)}"), severity_word(level))


@register.simple_tag
def status(label: str, tone: str = "") -> SafeString:
    """The outlined chip of a state; tone is "", "ok", "bad" or "quiet"."""
    return format_html('<span class="status {}">{}</span>', tone, label)


@register.simple_tag
def id_link(key: str, url: str = "") -> SafeString:
    """INC-12, in the type for identifiers, never broken over two lines."""
    if url:
        return format_html('<a class="id" href="{}">{}</a>', url, key)
    return format_html('<span class="id">{}</span>', key)


def initials(name: str) -> str:
    """ "Anna Nowak" -> "AN"."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words if len(words) < 2 else [words[0], words[-1]])).upper() or "?"


@register.simple_tag
def avatar(name: str) -> SafeString:
    """Initials in a circle; the name itself must stand beside it."""
    return format_html('<span class="avatar" aria-hidden="true">{}</span>', initials(name))


@register.simple_tag
def person(name: str) -> SafeString:
    """Avatar and name."""
    return format_html('<span class="person">{}{}</span>', avatar(name), name)


# Files and live fragments


@register.simple_tag
def stylesheet(name: str) -> SafeString:
    """The link to a built style sheet, by its source name ("app.css")."""
    return format_html('<link rel="stylesheet" href="{}">', assets.asset(name).url)


@register.simple_tag
def script(name: str) -> SafeString:
    """A built module and the chunks it needs, by its source name ("app.ts")."""
    built = assets.asset(name)
    chunks = format_html_join("", '<link rel="modulepreload" href="{}">', ((url,) for url in built.preload))
    return format_html('{}<script type="module" src="{}"></script>', chunks, built.url)


@register.simple_tag
def live(topics: str, url: str, gap_ms: int = 0) -> SafeString:
    """Attributes that keep an element fresh: on a change of a topic it is fetched again from `url` and morphed.

    Several topics are separated by spaces. The answer must be this very element again. `gap_ms` asks for fewer
    refreshes than the two a second that a page allows itself.
    """
    slower = format_html(' data-live-gap-ms="{}"', gap_ms) if gap_ms else ""
    return format_html(
        'data-live-topic="{}" hx-get="{}" hx-trigger="live:refresh" hx-swap="outerMorph"{}', topics, url, slower
    )


@register.simple_tag
def act(*names: object) -> SafeString:
    """Attributes of a form whose button does something (a view under `tocsin.ui.acts.act`).

    `names` tell the form from all others on the screen. By them a refresh knows it again: a button that has the focus
    must never turn into another one under the finger.
    """
    return format_html(
        'id="act-{}" data-act hx-sync="this:drop" hx-boost="target:#main select:#main swap:outerMorph push:false"',
        slugify("-".join(map(str, names))),
    )


@register.simple_tag(takes_context=True)
def current(context: template.Context, url: str) -> SafeString | str:
    """aria-current="page" when the reader is on the part of the site that this link leads to."""
    shell: Any = context.get("shell")
    return format_html(' aria-current="{}"', "page") if shell and shell.current_url == url else ""
