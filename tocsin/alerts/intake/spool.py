"""What the database cannot take now, on this node's disk: checksummed frames, synced before anybody is answered.

A segment is a file `<uuid7>.seg`; writers make their own, so none shares one, and the names are in the order of time. A
frame is a mark, its length, the CRC-32 of its payload, the CRC-32 of these three, and the payload: one group of
deliveries that waited together. A torn frame at the end of a segment was never acknowledged and is passed over; where
one is damaged, reading goes on at the next mark, and the segment is kept aside and told.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from tocsin.alerts.intake.events import Delivery, NewEvent
from tocsin.alerts.intake.keys import Sender
from tocsin.alerts.rules.refusals import RefusalKind
from tocsin.alerts.rules.states import AlertAction, Severity
from tocsin.core.errors import Unavailable
from tocsin.core.ids import uuid7

log = logging.getLogger(__name__)

SEGMENT = 16 * 1024 * 1024
RESERVE = 64 * 1024 * 1024
"""Bytes of the disk that are left alone: PostgreSQL may live on the same one."""

_MARK = b"TSP1"
_HEAD = struct.Struct("<4sII")
_SUM = struct.Struct("<I")
_FRAME = _HEAD.size + _SUM.size


class SpooledDelivery(msgspec.Struct, frozen=True, kw_only=True):
    integration_id: int
    integration: str
    uuid: UUID
    request_id: UUID
    key: str
    events: tuple[NewEvent, ...]


class Spooled(msgspec.Struct, frozen=True, kw_only=True):
    """A group that was acknowledged from the disk at `at`, by the database's clock as far as it was known.

    `batch` is the row under which the group may have been committed after all: the answer to its commit was lost.
    """

    id: UUID
    at: datetime
    batch: int | None
    deliveries: tuple[SpooledDelivery, ...]

    def restored(self) -> list[Delivery]:
        """The deliveries as they came in."""
        return [
            Delivery(
                sender=Sender(integration_id=one.integration_id, integration=one.integration, uuid=one.uuid),
                request_id=one.request_id,
                key=one.key,
                events=one.events,
            )
            for one in self.deliveries
        ]


def spooled(deliveries: Sequence[Delivery], *, at: datetime, batch: int | None) -> Spooled:
    """A group as it is written."""
    kept = tuple(
        SpooledDelivery(
            integration_id=each.sender.integration_id,
            integration=each.sender.integration,
            uuid=each.sender.uuid,
            request_id=each.request_id,
            key=each.key,
            events=each.events,
        )
        for each in deliveries
    )
    return Spooled(id=uuid7(), at=at, batch=batch, deliveries=kept)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Spooled)


def least_taken(fill: float) -> Severity:
    """The least severity still taken when a spool or queue is so full (0 to 1): the last fifth is for the gravest."""
    if fill < 0.8:
        return Severity.INFO
    return Severity.MINOR if fill < 0.9 else Severity.CRITICAL


def is_taken(events: Sequence[NewEvent], fill: float) -> bool:
    """Whether a delivery still has room: that of its gravest event. What ends an alert is never the least important."""
    return fill < 1 and is_as_grave(events, least_taken(fill))


def is_as_grave(events: Sequence[NewEvent], least: Severity) -> bool:
    """Whether any event is as grave as that, or no firing."""
    return any(event.action is not AlertAction.FIRE or event.severity <= least for event in events)


@dataclass(slots=True)
class Spool:
    """The spool of one process. Its methods block on the disk: call them from a thread."""

    folder: Path
    cap: int
    size: int = 0
    waiting: int = 0
    oldest_at: datetime | None = None
    _name: str = ""
    _handle: int = -1
    _written: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _drained: set[UUID] = field(default_factory=set)

    def open(self) -> None:
        """Find what an earlier process left behind. What cannot be read is left for the drain to put aside."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock:
            self.size = sum(path.stat().st_size for path in self._segments())
            for group in (group for path in self._segments() for group in read(path)):
                self._count(group, +1)

    def fill(self) -> float:
        """How full it is, 0 to 1; 1 also when the disk itself has no room to spare, or there is none."""
        try:
            room = min(self.cap - self.size, shutil.disk_usage(self.folder).free - RESERVE)
        except OSError:
            return 1.0
        return min(1.0, max(0.0, 1 - room / self.cap)) if self.cap else 1.0

    def append(self, group: Spooled) -> None:
        """Write one group and return when it is on the disk. Unavailable: it is not."""
        payload = _ENCODER.encode(group)
        frame = _framed(payload)
        with self._lock:
            try:
                self._write(frame)
            except OSError as error:
                log.exception("spool_write_failed", extra={"folder": str(self.folder)})
                self._abandon()
                raise Unavailable(
                    "Neither the database nor this node's disk can keep it: {error}.",
                    code=RefusalKind.DISK_FAILED,
                    error=error.strerror,
                ) from None
            self.size += len(frame)
            self._count(group, +1)

    def _write(self, frame: bytes) -> None:
        if self._handle < 0 or self._written + len(frame) > SEGMENT:
            self._rotate()
        view = memoryview(frame)
        while view:
            view = view[os.write(self._handle, view) :]
        os.fdatasync(self._handle)
        self._written += len(frame)

    def _rotate(self) -> None:
        self._close()
        self._name = f"{uuid7()}.seg"
        self._handle = os.open(self.folder / self._name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        self._written = 0
        self._sync_folder()

    def _abandon(self) -> None:
        """After a failed write: cut the segment back to its last whole frame, and write no more to it."""
        if self._handle >= 0:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, self._written)
        self._close()

    def _close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
        self._handle, self._name = -1, ""

    def close(self) -> None:
        """Let go of the segment that is being written: what it holds is another process's to drain."""
        with self._lock:
            self._close()

    def segments(self) -> list[Path]:
        """All that can be drained, oldest first. What this process writes is closed first; what another one still
        writes, that is ending while this one starts, is left to it."""
        with self._lock:
            self._close()
            found = self._segments()
            if not found:
                self.size, self.waiting, self.oldest_at = 0, 0, None
            return [path for path in found if _is_finished(path)]

    def _segments(self) -> list[Path]:
        return sorted(self.folder.glob("*.seg"))

    def drained(self, group: Spooled) -> None:
        """A group is in the database. A segment whose draining broke off comes again whole: each group counts once."""
        with self._lock:
            if group.id not in self._drained:
                self._drained.add(group.id)
                self._count(group, -1)

    def remove(self, path: Path, *, damaged: bool) -> None:
        """Every whole frame of a segment is in the database. A damaged segment is kept aside for people to look at."""
        with self._lock:
            if not path.exists():
                return
            self.size -= path.stat().st_size
            if damaged:
                path.rename(path.with_suffix(".bad"))
            else:
                path.unlink()
            self._sync_folder()
            self._drained.clear()
            if not self.waiting:
                self.oldest_at = None

    def put_aside(self, group: Spooled, why: str) -> None:
        """Keep a group that the database refuses, in a file of its own with the reason."""
        content = msgspec.json.format(msgspec.json.encode({"refused": why, "group": group}))
        with (self.folder / f"{group.id}.bad").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._sync_folder()

    def _count(self, group: Spooled, sign: int) -> None:
        self.waiting += sign * sum(len(one.events) for one in group.deliveries)
        if sign > 0:
            self.oldest_at = min(self.oldest_at or group.at, group.at)

    def _sync_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_finished(path: Path) -> bool:
    """Whether nobody holds a segment. Nobody opens one again, so it stays so."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file, contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return True
    return False


def read(path: Path) -> Iterator[Spooled]:
    """The whole groups of a segment; those that are damaged are passed over, as `is_damaged` tells."""
    for payload in _payloads(path):
        if payload is not None:
            with contextlib.suppress(msgspec.DecodeError):
                yield _DECODER.decode(payload)


def is_damaged(path: Path) -> bool:
    """Whether a frame that was once whole cannot be read any more. A torn end is not damage."""
    for payload in _payloads(path):
        if payload is None:
            return True
        try:
            _DECODER.decode(payload)
        except msgspec.DecodeError:
            return True
    return False


def _framed(payload: bytes) -> bytes:
    head = _HEAD.pack(_MARK, len(payload), zlib.crc32(payload))
    return head + _SUM.pack(zlib.crc32(head)) + payload


def _payloads(path: Path) -> Iterator[bytes | None]:
    """The payload of every frame, None for what is damaged."""
    content = path.read_bytes()
    at = 0
    while at + _FRAME <= len(content):
        head, (checksum,) = content[at : at + _HEAD.size], _SUM.unpack_from(content, at + _HEAD.size)
        mark, length, wanted = _HEAD.unpack(head)
        if mark == _MARK and zlib.crc32(head) == checksum:
            payload = content[at + _FRAME : at + _FRAME + length]
            if len(payload) < length:
                return
            yield payload if zlib.crc32(payload) == wanted else None
            at += _FRAME + length
        elif any(content[at:]):
            yield None
            at = content.find(_MARK, at + 1) if _MARK in content[at + 1 :] else len(content)
        else:
            return  # zeros: a file system gave the file its length and was cut off before its content
