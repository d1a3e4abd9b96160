"""The words of policies, of a page's state, and of this room's facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from tocsin.journal.facts import Stored
from tocsin.paging import facts
from tocsin.paging.rules import StopReason, Why
from tocsin.ui.wording import duration


def after_words(after_s: int) -> str:
    """When a step is taken, if nobody has answered."""
    if after_s == 0:
        return gettext("At once")
    return gettext("After %(time)s without an answer") % {"time": duration(after_s)}


def repeat_words(repeat: int) -> str:
    """What follows the last step."""
    if repeat == 0:
        return gettext("If still nobody answers, the team's lead and the administrators are paged every half hour.")
    again = ngettext(
        "If still nobody answers, all of it once more; then the team's lead and the administrators, every half hour.",
        "If still nobody answers, all of it %(n)s more times; then the team's lead and the administrators, every half"
        " hour.",
        repeat,
    )
    return again % {"n": repeat}


def stop_words(reason: str) -> str:
    """Why nobody needs to answer any more."""
    return {
        StopReason.RESOLVED: gettext("It is resolved."),
        StopReason.MOVED: gettext("Another team was paged, because the cause is theirs."),
        StopReason.MERGED: gettext("It turned out to be part of another incident."),
        StopReason.REPEATED: gettext("Its team was paged anew."),
        StopReason.WITHDRAWN: gettext("It was withdrawn."),
    }.get(StopReason(reason), "")


def via_words(via: str) -> str:
    """By what means somebody answered."""
    return {
        "screen": pgettext("answered by", "on the screen"),
        "link": pgettext("answered by", "by the link"),
        "api": pgettext("answered by", "by the API"),
        "alert": pgettext("answered by", "by the alert"),
        "incident": pgettext("answered by", "by the incident"),
        "cli": pgettext("answered by", "by the command line"),
    }.get(via, via)


def why_words(why: str, params: Mapping[str, Any]) -> str:
    """Why somebody was chosen to be woken."""
    rotation = {"rotation": params.get("rotation_name", "")}
    return {
        Why.ON_CALL: gettext("on call, %(rotation)s") % rotation,
        Why.OVERRIDE: gettext("stands in, %(rotation)s") % rotation,
        Why.NAMED: gettext("named in the policy"),
        Why.ASKED_FOR: gettext("asked for by name"),
        Why.TEAM_LEAD: gettext("leads the team"),
        Why.ADMINISTRATOR: gettext("administrator: nobody else could be reached, or answered"),
        Why.NO_CONTACT: gettext("cannot be reached"),
    }.get(Why(why), "")


def _policy(fact: Stored) -> str:
    params = {"key": fact.data["key"], "fields": ", ".join(fact.data["changed"])}
    if fact.data["created"]:
        return gettext("Policy %(key)s added.") % params
    return gettext("Policy %(key)s changed: %(fields)s.") % params


def _step(fact: Stored) -> str:
    people = len(fact.data["chosen"])
    params: dict[str, Any] = {"n": people, "step": fact.data["step"] + 1, "round": fact.data["round"] + 1}
    if not people:
        return gettext("Step %(step)s, round %(round)s: nobody could be paged.") % params
    if names := fact.data.get("chosen_names"):
        return gettext("Paged %(names)s.") % {"names": ", ".join(names)}
    if fact.data["fell_back"]:
        said = ngettext(
            "Step %(step)s, round %(round)s: its own people could not be reached, %(n)s other person paged.",
            "Step %(step)s, round %(round)s: its own people could not be reached, %(n)s other people paged.",
            people,
        )
        return said % params
    said = ngettext(
        "Step %(step)s, round %(round)s: %(n)s person paged.",
        "Step %(step)s, round %(round)s: %(n)s people paged.",
        people,
    )
    return said % params


def _acknowledged(fact: Stored) -> str:
    params = {"via": via_words(fact.data["via"]), "time": duration(fact.data["waited_s"])}
    return gettext("Page acknowledged %(via)s, after %(time)s.") % params


def _exhausted(fact: Stored) -> str:
    rounds = fact.data["rounds"]
    said = ngettext(
        "Nobody answered the page in %(n)s round: the lead and the administrators are called until somebody does.",
        "Nobody answered the page in %(n)s rounds: the lead and the administrators are called until somebody does.",
        rounds,
    )
    return said % {"n": rounds}


def _retold(fact: Stored) -> str:
    people = fact.data["people"]
    return ngettext("%(n)s person told the news.", "%(n)s people told the news.", people) % {"n": people}


FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.PolicySaved.kind: _policy,
    facts.PolicyRemoved.kind: lambda fact: gettext("Policy %(key)s removed.") % fact.data,
    facts.PageOpened.kind: lambda fact: gettext("Page opened to team %(team)s.") % fact.data,
    facts.PageStepTaken.kind: _step,
    facts.PageAcknowledged.kind: _acknowledged,
    facts.PageStopped.kind: lambda fact: gettext("Page stopped. %(why)s") % {"why": stop_words(fact.data["why"])},
    facts.PageExhausted.kind: _exhausted,
    facts.PageRetold.kind: _retold,
    facts.PageHastened.kind: lambda fact: gettext("No message arrived, so what follows does not wait for answers."),
    facts.PageRequeued.kind: lambda fact: gettext("A page had lost its next step; the step was taken at once."),
}
"""What each kind of fact says, without who did it."""
