"""`tocsin demo` from start to end, as a newcomer runs it: every alert accounted for, nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.nodes import free_port

pytestmark = pytest.mark.slow

DEMO = [sys.executable, "-c", "from tocsin.main.cli import main; main()", "demo"]
WITHIN_S = 240


def demo(folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run a demonstration that ends by itself; gives how it went, and its figures."""
    figures = folder.with_suffix(".json")
    command = [*DEMO, "--headless", "--data-dir", str(folder), "--port", str(free_port()), "--json", str(figures)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=WITHIN_S)
    assert figures.exists(), done.stderr
    return done, json.loads(figures.read_text())


def fates(figures: dict[str, Any]) -> int:
    return sum(fate["count"] for fate in figures["fates"])


def test_small_storm_is_accounted_for_to_the_last_alert_and_somebody_is_paged(tmp_path: Path) -> None:
    done, figures = demo(tmp_path / "storm", "--alerts", "8000", "--speed", "300")
    assert done.returncode == 0, done.stderr
    counts = figures["counts"]
    assert counts["sent"] == counts["accepted"] == counts["stored"] == fates(figures) == 8000
    assert figures["true_causes"] == ["core-sw-waw-02"]
    assert any(incident["cause"] == "core-sw-waw-02" for incident in figures["incidents"])
    assert any(page["person"] and page["after_wall_s"] > 0 for page in figures["pages"])
    pages = [json.loads(line) for line in (tmp_path / "storm" / "pages.jsonl").read_text().splitlines()]
    assert len(pages) >= len(figures["pages"])
    assert "adds up" in done.stdout
    assert figures["sign_in_url"] in done.stdout
    assert not (tmp_path / "storm" / "postgres" / "cluster" / "postmaster.pid").exists()


def test_quiet_day_wakes_nobody_and_it_stays_up_until_ctrl_c(tmp_path: Path) -> None:
    port, folder, figures = free_port(), tmp_path / "quiet", tmp_path / "quiet.json"
    command = [*DEMO, "--scenario", "quiet", "--alerts", "400", "--speed", "600", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--data-dir", str(folder), "--json", str(figures)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        said = next((line for line in process.stderr if "stays up" in line), None)
        assert said is not None, "it ended instead of staying up"
        found = json.loads(figures.read_text())
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
        signed_in = httpx.get(found["sign_in_url"], timeout=10, follow_redirects=True)
        assert signed_in.status_code == 200
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert found["pages"] == []
    assert found["incidents"] == []
    assert fates(found) == found["counts"]["sent"] == 400
    assert not (folder / "postgres" / "cluster" / "postmaster.pid").exists()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5)


def test_folder_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    refused = subprocess.run(
        [*DEMO, "--headless", "--data-dir", str(tmp_path)], capture_output=True, text=True, timeout=WITHIN_S
    )
    assert refused.returncode == 2
    assert "holds other things" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
