"""What of the machinery people look after: work that was given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.accounts.queries import require_visible
from tocsin.accounts.rules import ORGANISATION, Actor
from tocsin.core.queue.given_up import given_up


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUpJob:
    """A reaction that was given up `since` then. `attempts`: how often it failed by itself; `last_error` says how."""

    id: int
    kind: str
    created_at: datetime
    since: datetime
    attempts: int
    last_error: str


def given_up_jobs(actor: Actor, *, before_id: int | None = None, limit: int = 100) -> list[GivenUpJob]:
    """Jobs that wait for somebody to give them another try, newest first; NotFound for who does not see all."""
    require_visible(actor, ORGANISATION, "record")
    return [
        GivenUpJob(
            id=job.id,
            kind=job.kind,
            created_at=job.created_at,
            since=job.failed_at,
            attempts=job.attempts,
            last_error=job.last_error,
        )
        for job in given_up(before_id=before_id, limit=limit)
    ]
