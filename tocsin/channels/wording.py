"""The words of this room's facts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils import translation
from django.utils.translation import gettext, pgettext

from tocsin.channels import facts
from tocsin.channels.rules import DeliveryState, Message, Reason
from tocsin.journal.facts import Stored
from tocsin.ui.wording import duration


def channel_word(kind: str) -> str:
    """The way a message travels; channels that others ship are shown by their own name."""
    return {
        "email": pgettext("channel", "e-mail"),
        "file": pgettext("channel", "file on the server"),
        "webhook": pgettext("channel", "webhook"),
    }.get(kind, kind)


def reason_words(reason: str) -> str:
    """Why a message is where it is."""
    return {
        Reason.ACCEPTED.value: gettext("it was accepted"),
        Reason.REFUSED.value: gettext("it was refused"),
        Reason.RETRY.value: gettext("it is tried again"),
        Reason.TRIES_USED_UP.value: gettext("all tries are used up"),
        Reason.TOO_LATE.value: gettext("it is too late for it"),
        Reason.NO_ANSWER.value: gettext("there was no answer"),
        Reason.NOT_WANTED.value: gettext("nobody needs it any more"),
        Reason.CONTACT_REMOVED.value: gettext("the contact was removed"),
    }.get(reason, reason.replace("_", " "))


def state_words(state: str) -> str:
    """What a message has come to."""
    return {
        DeliveryState.PENDING.value: pgettext("message", "waiting"),
        DeliveryState.SENDING.value: pgettext("message", "on its way"),
        DeliveryState.SENT.value: pgettext("message", "sent"),
        DeliveryState.FAILED.value: pgettext("message", "failed"),
        DeliveryState.UNKNOWN.value: pgettext("message", "perhaps sent"),
        DeliveryState.DROPPED.value: pgettext("message", "not sent"),
    }.get(state, state)


def test_message(language: str) -> Message:
    """What a test says, in the language of whoever it is sent to."""
    with translation.override(language):
        text = gettext("This is a test: Tocsin can reach you here.")
        return Message(title=gettext("Test message"), text=text, language=language)


def _params(fact: Stored) -> dict[str, str]:
    return {"channel": channel_word(fact.data["channel"]), "why": reason_words(fact.data.get("why", ""))}


def _sent(fact: Stored) -> str:
    params = _params(fact) | {"time": duration(fact.data["waited_s"])}
    return gettext("Message sent by %(channel)s, after %(time)s.") % params


def _failed(fact: Stored) -> str:
    if fact.data["state"] == "unknown":
        return gettext("Message by %(channel)s may not have arrived: %(why)s.") % _params(fact)
    return gettext("Message by %(channel)s did not arrive: %(why)s.") % _params(fact)


FACTS: Mapping[str, Callable[[Stored], str]] = {
    facts.ContactSaved.kind: lambda fact: gettext("Contact by %(channel)s saved.") % _params(fact),
    facts.ContactRemoved.kind: lambda fact: gettext("Contact by %(channel)s removed.") % _params(fact),
    facts.ContactTested.kind: lambda fact: gettext("Test message by %(channel)s asked for.") % _params(fact),
    facts.DeliverySent.kind: _sent,
    facts.DeliveryFailed.kind: _failed,
    facts.DeliveryDropped.kind: lambda fact: gettext("Message by %(channel)s not sent: %(why)s.") % _params(fact),
}
"""What each kind of fact says, without who did it."""
