"""What the journal asks upward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Author(Protocol):
    """Whoever a fact is written by; `accounts.rules.Actor` is one."""

    @property
    def kind(self) -> str: ...

    @property
    def id(self) -> str: ...

    @property
    def label(self) -> str: ...


_reactions: dict[str, tuple[str, ...]] = {}


def plug_reactions(reactions: Mapping[str, tuple[str, ...]]) -> None:
    """Called once by `main.wiring`: which queue kinds follow which kind of fact."""
    _reactions.clear()
    _reactions.update(reactions)


def reactions_to(kind: str) -> tuple[str, ...]:
    """The queue kinds that react to a kind of fact."""
    return _reactions.get(kind, ())
