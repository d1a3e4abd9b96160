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
    facts.SavedSearchRemoved.kind: lambda fact: gettext("Search “%(name)s” removed.") % fact.data,
}
