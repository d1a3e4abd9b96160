"""Maintenance windows: where one stands, and what those in force cover, as silences do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tocsin.alerts.rules.silences import Matchable, Matcher, matches
from tocsin.alerts.rules.states import AsideReason

NAMED_MOST = 1_000
"""How many services, integrations or teams one window may name."""

REASON_MOST = 200
WINDOW_KEY = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
"""What can stand in an address and in the company file."""


class SilenceKind(StrEnum):
    SILENCE = "silence"
    MAINTENANCE = "maintenance"


class WindowState(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"
    """Ended before it began."""


def window_state(
    *, starts_at: datetime, ends_at: datetime | None, ended_at: datetime | None, now: datetime
) -> WindowState:
    """Where a window stands; `ends_at` None: until somebody ends it."""
    if ended_at is not None:
        return WindowState.CANCELLED if ended_at <= starts_at else WindowState.OVER
    if starts_at > now:
        return WindowState.PLANNED
    return WindowState.OVER if ends_at is not None and ends_at <= now else WindowState.RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a window names, by keys. With `dependents`, also all that depends on those services, directly or not; a team
    stands for the services it owns. An alert need only be of one of them; of none of them named: of anything."""

    services: tuple[str, ...] = ()
    dependents: bool = False
    integrations: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.services or self.integrations or self.teams)

    @staticmethod
    def of(stored: Mapping[str, Any]) -> Scope:
        """The scope that `plain` wrote; nothing named where nothing was."""
        return Scope(
            services=tuple(stored.get("services", ())),
            dependents=bool(stored.get("dependents", False)),
            integrations=tuple(stored.get("integrations", ())),
            teams=tuple(stored.get("teams", ())),
        )

    def plain(self) -> dict[str, Any]:
        """What is stored of it; empty where nothing is named."""
        if not self:
            return {}
        return {
            "services": list(self.services),
            "dependents": self.dependents,
            "integrations": list(self.integrations),
            "teams": list(self.teams),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What one silence or window hides, with its scope resolved into services and integrations (keys)."""

    id: int
    reason: AsideReason
    matchers: tuple[Matcher, ...] = ()
    is_scoped: bool = False
    services: frozenset[str] = field(default_factory=frozenset)
    integrations: frozenset[str] = field(default_factory=frozenset)

    def covers(self, alert: Matchable) -> bool:
        """Whether the alert is of something it names, and all matchers match."""
        named = alert.own.get("service") in self.services or alert.own.get("integration") in self.integrations
        return (named or not self.is_scoped) and matches(self.matchers, alert)


def standing_on(services: Sequence[str], edges: Iterable[tuple[str, str]]) -> frozenset[str]:
    """These services and all that depends on them, directly or not; `edges` are (caller, callee)."""
    callers: dict[str, list[str]] = {}
    for caller, callee in edges:
        callers.setdefault(callee, []).append(caller)
    found, ahead = set(services), list(services)
    while ahead:
        new = [caller for caller in callers.get(ahead.pop(), ()) if caller not in found]
        found.update(new)
        ahead += new
    return frozenset(found)
