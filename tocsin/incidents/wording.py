"""The words of this room's facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext, pgettext

from tocsin.incidents import facts
from tocsin.incidents.rules import CauseState, IncidentState, Origin, Stamp
from tocsin.journal.facts import Stored


def state_word(state: str) -> str:
    """The state of an incident."""
    return {
        IncidentState.TRIGGERED: pgettext("state of an incident", "Nobody has it yet"),
        IncidentState.ACKNOWLEDGED: pgettext("state of an incident", "Acknowledged"),
        IncidentState.FIXING: pgettext("state of an incident", "Being fixed"),
        IncidentState.MONITORING: pgettext("state of an incident", "Being watched"),
        IncidentState.RESOLVED: pgettext("state of an incident", "Resolved"),
    }[IncidentState(state)]


def unanswered_words() -> str:
    """Instead of the state, while all rounds of a page are done and nobody has answered."""
    return pgettext("state of an incident", "Nobody answered")


def stamp_word(stamp: str) -> str:
    """A moment of the three-minute clock."""
    return {
        Stamp.FIRST_ALERT: pgettext("moment of the clock", "First alert"),
        Stamp.CAUSE_NAMED: pgettext("moment of the clock", "Cause named"),
        Stamp.PAGED: pgettext("moment of the clock", "Paged"),
        Stamp.ACKNOWLEDGED: pgettext("moment of the clock", "Acknowledged"),
        Stamp.WORK_BEGUN: pgettext("moment of the clock", "Work begun"),
    }[Stamp(stamp)]


def cause_state_word(state: str) -> str:
    """What people think of the cause."""
    return {
        CauseState.UNKNOWN: pgettext("a cause", "No cause is named yet"),
        CauseState.PROPOSED: pgettext("a cause", "Proposed by Tocsin, nobody has judged it"),
        CauseState.CONFIRMED: pgettext("a cause", "Confirmed"),
        CauseState.REJECTED: pgettext("a cause", "Rejected, and no other is known"),
    }[CauseState(state)]


def _opened(fact: Stored) -> str:
    if fact.data["origin"] == Origin.PERSON:
        return gettext("%(key)s declared.") % fact.data
    return gettext("%(key)s opened; the suspected cause is %(cause)s.") % fact.data


def _reopened(fact: Stored) -> str:
    if fact.data["recurred"]:
        return gettext("%(key)s is back: the failure has returned.") % fact.data
    return gettext("%(key)s reopened.") % fact.data


def _commanded(fact: Stored) -> str:
    if name := fact.data.get("commander_name"):
        return gettext("%(name)s is in command of %(key)s.") % {"name": name, "key": fact.data["key"]}
    return gettext("%(key)s has a commander.") % fact.data


def _cause_named(fact: Stored) -> str:
    if not fact.data["before"]:
        return gettext("The cause is thought to be %(after)s.") % fact.data
    if fact.data["before"] == fact.data["after"]:
        return gettext("%(cause)s confirmed as the cause.") % {"cause": fact.data["after"]}
    return gettext("The cause is now thought to be %(after)s instead of %(before)s.") % fact.data


FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.IncidentOpened.kind: _opened,
    facts.IncidentAcknowledged.kind: lambda fact: gettext("%(key)s acknowledged.") % fact.data,
    facts.IncidentWorkBegun.kind: lambda fact: gettext("Work on %(key)s has begun.") % fact.data,
    facts.IncidentWatched.kind: lambda fact: (
        gettext("%(key)s is being watched: fixed, as far as one can tell.") % fact.data
    ),
    facts.IncidentResolved.kind: lambda fact: gettext("%(key)s resolved.") % fact.data,
    facts.IncidentReopened.kind: _reopened,
    facts.IncidentSeverityChanged.kind: lambda fact: (
        gettext("Severity of %(key)s changed from %(before)s to %(after)s.") % fact.data
    ),
    facts.IncidentCommanded.kind: _commanded,
    facts.IncidentCauseNamed.kind: _cause_named,
    facts.IncidentMerged.kind: lambda fact: gettext("%(key)s is the same trouble as %(into)s.") % fact.data,
    facts.IncidentRequeued.kind: lambda fact: (
        gettext("The call for people had been lost; %(key)s was seen to now.") % fact.data
    ),
    facts.IncidentUnattended.kind: lambda fact: (
        gettext("Nobody could be paged for %(key)s: there is no team.") % fact.data
    ),
}
"""What each kind of fact says, without who did it."""
