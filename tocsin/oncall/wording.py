"""The words of rotations, of why somebody is on call, and of this room's facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from tocsin.journal.facts import Stored
from tocsin.oncall import facts
from tocsin.oncall.rules import Reason, ReasonKind, Weekday


def handoff_words(weekday: Weekday, at: time) -> str:
    """ "every Monday at 09:00": a language may bend the day's name, so that each day is a sentence of its own."""
    sentences = {
        Weekday.MONDAY: gettext("every Monday at %(time)s"),
        Weekday.TUESDAY: gettext("every Tuesday at %(time)s"),
        Weekday.WEDNESDAY: gettext("every Wednesday at %(time)s"),
        Weekday.THURSDAY: gettext("every Thursday at %(time)s"),
        Weekday.FRIDAY: gettext("every Friday at %(time)s"),
        Weekday.SATURDAY: gettext("every Saturday at %(time)s"),
        Weekday.SUNDAY: gettext("every Sunday at %(time)s"),
    }
    return sentences[weekday] % {"time": f"{at:%H:%M}"}


def because_words(reason: Reason) -> str:
    """Why this person, or nobody, is on call."""
    return {
        ReasonKind.TURN: gettext("their turn"),
        ReasonKind.OVERRIDE: gettext("stands in"),
        ReasonKind.NOT_STARTED: gettext("the rotation has not begun yet"),
        ReasonKind.NO_PARTICIPANTS: gettext("nobody takes part in the rotation"),
    }[reason.kind]


def moment_words(at: datetime) -> str:
    """ "Mon 2 Mar, 09:00" in the reader's zone: people plan by the day of the week."""
    return date_format(timezone.localtime(at), pgettext("date format, see Django", "D j M, H:i"))


def _rotation(fact: Stored) -> str:
    params = {"key": fact.data["key"], "fields": ", ".join(fact.data["changed"])}
    if fact.data["created"]:
        return gettext("Rotation %(key)s added.") % params
    return gettext("Rotation %(key)s changed: %(fields)s.") % params


def _span(fact: Stored) -> dict[str, str]:
    stamps = {name: moment_words(datetime.fromisoformat(fact.data[name])) for name in ("starts_at", "ends_at")}
    return {"key": fact.data["key"], **stamps}


FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.RotationSaved.kind: _rotation,
    facts.RotationRemoved.kind: lambda fact: gettext("Rotation %(key)s removed.") % fact.data,
    facts.OverrideAdded.kind: lambda fact: (
        gettext("Somebody stands in on %(key)s from %(starts_at)s to %(ends_at)s.") % _span(fact)
    ),
    facts.OverrideRemoved.kind: lambda fact: (
        gettext("Nobody stands in on %(key)s from %(starts_at)s to %(ends_at)s any more.") % _span(fact)
    ),
}
"""What each kind of fact says, without who did it."""
