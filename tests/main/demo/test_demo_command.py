"""`tocsin demo` from start to end, as a newcomer runs it: every alert accounted for, nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.nodes import free_port, signed_in
from tocsin.core.postgres import roles
from tocsin.core.postgres.sockets import socket_folder
from tocsin.main.demo.storm import FIRST_FIRE, SECOND_FIRE

pytestmark = pytest.mark.slow

DEMO = [sys.executable, "-c", "from tocsin.main.cli import main; main()", "demo"]
WITHIN_S = 240
ALERTS = 25_000
CALLED_WITHIN_S = 10
"""After the first alert, by the wall clock: a demonstration plays events faster, but people's time runs as it does."""


def rows_of(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask the database of a demonstration that is up."""
    names = roles.Names()
    sockets = socket_folder(folder / "postgres", (os.geteuid(), os.getegid()))
    with psycopg.connect(roles.dsn(sockets, names.app, names.database)) as connection:
        return connection.execute(query.encode()).fetchall()


def demo(folder: Path, *arguments: str) -> tuple[str, dict[str, Any]]:
    """Run a demonstration that ends by itself; gives what it printed, and its figures."""
    figures = folder.with_suffix(".json")
    command = [*DEMO, "--headless", "--data-dir", str(folder), "--port", str(free_port()), "--json", str(figures)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=WITHIN_S)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (folder / "postgres" / "cluster" / "postmaster.pid").exists(), "it left its database running"
    return done.stdout, json.loads(figures.read_text())


@contextmanager
def demo_that_stays_up(folder: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run a demonstration until it has made its report; it is ended by Ctrl-C, and leaves nothing running."""
    port, figures = free_port(), folder.with_suffix(".json")
    command = [*DEMO, "--data-dir", str(folder), "--port", str(port), "--json", str(figures), *arguments]
    with folder.with_suffix(".out").open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stderr is not None
        assert any("stays up" in line for line in process.stderr), "it ended instead of staying up"
        yield json.loads(figures.read_text())
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert not (folder / "postgres" / "cluster" / "postmaster.pid").exists()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5)


def expect_all_accounted_for(figures: dict[str, Any], printed: str, alerts: int) -> None:
    """Every alert is counted once, on the screen as in the figures for programs."""
    counts = figures["counts"]
    assert counts["sent"] == counts["accepted"] == counts["stored"] == alerts
    assert sum(fate["count"] for fate in figures["fates"]) == alerts
    rows = [("alerts sent", alerts), ("accepted", alerts), ("stored", alerts), ("together", alerts)]
    rows += [(fate["what"], fate["count"]) for fate in figures["fates"]]
    for what, count in rows:
        assert re.search(rf"^ *{re.escape(what)} +{count:,}(  |$)", printed, re.M), f"{what} {count:,}"
    assert "adds up" in printed


def woken(figures: dict[str, Any], cause: str) -> list[dict[str, Any]]:
    """The pages about the incidents that name a cause, the earliest first."""
    incidents = {incident["key"] for incident in figures["incidents"] if incident["cause"] == cause}
    return [page for page in figures["pages"] if page["incident"] in incidents]


def test_storm_of_25_000_is_accounted_for_its_cause_is_named_and_its_owner_woken(tmp_path: Path) -> None:
    folder = tmp_path / "storm"
    with demo_that_stays_up(folder) as figures:
        told = dict(rows_of(folder, "SELECT action, count(*) FROM alerts_delivered WHERE action <> 'note' GROUP BY 1"))
        assert sum(told.values()) == ALERTS
        assert rows_of(folder, "SELECT sum(count) FROM alerts_alert") == [(told["fire"],)]
        with signed_in(figures["sign_in_url"]) as browser:
            assert browser.get(figures["incidents"][0]["url"]).status_code == 200
        with pytest.raises(AssertionError, match="403"), signed_in(figures["sign_in_url"]):
            pass
    printed = folder.with_suffix(".out").read_text()
    expect_all_accounted_for(figures, printed, ALERTS)
    assert figures["true_causes"] == figures["found"] == [FIRST_FIRE]
    first = woken(figures, FIRST_FIRE)[0]
    assert first["after_wall_s"] <= CALLED_WITHIN_S
    assert f"{first['person']}, by {first['channel']} about {first['incident']}" in printed
    assert figures["sign_in_url"] in printed
    pages = [json.loads(line) for line in (folder / "pages.jsonl").read_text().splitlines()]
    assert len([page for page in pages if page["kind"] == "page"]) == len(figures["pages"])


def test_second_fire_has_an_incident_and_a_page_of_its_own(tmp_path: Path) -> None:
    printed, figures = demo(tmp_path / "fires", "--scenario", "two-fires")
    expect_all_accounted_for(figures, printed, ALERTS)
    assert figures["sign_in_url"] not in printed, "nobody is there any more to open it"
    assert figures["true_causes"] == [FIRST_FIRE, SECOND_FIRE]
    first, second = (woken(figures, cause) for cause in figures["true_causes"])
    assert first
    assert second
    assert {page["incident"] for page in first}.isdisjoint(page["incident"] for page in second)


def test_quiet_day_wakes_nobody_and_it_stays_up_until_ctrl_c(tmp_path: Path) -> None:
    folder = tmp_path / "quiet"
    with demo_that_stays_up(folder, "--scenario", "quiet", "--speed", "600") as figures:
        assert httpx.get(figures["sign_in_url"], timeout=10).status_code == 200
    printed = folder.with_suffix(".out").read_text()
    expect_all_accounted_for(figures, printed, 2_000)
    assert figures["pages"] == figures["incidents"] == []
    assert not (folder / "pages.jsonl").exists()
    assert "Woken: nobody" in printed


def test_recorded_cases_are_judged_by_the_running_system(tmp_path: Path) -> None:
    printed, figures = demo(tmp_path / "real", "--scenario", "real")
    expect_all_accounted_for(figures, printed, figures["counts"]["sent"])
    places = [case["place"] for case in figures["cases"]]
    assert len(places) == 12
    assert (figures["top_1"], figures["top_3"]) == (places.count(1), sum(place in {1, 2, 3} for place in places))
    assert figures["top_3"] > 0
    said = f"true cause named first in {figures['top_1']} of 12, among the first three in {figures['top_3']}"
    assert said in printed


def test_folder_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    refused = subprocess.run(
        [*DEMO, "--headless", "--data-dir", str(tmp_path)], capture_output=True, text=True, timeout=WITHIN_S
    )
    assert refused.returncode == 2
    assert "holds other things" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
