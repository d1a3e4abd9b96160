"""The words of main's facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext, ngettext

from tocsin.journal.facts import Stored
from tocsin.main import facts


def _shortened(fact: Stored) -> str:
    told = ngettext(
        "The disk of %(node)s was %(percent)s %% full: the event log of %(day)s was dropped, %(days)s day is left.",
        "The disk of %(node)s was %(percent)s %% full: the event log of %(day)s was dropped, %(days)s days are left.",
        fact.data["days"],
    )
    return told % fact.data


FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.DiskLow.kind: lambda fact: gettext("The disk of %(node)s is nearly full: %(percent)s %%.") % fact.data,
    facts.DiskEased.kind: lambda fact: (
        gettext("The disk of %(node)s has room again: %(percent)s %% are used.") % fact.data
    ),
    facts.EventLogShortened.kind: _shortened,
    facts.ReactionRetried.kind: lambda fact: (
        gettext("The reaction %(reaction)s, given up, got another try.") % fact.data
    ),
}
