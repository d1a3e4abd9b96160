"""A running front with nothing but the gateways, on a free port, in a thread of its own."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import uvicorn

from tocsin.alerts.intake import Intake
from tocsin.alerts.intake.http import App, Receive, Scope, Send
from tocsin.core import config, keyring
from tocsin.gateways import app as gateways


def application(intake: Intake) -> App:
    """The gateways, with the intake started and stopped by ASGI's lifespan."""
    serve = gateways.build(intake)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await serve(scope, receive, send)
            return
        await receive()
        await intake.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await intake.stop()
        await send({"type": "lifespan.shutdown.complete"})

    return app


def _settings(dsn: str) -> config.Config:
    """Each database has a folder of its own: what one test left in the spool must not reach the next one's."""
    loaded = config.load()
    return replace(loaded, database_url=dsn, data_dir=loaded.data_dir / quote(dsn, safe="")[-100:])


@contextmanager
def running(dsn: str, **changed: Any) -> Iterator[str]:
    """Serve until the block ends; gives the address, without a slash at its end. `changed`: settings of this node."""
    settings = replace(_settings(dsn), **changed)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(application(Intake(settings, keyring.load(settings))), log_level="warning", lifespan="on")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def main() -> None:
    """`python -m tests.gateways.front DSN PORT`: the same as a process of its own, which a test may kill."""
    settings = _settings(sys.argv[1])
    app = application(Intake(settings, keyring.load(settings)))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", lifespan="on")


if __name__ == "__main__":
    main()
