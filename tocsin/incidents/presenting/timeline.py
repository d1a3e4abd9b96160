"""The timeline: facts in the reader's words, comments as they were written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from tocsin.accounts.rules import ActorKind
from tocsin.incidents.queries import TimelineEntry
from tocsin.ui import components as c

ICONS: Mapping[str, str] = {
    "alerts": "alert",
    "paging": "on-call",
    "incidents": "incident",
    "items": "message",
}
"""The icon of what the machine did, by the room of the fact."""

LOUD = frozenset({"incidents.incident_opened", "paging.page_exhausted", "incidents.incident_unattended"})


def entries(found: Iterable[TimelineEntry]) -> tuple[c.Entry, ...]:
    """Lines of the timeline, in the order they came."""
    return tuple(_entry(each) for each in found)


def _entry(found: TimelineEntry) -> c.Entry:
    by_person = found.actor_kind == ActorKind.PERSON
    text = found.text
    if found.reason:
        text = gettext("%(what)s Because: %(reason)s") % {"what": text, "reason": found.reason}
    return c.Entry(
        at=found.at,
        text=mark_safe(found.html) if found.html else text,  # noqa: S308 - comments are rendered and cleaned by items
        author=found.actor_label if by_person else "",
        icon=ICONS.get(found.kind.partition(".")[0], "clock"),
        is_loud=found.kind in LOUD,
    )
