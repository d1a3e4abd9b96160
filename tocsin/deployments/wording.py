"""The words of this room's facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext

from tocsin.deployments.facts import ChangeRecorded
from tocsin.journal.facts import Stored


def _recorded(fact: Stored) -> str:
    if fact.data["service"]:
        return gettext("Change of %(service)s: %(summary)s.") % fact.data
    return gettext("Change: %(summary)s.") % fact.data


FACTS: Mapping[str, Callable[[Stored], str]] = {ChangeRecorded.kind: _recorded}
"""What each kind of fact says, without who did it."""
