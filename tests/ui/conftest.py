"""The screens' parts served by a process of their own, without a database, for the browser to look at."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_answer(address: str, server: subprocess.Popen[bytes], within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            urlopen(address, timeout=5).close()
        except URLError:
            assert server.poll() is None, "the server of the gallery ended early"
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{address} did not answer within {within_s} s")


@pytest.fixture(scope="session")
def screens() -> Iterator[str]:
    """The address of the gallery's server."""
    address = f"http://127.0.0.1:{_free_port()}"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.ui.settings"}
    command = [sys.executable, "-m", "django", "runserver", address.removeprefix("http://"), "--noreload"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _await_answer(f"{address}/ui/gallery", server)
            yield address
        finally:
            server.terminate()
