"""What each fact of this room says, without who did it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext

from tocsin.gateways import facts
from tocsin.journal.facts import Stored


def _saved(fact: Stored) -> str:
    if fact.data["created"]:
        return gettext("Search “%(name)s” saved.") % fact.data
    return gettext("Search “%(name)s” changed.") % fact.data


FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.SavedSearchSaved.kind: _saved,
    facts.IncidentDescribed.kind: lambda fact: (
        gettext("Declared by another product's client; tags: %(tags)s, details: %(details)s.") % fact.data
    ),
    facts.IncidentDeleted.kind: lambda fact: (
        gettext("%(key)s was deleted by another product's client; here it stays, resolved.") % fact.data
    ),
    facts.SavedSearchRemoved.kind: lambda fact: gettext("Search “%(name)s” removed.") % fact.data,
}
