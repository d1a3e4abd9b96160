"""Which of the front's parts answers a request."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

import tocsin.gateways.app as gateways
from tocsin.alerts.intake import Intake
from tocsin.core import keyring, metrics
from tocsin.core.config import Config
from tocsin.main import presence
from tocsin.main.front.health import Examiner, Health
from tocsin.main.front.live import Hub, serve_stream
from tocsin.main.front.proxy import Proxy
from tocsin.main.front.types import App, Receive, Scope, Send, answer, answer_json
from tocsin.main.process import web_socket


class Front:
    """The ASGI application of the public port."""

    def __init__(self, config: Config) -> None:
        self._roles = frozenset(os.environ.get("TOCSIN_ROLES", "intake,web,engine").split(","))
        self._config = config
        self._intake = Intake(config, keyring.load(config))
        self._hub = Hub(config.database_url)
        self._examiner = Examiner(config.database_url)
        self._proxy = Proxy(web_socket(config), gateways.worded)
        self._gateways: App = gateways.build(self._intake, self._proxy if "web" in self._roles else None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._route(scope)(scope, receive, send)

    def _route(self, scope: Scope) -> App:
        path: str = scope["path"]
        if "intake" in self._roles and gateways.handles(path, scope["method"]):
            return self._gateways
        named: dict[str, Callable[[], App]] = {
            "/healthz": lambda: self._health,
            "/-/healthy": lambda: _alive,
            "/-/ready": lambda: self._ready,
            "/metrics": lambda: self._metrics,
            "/live/stream": lambda: self._stream,
        }
        if path in named:
            return named[path]()
        return self._proxy if "web" in self._roles else _no_screens

    async def _health(self, scope: Scope, receive: Receive, send: Send) -> None:
        report = await self._examined()
        await answer_json(send, 503 if report.status == "unavailable" else 200, report, (b"cache-control", b"no-store"))

    async def _ready(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Alertmanager's way to ask the same."""
        report = await self._examined()
        status = 503 if report.status == "unavailable" else 200
        await answer(send, status, b"OK" if status == 200 else b"Unavailable", b"text/plain; charset=utf-8")

    async def _examined(self) -> Health:
        return await self._examiner.examine(self._roles, await self._screens(), await self._intake.spool_state())

    async def _screens(self) -> str:
        if "web" not in self._roles:
            return "elsewhere"
        return "away" if await self._proxy.status_of("/live/permit", []) == 503 else "here"

    async def _metrics(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._examiner.measure()
        await answer(send, 200, generate_latest(metrics.registry), CONTENT_TYPE_LATEST.encode())

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        cookies = [(key, value) for key, value in scope["headers"] if key in {b"cookie", b"authorization"}]
        status = await self._proxy.status_of("/live/permit", cookies)
        if status != 204:
            code = {503: "unavailable"}.get(status, "forbidden")
            await answer_json(
                send, 503 if status == 503 else 401, {"code": code, "message": "Sign in to follow changes."}
            )
            return
        await serve_stream(self._hub, scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            await receive()
            await self._intake.start()
            stack.push_async_callback(self._intake.stop)
            stack.push_async_callback(self._proxy.close)
            self._hub.start()
            stack.push_async_callback(self._hub.stop)
            if "intake" in self._roles:
                said = asyncio.create_task(presence.keep_saying(self._config, presence.INTAKE))
                stack.push_async_callback(_ended, said)
            stack.push_async_callback(self._examiner.close)
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _alive(scope: Scope, receive: Receive, send: Send) -> None:
    """Alertmanager's way to ask whether this process runs at all."""
    await answer(send, 200, b"OK", b"text/plain; charset=utf-8")


async def _no_screens(scope: Scope, receive: Receive, send: Send) -> None:
    message = "This node takes alerts only (--role intake). The screens are on another node."
    await answer_json(send, 404, {"code": "not_found", "message": message})
