"""The words of this room's facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext

from tocsin.items import facts
from tocsin.journal.facts import Stored


def _project(fact: Stored) -> str:
    if fact.data["created"]:
        return gettext("Project %(key)s added.") % fact.data
    return gettext("Project %(key)s changed.") % fact.data


def _edited(fact: Stored) -> str:
    params = {"key": fact.data["key"], "fields": ", ".join(fact.data["changed"])}
    return gettext("%(key)s changed: %(fields)s.") % params


def _assigned(fact: Stored) -> str:
    if not fact.data["after"]:
        return gettext("%(key)s is assigned to nobody any more.") % fact.data
    return gettext("%(key)s assigned.") % fact.data


def _handed_over(fact: Stored) -> str:
    if not fact.data["after"]:
        return gettext("%(key)s belongs to no team any more.") % fact.data
    return gettext("%(key)s handed over to team %(after)s.") % fact.data


FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.ProjectSaved.kind: _project,
    facts.ItemCreated.kind: lambda fact: gettext("%(key)s opened.") % fact.data,
    facts.ItemEdited.kind: _edited,
    facts.ItemMoved.kind: lambda fact: gettext("%(key)s moved from “%(before)s” to “%(after)s”.") % fact.data,
    facts.ItemAssigned.kind: _assigned,
    facts.ItemHandedOver.kind: _handed_over,
    facts.ItemCommented.kind: lambda fact: gettext("Comment on %(key)s.") % fact.data,
    facts.ItemLinked.kind: lambda fact: gettext("%(key)s linked.") % fact.data,
    facts.ItemUnlinked.kind: lambda fact: gettext("A link of %(key)s removed.") % fact.data,
}
"""What each kind of fact says, without who did it."""
