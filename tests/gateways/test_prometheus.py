"""Debian's real Prometheus fires and resolves against a running front."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.gateways.conftest import Front
from tocsin.alerts.models import Alert
from tocsin.alerts.rules import AlertState, Severity

PROGRAM = shutil.which("prometheus")
PATIENCE_S = 60.0

RULES = """
groups:
  - name: sample
    interval: 1s
    rules:
      - alert: SampleFailure
        expr: vector({value}) > 0
        labels: {{severity: critical, service: db}}
        annotations: {{summary: "Sample failure of the database"}}
"""

CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - api_version: v2
      authorization: {{credentials: {token}}}
      static_configs: [{{targets: ["{address}"]}}]
"""


@contextmanager
def prometheus(folder: Path, front: Front) -> Iterator[subprocess.Popen[bytes]]:
    """Started on a port of its own choice; ends with the block."""
    configuration = CONFIGURATION.format(token=front.world.token, address=front.url.removeprefix("http://"))
    (folder / "prometheus.yml").write_text(configuration)
    options = {
        "config.file": folder / "prometheus.yml",
        "storage.tsdb.path": folder / "data",
        "web.listen-address": "127.0.0.1:0",
        "rules.alert.resend-delay": "1s",
    }
    command = [str(PROGRAM), *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            yield process
        finally:
            process.terminate()


def wait_for(front: Front, reached: Callable[[], bool]) -> None:
    """Digest until it is so."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        front.world.turn()
        if reached():
            return
        time.sleep(0.05)
    pytest.fail("Prometheus has not come to this in time.")


def told_by_api(front: Front) -> list[dict[str, Any]]:
    """What Alertmanager's API says that fires."""
    answer = Client().get("/api/v2/alerts", headers=front.bearer)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    return found


@pytest.mark.slow
@pytest.mark.skipif(PROGRAM is None, reason="needs Prometheus (Debian: apt-get install prometheus)")
def test_prometheus_fires_repeats_and_resolves(front: Front, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES.format(value=1))
    with prometheus(tmp_path, front) as process:
        wait_for(front, lambda: Alert.objects.filter(state=AlertState.OPEN, count__gt=1).exists())
        alert = Alert.objects.get()
        assert (alert.name, alert.service.key, alert.severity) == ("SampleFailure", "db", Severity.CRITICAL)
        assert alert.title == "Sample failure of the database"
        (told,) = told_by_api(front)
        assert (told["labels"]["alertname"], told["status"]["state"]) == ("SampleFailure", "active")
        assert told["annotations"] == {"summary": "Sample failure of the database"}
        rules.write_text(RULES.format(value=0))
        process.send_signal(1)  # SIGHUP: read the rules again
        wait_for(front, lambda: Alert.objects.get().state == AlertState.CLOSED)
        assert told_by_api(front) == []
