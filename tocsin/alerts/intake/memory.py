"""Which deliveries this node has stored whole, so that one that says the same again need only name the one it repeats.

What stands in here is a saving and never the truth: a repeat names the moment of a whole delivery that was committed,
so it says the same whatever other nodes have stored since, and a memory that is lost costs a whole row each.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import msgspec
from psycopg import AsyncConnection

from tocsin.alerts.intake.events import NewEvent

MOST = 100_000
"""Alerts remembered; beyond it the one not heard for longest is forgotten. About 45 MB, 60 where
each has two versions."""

VERSIONS = 2
"""Of each alert remembered: two Prometheus replicas evaluate one rule at two moments, and may differ for good."""

WHOLE_AFTER = timedelta(hours=6)
"""What is repeated for longer is stored whole again. Far less than the event log is kept: what is named is there."""

ASK_S = 60.0
"""While an upgrade lasts, whether it has ended is asked so often."""

# An engine of a release before may not know of repeats, and would take their batch for done.
_SERVER = "SELECT pg_postmaster_start_time(), EXISTS (SELECT FROM core_upgrade)"

Key = tuple[int, str]
"""Integration and fingerprint."""

_ENCODER = msgspec.msgpack.Encoder()


class Said(NamedTuple):
    """What a whole delivery said, and when it was received."""

    content: bytes
    at: datetime


Learnt = dict[Key, Said | None]
"""What a commit stored whole; None: an end, after which nothing is a mere repeat."""


def content_of(event: NewEvent) -> bytes:
    """A hash of all that a firing says but for its times: a repeat has its own order, time, and promise to repeat."""
    said = (
        *(event.severity, event.service, event.peer, event.name),
        *(event.title, event.description, event.source, event.by, event.labels),
    )
    return blake2b(_ENCODER.encode(said), digest_size=16).digest()


@dataclass(slots=True)
class Memory:
    """What one process has stored. Holds for the server it was learnt from: another may not have it."""

    _said: OrderedDict[Key, tuple[Said, ...]] = field(default_factory=OrderedDict)
    _servers: WeakKeyDictionary[AsyncConnection[Any], datetime] = field(default_factory=WeakKeyDictionary)
    _server: datetime | None = None
    _is_upgraded: bool = False
    _asked_s: float = 0.0

    def said(self, key: Key, content: bytes, now: datetime) -> datetime | None:
        """When one of the last whole deliveries of its alert was received, if that said the same."""
        for said in self._said.get(key, ()):
            if said.content == content and now - said.at <= WHOLE_AFTER:
                self._said.move_to_end(key)
                return said.at
        return None

    def learn(self, learnt: Mapping[Key, Said | None]) -> None:
        """Take in what was committed."""
        for key, said in learnt.items():
            if said is None:
                self._said.pop(key, None)
            else:
                others = (other for other in self._said.get(key, ()) if other.content != said.content)
                self._said[key] = (said, *others)[:VERSIONS]
                self._said.move_to_end(key)
        while len(self._said) > MOST:
            self._said.popitem(last=False)

    def forget(self) -> None:
        """The database may have lost what it had, or be another."""
        self._said.clear()

    async def at(self, connection: AsyncConnection[Any]) -> Memory | None:
        """Itself, less what it knows of another server than this connection leads to; None while an upgrade lasts.

        Asks once for each connection: it leads to the server that started when the last one did, or to another.
        """
        waits = not self._is_upgraded and time.monotonic() - self._asked_s >= ASK_S
        if waits or connection not in self._servers:
            row = await (await connection.execute(_SERVER)).fetchone()
            assert row is not None
            self._servers[connection], self._is_upgraded = row
            self._asked_s = time.monotonic()
        if self._servers[connection] != self._server:
            self._server = self._servers[connection]
            self.forget()
        return self if self._is_upgraded else None
