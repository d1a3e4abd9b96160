"""A real outage of the database's socket: nobody who is known waits for it, and it is found as soon as it is back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.alerts.test_intake import Door
from tocsin.alerts.intake import Durability, Intake, keys
from tocsin.core import config, keyring

AWAY_S = 8.0
"""Long enough for the pool's own patience to grow past what is asked for here."""


@dataclass(slots=True)
class Passage:
    """A socket that passes everything on to the database's while it is open."""

    target: Path
    path: Path
    _server: asyncio.Server | None = None
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    async def opens(self) -> None:
        self._server = await asyncio.start_unix_server(self._pass, self.path)

    async def closes(self) -> None:
        assert self._server is not None
        self._server.close()
        self.path.unlink(missing_ok=True)
        for writer in self._open:
            writer.close()
        self._open.clear()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(self.target)
        self._open += [writer, outer]
        await asyncio.gather(self._pump(reader, outer), self._pump(inner, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while content := await reader.read(65_536):
                writer.write(content)
                await writer.drain()
        writer.close()


def _socket_of(dsn: str) -> Path:
    folder = Path(parse_qs(urlsplit(dsn).query)["host"][0])
    return next(each for each in folder.glob(".s.PGSQL.*") if each.suffix != ".lock")


@pytest.fixture
async def passage(fresh_database) -> AsyncIterator[Passage]:
    target = _socket_of(fresh_database.app_dsn)
    with TemporaryDirectory(prefix="tocsin-") as own:
        passage = Passage(target, Path(own) / target.name)
        await passage.opens()
        yield passage
        await passage.closes()


@pytest.fixture
async def door(fresh_database, stored_world, passage: Passage, tmp_path: Path) -> AsyncIterator[Door]:
    dsn = urlsplit(fresh_database.app_dsn)._replace(query=f"host={quote(str(passage.path.parent), safe='')}").geturl()
    loaded = config.load()
    intake = Intake(replace(loaded, database_url=dsn, data_dir=tmp_path), keyring.load(loaded))
    await intake.start()
    sender, token = stored_world
    yield Door(intake, sender, token, fresh_database.dsn)
    await intake.stop()


@pytest.mark.slow
async def test_nobody_waits_for_a_database_that_is_away_and_it_is_found_as_soon_as_it_is_back(
    door: Door, passage: Passage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def post(number: int) -> tuple[Durability, float]:
        began = time.monotonic()
        assert await door.intake.sender(door.token) == door.sender
        receipt = await door.intake.accept(door.delivery(f"{number}"))
        return receipt.durability, time.monotonic() - began

    monkeypatch.setattr(keys, "FRESH_S", 0.5)
    assert (await post(0))[0] is Durability.DATABASE
    await passage.closes()
    took, ends_at, number = [], time.monotonic() + AWAY_S, 1
    while time.monotonic() < ends_at:
        durability, waited_s = await post(number)
        assert durability is Durability.SPOOL or number == 1
        took.append(waited_s)
        number += 1
        await asyncio.sleep(0.1)  # allow: TEST-SLEEP - a sender's pace, in a real outage
    assert sum(waited_s > 1.0 for waited_s in took) <= 1, "one finds out that it is away, the others know"
    await passage.opens()
    back_at = time.monotonic()
    while (await post(number))[0] is not Durability.DATABASE:
        number += 1
        await asyncio.sleep(0.1)  # allow: TEST-SLEEP - as above
    assert time.monotonic() - back_at < 4
