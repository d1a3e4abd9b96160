"""What a kind of sender tells of itself, and what a source does with a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request, Response
from tocsin.alerts.intake.limits import ALERTS, Refusal

T = TypeVar("T")


def gettext_noop(text: str) -> str:
    """Marks English text that is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One thing to copy into a sender.

    `text` may hold $url, $scheme, $host (the address without its scheme), $token and $secret. `title` and `hint`
    are English and marked for translation; `hint` may be the name of a file or program.
    """

    title: str
    text: str
    hint: str = ""


class Kind(Protocol):
    """A kind of integration: how people choose it and what they copy, the quickest first.

    It may have `options`, a sequence of `options.Option`: what people may set for one integration.
    """

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def guides(self) -> Sequence[Guide]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a source may know of the integration a request comes from.

    `secrets`: what a signature may have been made with: what people gave, then what was made here, newest first.
    `options`: what people have set for this integration.
    """

    secrets: Sequence[str] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The events of a request, and what is wrong with the alerts that are not among them.

    `keys`: one for each event, by which a repeated delivery of it is known; none: the Idempotency-Key of the request.
    `answer` stands for the usual 202 where the sender wants another; it is given only once the events are stored.
    """

    events: tuple[NewEvent, ...] = ()
    refused: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    answer: Response | None = None


@runtime_checkable
class Source(Kind, Protocol):
    """A kind of sender that posts to `/in/<kind>`."""

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The events of a request. Refusal: nothing in it can be taken; Forbidden: its signature is wrong."""
        ...


def each(parts: Sequence[T], event: Callable[[T], NewEvent]) -> Decoded:
    """The event of every part that has one: a bad one is named by its number and does not sink its neighbours."""
    if len(parts) > ALERTS:
        raise Refusal(f"more than {ALERTS} alerts in one request")
    events: list[NewEvent] = []
    refused: list[str] = []
    for number, part in enumerate(parts, 1):
        try:
            events.append(event(part))
        except Refusal as refusal:
            refused.append(f"alert {number}: {refusal}")
        except RecursionError:
            refused.append(f"alert {number}: it is nested too deeply")
    return Decoded(events=tuple(events), refused=tuple(refused))


@runtime_checkable
class Asking(Protocol):
    """A source that has to ask its sender something before a request may be decoded."""

    def ask(self, request: Request, setup: Setup) -> None:
        """Runs in a thread of its own, with the network. Refusal and Forbidden as in `decode`; Unavailable: what was
        asked did not answer, so the sender shall try again."""
        ...


class Forbidden(Exception):
    """The request is not from whom it says: a signature is missing or wrong. The text says which."""
