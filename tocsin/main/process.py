"""One process of a node: `python -m tocsin.main.process front|web|engine`, started by `tocsin serve`."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn

from tocsin.core import config as configs
from tocsin.core.config import Config

SHUTDOWN_S = 3
YIELDS_BY = 5
"""By how much the screens' process yields to the intake and the engine when processors are short (`bench/front`)."""

SOCKET_LIMIT = 100
"""Bytes a socket path may have here; the system's limit is 107."""


def web_socket(config: Config) -> Path:
    """Where this node's screens listen: a Unix socket only its owner can reach."""
    folder = config.data_dir / "run"
    if len(str(folder / "web-65535.sock").encode()) > SOCKET_LIMIT:
        folder = Path(f"/tmp/tocsin-{os.geteuid()}-{config.data_dir.stat().st_ino}")  # noqa: S108 - made 0700 below
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid() or folder.stat().st_mode & 0o077:
        raise configs.ConfigError(f"{folder} must belong to this user alone (chmod 700).")
    return folder / f"web-{config.port}.sock"


def front_options(config: Config) -> dict[str, Any]:
    """How the public port is served. Who a client is, a proxy says only if it is trusted."""
    return {
        "host": config.host,
        "port": config.port,
        "loop": "uvloop",
        "http": "httptools",
        "access_log": False,
        "log_level": "warning",
        "server_header": False,
        "proxy_headers": bool(config.trusted_proxies),
        "forwarded_allow_ips": config.trusted_proxies,
        "timeout_graceful_shutdown": SHUTDOWN_S,
        "backlog": 4096,
    }


def _front(config: Config) -> None:
    uvicorn.run("tocsin.main.asgi:front", lifespan="on", **front_options(config))


def _web(config: Config) -> None:
    os.nice(YIELDS_BY)
    socket = web_socket(config)
    socket.unlink(missing_ok=True)
    uvicorn.run(
        "tocsin.main.asgi:web",
        uds=str(socket),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


def _engine(config: Config) -> None:
    from tocsin.main import boot  # noqa: PLC0415 - only this process needs Django here

    boot.set_up_django()
    from tocsin.core.postgres.backend.base import bound_answers  # noqa: PLC0415 - imports Django's backend
    from tocsin.main.engine import run  # noqa: PLC0415 - imports models

    bound_answers()
    run(config)


_PROCESSES = {"front": _front, "web": _web, "engine": _engine}


def _end_with_parent(parent: int) -> None:
    """A supervisor that was killed cannot end its children: they look after it themselves."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def main() -> None:
    """Run the named process until it is told to stop or its supervisor is gone."""
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    _PROCESSES[sys.argv[1]](configs.load())


if __name__ == "__main__":
    main()
