"""Duties as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from tocsin.oncall.queries import Duty, OnCallNow


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyOut:
    """Who is on call from `since` up to `until`; null: unbounded. `because`: turn, override, not_started, …"""

    login: str | None
    name: str | None
    since: datetime | None
    until: datetime | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallOut:
    """One rotation: the duty that runs and the one that follows (null: nothing changes)."""

    rotation: str
    rotation_name: str
    team: str
    team_name: str
    zone: str
    now: DutyOut
    following: DutyOut | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInOut:
    """Somebody who stands in, and the id to take it back by."""

    id: UUID
    login: str
    starts_at: datetime
    ends_at: datetime


class StandIn(Protocol):
    """What is told of an override."""

    @property
    def uuid(self) -> UUID: ...

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


def stand_in_out(override: StandIn, login: str) -> StandInOut:
    """An override just made, as the API answers it."""
    return StandInOut(id=override.uuid, login=login, starts_at=override.starts_at, ends_at=override.ends_at)


def on_call_out(line: OnCallNow) -> OnCallOut:
    """One line of "on call now"."""
    rotation = line.now.rotation
    return OnCallOut(
        rotation=rotation.key,
        rotation_name=rotation.name,
        team=rotation.team.key,
        team_name=rotation.team.name,
        zone=rotation.zone,
        now=_duty(line.now),
        following=_duty(line.following) if line.following else None,
    )


def _duty(duty: Duty) -> DutyOut:
    return DutyOut(
        login=duty.person.login if duty.person else None,
        name=duty.person.name if duty.person else None,
        since=duty.since,
        until=duty.until,
        because=duty.because.kind,
    )
