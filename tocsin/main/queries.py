"""What of the machinery people look after: whether it runs, what it is late with, work that was given up."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from tocsin.accounts.queries import require_visible
from tocsin.accounts.rules import ORGANISATION, Actor
from tocsin.alerts.queries import Late, late_alerts
from tocsin.alerts.queries.deliveries import waiting, waiting_since
from tocsin.core import clock
from tocsin.core.models import Node
from tocsin.core.queue.given_up import given_up
from tocsin.main.front.health import COUNTS, ENGINE_LATE_S, SEEN

FORGOTTEN_AFTER = timedelta(days=1)
"""A node that was silent for this long is gone for good and shown no more."""


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
    require_visible(actor, ORGANISATION, "There is no such record.")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """What harms the promise that a person will know: no engine is alive, or reactions were given up."""

    no_engine: bool
    jobs_given_up: int

    def __bool__(self) -> bool:
        return self.no_engine or self.jobs_given_up > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSeen:
    """A process of this installation. `is_late`: it has said nothing for so long that it does not work."""

    name: str
    role: str
    version: str
    started_at: datetime
    seen_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How the installation does. `late_s`: how late the oldest due job is; `undigested_since` is None when none waits.

    `free_bytes` is of the disk this node keeps its data on, which is the database's where that is embedded.
    """

    harm: Harm
    nodes: tuple[NodeSeen, ...]
    jobs_due: int
    late_s: float
    undigested: int
    undigested_since: datetime | None
    late: Late | None
    database_bytes: int
    free_bytes: int


def harm() -> Harm:
    """Two quick look-ups: every screen asks."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN)
        age, jobs = cursor.fetchone()
    return Harm(no_engine=age is None or age >= ENGINE_LATE_S, jobs_given_up=jobs)


def condition(actor: Actor) -> Condition:
    """Nodes, queue, digest and disk; NotFound for who does not see all."""
    require_visible(actor, ORGANISATION, "There is no such record.")
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        due, _, late_s = cursor.fetchone()
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    return Condition(
        harm=harm(),
        nodes=tuple(_seen(node, now) for node in Node.objects.filter(seen_at__gt=now - FORGOTTEN_AFTER)),
        jobs_due=due,
        late_s=late_s,
        undigested=waiting(),
        undigested_since=waiting_since(),
        late=late_alerts(),
        database_bytes=size,
        free_bytes=shutil.disk_usage(_on_disk(settings.CONFIG.data_dir)).free,
    )


def _on_disk(folder: Path) -> Path:
    """The folder, or the nearest above it that is there: a node with a database elsewhere may never have made it."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _seen(node: Node, now: datetime) -> NodeSeen:
    return NodeSeen(
        name=node.name,
        role=node.role,
        version=node.version,
        started_at=node.started_at,
        seen_at=node.seen_at,
        is_late=(now - node.seen_at).total_seconds() >= ENGINE_LATE_S,
    )
