"""Explicit registries of adapters: one line an adapter, and package entry points for those of others."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Generic, Protocol, TypeVar

from tocsin.core.errors import NotFound


class Adapter(Protocol):
    """What every adapter tells of itself."""

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str: ...


A = TypeVar("A", bound=Adapter)


class Registry(Generic[A]):
    """Adapters by kind; `group` names the entry points ("tocsin.channels") through which others add theirs."""

    def __init__(self, group: str, adapters: tuple[A, ...]) -> None:
        self._group = group
        self._own = {adapter.kind: adapter for adapter in adapters}
        self._all: dict[str, A] | None = None

    def _adapters(self) -> dict[str, A]:
        if self._all is None:
            others = (entry.load() for entry in entry_points(group=self._group))
            self._all = {adapter.kind: adapter for adapter in others} | self._own
        return self._all

    def __iter__(self) -> Iterator[A]:
        return iter(sorted(self._adapters().values(), key=lambda adapter: adapter.kind))

    def __contains__(self, kind: str) -> bool:
        return kind in self._adapters()

    def get(self, kind: str) -> A:
        """The adapter of that kind; NotFound lists those there are."""
        try:
            return self._adapters()[kind]
        except KeyError:
            known = ", ".join(sorted(self._adapters()))
            raise NotFound(
                "There is no {group} adapter “{kind}”. Known: {known}.", group=self._group, kind=kind, known=known
            ) from None
