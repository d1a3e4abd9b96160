"""The words of main's facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext

from tocsin.journal.facts import Stored
from tocsin.main import facts

FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.ReactionRetried.kind: lambda fact: (
        gettext("The reaction %(reaction)s, given up, got another try.") % fact.data
    ),
}
