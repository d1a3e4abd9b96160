"""What the journal asks upward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tocsin.journal.facts import Stored


class Author(Protocol):
    """Whoever a fact is written by; `accounts.rules.Actor` is one."""

    @property
    def kind(self) -> str: ...

    @property
    def id(self) -> str: ...

    @property
    def label(self) -> str: ...


class Readers(Protocol):
    """Who may read the whole journal. A room below knows no people, so it asks."""

    def admit(self, reader: Author) -> None:
        """Raise NotFound unless this reader may."""
        ...

    def by_login(self, login: str | None) -> Author:
        """Who a command reads as; None is whoever has a shell on the server."""
        ...

    def by_user(self, user: Any) -> Author:
        """Who the signed-in user of a screen is."""
        ...


_readers: list[Readers] = []


def plug_readers(readers: Readers) -> None:
    """Called once by `main.wiring`."""
    _readers[:] = [readers]


def readers() -> Readers:
    """The answer that was plugged in. Without one nobody reads."""
    if not _readers:
        raise RuntimeError("Nobody says who may read the journal: main.wiring.plug() has not run.")
    return _readers[0]


_reactions: dict[str, tuple[str, ...]] = {}


def plug_reactions(reactions: Mapping[str, tuple[str, ...]]) -> None:
    """Called once by `main.wiring`: which queue kinds follow which kind of fact."""
    _reactions.clear()
    _reactions.update(reactions)


def reactions_to(kind: str) -> tuple[str, ...]:
    """The queue kinds that react to a kind of fact."""
    return _reactions.get(kind, ())


Wording = Callable[[Stored], str]
"""Says what a fact tells, in the language that is active, and without who did it."""

_wordings: dict[str, Wording] = {}


def plug_wordings(wordings: Mapping[str, Wording]) -> None:
    """Called once by `main.wiring`: the words of every room for its kinds of facts."""
    _wordings.clear()
    _wordings.update(wordings)


def kinds_with_words() -> list[str]:
    """Every kind of fact that can be put into words, by name."""
    return sorted(_wordings)


def sentence(fact: Stored) -> str:
    """What a fact tells, in the reader's words; a kind that nobody words any more is shown by its name."""
    wording = _wordings.get(fact.kind)
    if wording is None:
        return fact.kind.partition(".")[2].replace("_", " ").capitalize() + "."
    return wording(fact)
