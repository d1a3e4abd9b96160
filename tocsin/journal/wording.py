"""The words of the journal's own screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from tocsin.ui.components import Pair


def room_word(room: str) -> str:
    """The part of Tocsin a kind of fact belongs to."""
    return {
        "accounts": gettext("People, teams and keys"),
        "alerts": gettext("Alerts"),
        "assets": gettext("Services"),
        "channels": gettext("Messages"),
        "incidents": gettext("Incidents"),
        "items": gettext("Records"),
        "oncall": gettext("On call"),
        "paging": gettext("Pages"),
    }.get(room, room)


def kind_name(kind: str) -> str:
    """ "paging.page_acknowledged" -> "page acknowledged": the name as the reference of facts lists it."""
    return kind.partition(".")[2].replace("_", " ")


def actor_kind_word(kind: str) -> str:
    """What sort of actor wrote a fact."""
    return {
        "person": pgettext("who acted", "person"),
        "key": pgettext("who acted", "key"),
        "engine": pgettext("who acted", "engine"),
        "system": pgettext("who acted", "command line"),
    }.get(kind, kind)


def details(data: Mapping[str, Any]) -> list[Pair]:
    """A fact's parameters one by one; a change stands as before and after."""
    named = {"before": pgettext("value", "Before"), "after": pgettext("value", "After")}
    return [Pair(label=named.get(name, name), value=_shown(value)) for name, value in data.items()]


def _shown(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(_shown(each) for each in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_shown(each)}" for name, each in value.items())
    return str(value)
