"""What a message is, what an adapter tells of itself, and what becomes of a delivery after a try. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID

MAX_TRIES = 8
FIRST_BACKOFF_S = 2
MAX_BACKOFF_S = 120


class MessageKind(StrEnum):
    """A page wants an answer now; an update follows one; a notice can wait."""

    PAGE = "page"
    UPDATE = "update"
    NOTICE = "notice"


class DeliveryState(StrEnum):
    """`unknown`: the provider took the message or not, and cannot be asked; `dropped`: nobody wanted it any more."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


FINAL = frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.DROPPED})


class Priority(IntEnum):
    """Lower goes first. The first page of a lane overtakes every backlog."""

    FIRST_PAGE = 0
    PAGE = 1
    UPDATE = 2
    NOTICE = 3


class Capability(StrEnum):
    """What a channel can do beyond carrying plain text one way."""

    LINKS = "links"
    """The reader can follow a link."""
    REPEATABLE = "repeatable"
    """A repeat carries the same key, so the receiver can tell it from a second message."""
    SIGNED = "signed"
    """Messages are signed with a secret of the contact's own, which its owner gives to the receiver."""


class Reason(StrEnum):
    """Why a delivery is where it is."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"
    TRIES_USED_UP = "tries_used_up"
    TOO_LATE = "too_late"
    NO_ANSWER = "no_answer"
    NOT_WANTED = "not_wanted"
    CONTACT_REMOVED = "contact_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Words for one reader, in their language, and the link on which they can act ("" for none) with its label."""

    title: str
    text: str
    link: str = ""
    label: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressField:
    """How a form asks for the address of a channel."""

    label: str
    help: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message on its way. `key` is the same at every try; `thread` is shared by messages about one subject."""

    key: str
    kind: MessageKind
    address: str
    contact: UUID
    message: Message
    thread: str
    queued_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the provider answered: its own id of the message, and anything worth showing."""

    provider_id: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A try that did not work. `uncertain`: the message may have been taken all the same."""

    permanent: bool
    uncertain: bool
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a delivery becomes after a try, when it is due again (None: never), and why."""

    state: DeliveryState
    due_at: datetime | None
    reason: Reason
    params: Mapping[str, str] = field(default_factory=dict)


def after_try(
    failure: Failure | None,
    *,
    tries: int,
    valid_until: datetime,
    capabilities: frozenset[Capability],
    now: datetime,
) -> Outcome:
    """Decide after the `tries`-th try (from 1). None for `failure` means that the provider took the message."""
    if failure is None:
        return Outcome(state=DeliveryState.SENT, due_at=None, reason=Reason.ACCEPTED)
    params = {"error": failure.error}
    if failure.permanent:
        return Outcome(state=DeliveryState.FAILED, due_at=None, reason=Reason.REFUSED, params=params)
    given_up = DeliveryState.UNKNOWN if failure.uncertain else DeliveryState.FAILED
    if failure.uncertain and Capability.REPEATABLE not in capabilities:
        return Outcome(state=given_up, due_at=None, reason=Reason.NO_ANSWER, params=params)
    if tries >= MAX_TRIES:
        return Outcome(state=given_up, due_at=None, reason=Reason.TRIES_USED_UP, params=params)
    due_at = now + backoff(tries)
    if due_at >= valid_until:
        return Outcome(state=given_up, due_at=None, reason=Reason.TOO_LATE, params=params)
    return Outcome(state=DeliveryState.PENDING, due_at=due_at, reason=Reason.RETRY, params=params)


def backoff(tries: int) -> timedelta:
    """How long to wait after the `tries`-th failed try: 2, 4, 8 … 120 seconds."""
    return timedelta(seconds=min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2 ** (tries - 1)))


def priority_of(kind: MessageKind, *, first_of_its_lane: bool) -> Priority:
    """How urgently to send: the first page of a lane (an incident, an alert) before every other message."""
    if kind is MessageKind.PAGE:
        return Priority.FIRST_PAGE if first_of_its_lane else Priority.PAGE
    return Priority.UPDATE if kind is MessageKind.UPDATE else Priority.NOTICE
