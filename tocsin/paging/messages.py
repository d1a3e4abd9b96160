"""The sentences of a page, in the reader's words: what failed, what it touches, since when.

Kinds and params: `rules.SentenceKind`. A sentence never fails to render, for a page without words is still a page:
what is missing is left out, and an unknown kind shows its `title`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.paging.rules import Sentence, SentenceKind

NAMED = 3
"""How many of the touched services are called by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A title for lists and subject lines, and the sentence itself."""

    title: str
    text: str


def render(sentence: Sentence, *, language: str, zone: str) -> Words:
    """The sentence in one reader's language, with times in their zone."""
    with translation.override(language):
        params = _Params(sentence.params, zone)
        write = _WRITERS.get(sentence.kind, _other)
        words = write(params)
    key = params.text("key")
    return Words(title=f"{key} · {words.title}" if key else words.title, text=words.text)


def label_of_answer(language: str) -> str:
    """What the link of a page says it is for."""
    with translation.override(language):
        return _("Acknowledge")


class _Params:
    """Params read with what to say where one is missing or odd."""

    def __init__(self, values: Mapping[str, Any], zone: str) -> None:
        self._values = values
        self._zone = zone

    def text(self, name: str, missing: str = "") -> str:
        return str(self._values.get(name) or missing)

    def names(self, name: str) -> list[str]:
        value = self._values.get(name)
        return [str(each) for each in value] if isinstance(value, list | tuple) else []

    def number(self, name: str) -> int:
        value = self._values.get(name)
        return value if isinstance(value, int) else 0

    def moment(self, name: str) -> str:
        """A time as people of that language write it, in the reader's zone, or "" when there is none."""
        try:
            at = datetime.fromisoformat(self.text(name)).astimezone(ZoneInfo(self._zone))
        except (ValueError, KeyError):
            return ""
        return f"{formats.date_format(at, 'j E, H:i')} {at.tzname() or ''}".strip()


def _cause(params: _Params) -> Words:
    service = params.text("service", _("An unknown service"))
    what = params.text("what", _("is failing"))
    return Words(title=f"{service}: {what}", text=_ended(f"{service}: {what}; {_touches(params)}", params))


def _cause_moved(params: _Params) -> Words:
    words = _cause(params)
    before = params.text("before")
    if not before:
        return words
    note = _("The cause was thought to be %(before)s until now.") % {"before": before}
    return Words(title=words.title, text=f"{words.text} {note}")


def _touches(params: _Params) -> str:
    touched, names = params.number("touched"), params.names("touches")[:NAMED]
    if touched <= 0:
        return _("nothing else is touched so far")
    count = ngettext("it touches %(count)d service", "it touches %(count)d services", touched) % {"count": touched}
    return f"{count} ({_listed(names, touched)})" if names else count


def _listed(names: list[str], touched: int) -> str:
    more = touched - len(names)
    listed = ", ".join(names)
    if more <= 0:
        return listed
    return ngettext("%(names)s and %(more)d more", "%(names)s and %(more)d more", more) % {
        "names": listed,
        "more": more,
    }


def _ended(text: str, params: _Params) -> str:
    since = params.moment("since")
    return _("%(text)s, since %(since)s.") % {"text": text, "since": since} if since else f"{text}."


def _declared(params: _Params) -> Words:
    title = params.text("title", _("An incident"))
    by = params.text("by")
    text = _("%(title)s, declared by %(by)s") % {"title": title, "by": by} if by else title
    return Words(title=title, text=_ended(text, params))


def _asked(params: _Params) -> Words:
    by = params.text("by", _("A colleague"))
    title = _("%(by)s asks for you") % {"by": by}
    text = params.text("text")
    return Words(title=title, text=f"{title}: {text}" if text else f"{title}.")


def _moved_away(params: _Params) -> Words:
    team = params.text("team", _("another team"))
    service = params.text("service", _("another service"))
    title = _("%(team)s has taken over") % {"team": team}
    text = _("The cause is now thought to be %(service)s, so %(team)s was paged; you need do nothing more.")
    return Words(title=title, text=text % {"service": service, "team": team})


def _resolved(params: _Params) -> Words:
    what = params.text("service") or params.text("title", _("The incident"))
    title = _("Resolved: %(what)s") % {"what": what}
    return Words(title=title, text=_("%(what)s is resolved; you need do nothing more.") % {"what": what})


def _merged(params: _Params) -> Words:
    what = params.text("service") or params.text("title", _("The incident"))
    into = params.text("into", _("another incident"))
    title = _("Goes on as %(into)s") % {"into": into}
    text = _("%(what)s turned out to be part of %(into)s: it is not over, but goes on there.")
    return Words(title=title, text=text % {"what": what, "into": into})


def _other(params: _Params) -> Words:
    title = params.text("title", _("Somebody is needed"))
    return Words(title=title, text=_ended(title, params))


_WRITERS: Mapping[str, Callable[[_Params], Words]] = {
    SentenceKind.CAUSE: _cause,
    SentenceKind.CAUSE_MOVED: _cause_moved,
    SentenceKind.DECLARED: _declared,
    SentenceKind.ASKED: _asked,
    SentenceKind.MOVED_AWAY: _moved_away,
    SentenceKind.RESOLVED: _resolved,
    SentenceKind.MERGED: _merged,
}
