"""Debian's Alertmanager and what comes with it: its OpenAPI document, amtool, and itself as a sender."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.nodes import free_port, wait_until

ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
AMTOOL = shutil.which("amtool")
MISSING = "needs Alertmanager (Debian: apt-get install prometheus-alertmanager)"


def published() -> dict[str, Any]:
    """The OpenAPI document of its API v2, which its program carries."""
    program = Path(str(ALERTMANAGER)).read_bytes()
    at = program.find(b'{\n  "consumes"')
    assert at >= 0, "this build carries no OpenAPI document"
    text = program[at : at + 100_000].decode(errors="replace")
    found: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
    assert found["info"]["title"] == "Alertmanager API"
    return found


def amtool(url: str, token: str, *arguments: str) -> str:
    """What it prints; it must not fail."""
    address = url.replace("://", f"://amtool:{token}@")
    command = [str(AMTOOL), f"--alertmanager.url={address}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@contextmanager
def alertmanager(folder: Path, configuration: str) -> Iterator[str]:
    """Its address, on a port of its own."""
    url = f"http://127.0.0.1:{free_port()}"
    (folder / "alertmanager.yml").write_text(configuration)
    options = {
        "config.file": folder / "alertmanager.yml",
        "storage.path": folder / "data",
        "web.listen-address": url.removeprefix("http://"),
        "cluster.listen-address": "",
    }
    command = [str(ALERTMANAGER), *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            wait_until(lambda: _is_ready(url))
            yield url
        finally:
            process.terminate()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=2).status_code == 200
    except httpx.TransportError:
        return False
