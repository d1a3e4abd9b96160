"""Who a client is, when it comes through a proxy: the real server, with screens that answer what they were asked."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import uvicorn

from tocsin.core import config
from tocsin.main.front.proxy import Proxy
from tocsin.main.process import front_options


async def _screens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers with the head of the request, as a body."""
    head = await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(head), head))
    await writer.drain()
    writer.close()


async def _address_seen(folder: Path, trusted: str) -> str:
    """What the screens take for the client's address when 127.0.0.1 says that it asks for somebody else."""
    behind = await asyncio.start_unix_server(_screens, folder / "web")
    proxy = Proxy(folder / "web")
    options = front_options(replace(config.load(), trusted_proxies=trusted))
    server = uvicorn.Server(uvicorn.Config(proxy, lifespan="off", **options))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        async with httpx.AsyncClient() as client:
            answer = await client.get(url, headers={"x-forwarded-for": "203.0.113.9, 192.0.2.7"})
        server.should_exit = True
        await serving
    await proxy.close()
    behind.close()
    return next(line.partition(": ")[2] for line in answer.text.splitlines() if line.startswith("x-forwarded-for"))


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [
        ("127.0.0.0/8", "192.0.2.7"),
        ("127.0.0.1, 192.0.2.0/24", "203.0.113.9"),
        ("10.0.0.0/8", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
async def test_only_a_trusted_proxy_says_who_a_client_is(tmp_path: Path, trusted: str, seen: str) -> None:
    assert await _address_seen(tmp_path, trusted) == seen


def test_network_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(config.ConfigError, match=r"TOCSIN_TRUSTED_PROXIES: “10\.0\.0\.0/99” is no network"):
        config.load({"TOCSIN_TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/99"})
