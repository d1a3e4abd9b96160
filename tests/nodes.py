"""Whole nodes for tests: `tocsin serve` in processes of its own, on a free port, against a database of the test's."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

READY_S = 30.0


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(seen: Callable[[], bool], timeout_s: float = READY_S) -> None:
    """Return as soon as `seen()` is true; fail with its name when it does not become so in time."""
    deadline = time.monotonic() + timeout_s
    while not seen():
        if time.monotonic() > deadline:
            raise AssertionError(f"It did not come true within {timeout_s} s: {seen}")
        time.sleep(0.02)


@contextmanager
def signed_in(link: str) -> Iterator[httpx.Client]:
    """A browser in which somebody has opened a sign-in link and pressed the button."""
    with httpx.Client(timeout=10, limits=httpx.Limits()) as browser:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(link).text)
        assert token is not None, link
        answer = browser.post(link, data={"csrfmiddlewaretoken": token[1]})
        assert answer.status_code == 302, answer.text
        yield browser


@dataclass
class Node:
    """One node: its supervisor and all that it started are one process group, so that it can be killed as a whole.

    An empty `database_url` is the embedded server. `python` is the interpreter, with what stands before it to start it.
    """

    data_dir: Path
    database_url: str
    port: int = field(default_factory=free_port)
    roles: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    python: tuple[str, ...] = (sys.executable,)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data_dir / "node.log"

    def start(self) -> None:
        """Start the node; `wait_ready` waits for it."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        arguments = [argument for role in self.roles for argument in ("--role", role)]
        environment = os.environ | {
            "TOCSIN_DATA_DIR": str(self.data_dir),
            "TOCSIN_DATABASE_URL": self.database_url,
            "TOCSIN_PORT": str(self.port),
            **self.environment,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.python, "-c", "from tocsin.main.cli import main; main()", "serve", *arguments],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        """Until /healthz misses nothing: neither the database nor an engine somewhere, nor the screens of this node."""
        wait_until(self.is_ready)

    def is_ready(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"The node ended: {self.log.read_text()[-3000:]}")
        try:
            answer = httpx.get(f"{self.url}/healthz", timeout=3)
        except httpx.TransportError:
            return False
        health = answer.json()
        return answer.status_code == 200 and health["engine"] == "working" and health["screens"] != "away"

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=10, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return httpx.post(self.url + path, timeout=10, **options)

    def kill(self) -> None:
        """kill -9 of the supervisor and everything it started."""
        if self.process is not None:
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """SIGTERM, as an operator stops it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


@contextmanager
def running_node(data_dir: Path, database_url: str, **options: Any) -> Iterator[Node]:
    """A node that is ready, and is stopped afterwards whatever happens."""
    node = Node(data_dir, database_url, **options)
    node.start()
    try:
        node.wait_ready()
        yield node
    finally:
        if node.process is not None and node.process.poll() is None:
            node.stop()
