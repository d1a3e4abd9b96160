"""What items ask upward: which types there are, and whether a gate holds a transition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tocsin.core.errors import InvalidInput
from tocsin.items.rules import ItemType, Snapshot, Verdict


class Gate(Protocol):
    """Asked inside the transaction of a transition; reads the database only. A refusal carries its reason."""

    def __call__(self, item: Snapshot, transition: str) -> Verdict: ...


_types: dict[str, ItemType] = {}
_gates: list[Gate] = []


def plug_types(types: Iterable[ItemType]) -> None:
    """Called once by `main.wiring`: every type of item this installation knows."""
    _types.clear()
    _types.update({each.key: each for each in types})


def plug_gates(gates: Iterable[Gate]) -> None:
    """Called once by `main.wiring`: who may hold a transition."""
    _gates[:] = gates


def item_type(key: str) -> ItemType:
    """The type of that key; InvalidInput names those there are."""
    if key not in _types:
        raise InvalidInput(
            "There is no item type “{key}”. Known: {known}.", key=key, known=", ".join(sorted(_types)) or "none"
        )
    return _types[key]


def ask_gates(item: Snapshot, transition: str) -> Verdict:
    """The first refusal of any gate, else leave to go on."""
    for gate in _gates:
        verdict = gate(item, transition)
        if not verdict.allowed:
            return verdict
    return Verdict(allowed=True)
