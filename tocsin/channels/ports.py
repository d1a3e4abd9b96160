"""What channels ask upward, and what an adapter must offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from tocsin.channels.rules import AddressField, Capability, Outgoing, Receipt
from tocsin.core.config import Config
from tocsin.core.keyring import Keyring
from tocsin.core.refs import Ref


class ChannelError(Exception):
    """A message could not be handed over.

    `permanent`: trying again will not help. `uncertain`: the provider may have taken it (the answer was lost).
    """

    def __init__(self, message: str, *, permanent: bool = False, uncertain: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.uncertain = uncertain


@dataclass(frozen=True, slots=True)
class Setup:
    """What an adapter may use of the installation."""

    config: Config
    keyring: Keyring


class Channel(Protocol):
    """One way to reach a person. Adapters are stateless and safe to use from several threads."""

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def field(self) -> AddressField: ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def parse_address(self, text: str) -> str:
        """The address in its one true spelling; raises InvalidInput that says what is wrong."""
        ...

    def trouble(self, setup: Setup) -> str:
        """Why this installation cannot use the channel, in the reader's language, or "" when it can."""
        ...

    def send(self, outgoing: Outgoing, setup: Setup) -> Receipt:
        """Hand the message over within 10 seconds, or raise ChannelError. No database here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whether a message is still wanted, and why (a word such as "acknowledged")."""

    wanted: bool
    reason: str


class StillWanted(Protocol):
    """Asked just before sending, for the records of one Ref kind: does this person still want this message?"""

    def __call__(self, about: UUID, person: UUID) -> Wanted: ...


_still_wanted: dict[str, StillWanted] = {}


def plug_still_wanted(answers: Mapping[str, StillWanted]) -> None:
    """Called once by `main.wiring`: who answers for which kind of Ref."""
    _still_wanted.clear()
    _still_wanted.update(answers)


def still_wanted(about: Ref, person: UUID) -> Wanted:
    """The answer of the room that owns `about`; a message nobody answers for is wanted."""
    ask = _still_wanted.get(about.kind)
    return ask(about.id, person) if ask else Wanted(wanted=True, reason="nobody_objects")
