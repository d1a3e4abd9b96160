"""The source that the documentation shows works as it stands, and as a package of its own."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings

from tests.alerts.test_sources_fuzz import VALUES, decode
from tocsin.alerts.intake.http import Request
from tocsin.alerts.rules import AlertAction
from tocsin.alerts.sources.generic import Generic
from tocsin.alerts.sources.registry import KINDS
from tocsin.alerts.sources.source import Setup, Source
from tocsin.core.registry import Registry

PAGE = (Path(__file__).parents[2] / "docs/how-to/write-a-source.md").read_text()
CODE = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0]
DECLARED = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package of the page, as pip would have installed it."""
    entry = DECLARED.splitlines()[1].replace('"', "")
    (tmp_path / "your_package.py").write_text(CODE)
    info = tmp_path / "your_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: your-package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[tocsin.sources]\n{entry}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "your_package", raising=False)


def asked(body: bytes) -> Request:
    return Request("POST", "/in/backups", {"headers": [], "query_string": b""}, body)


def shown() -> Source:
    module = ModuleType("your_package")
    exec(CODE, module.__dict__)
    made: Source = module.BACKUPS
    return made


def test_the_source_of_the_page_has_thirty_lines_and_takes_an_alert_and_its_end() -> None:
    source = shown()
    assert len([line for line in CODE.splitlines() if line and "import" not in line]) <= 30
    assert isinstance(source, Source)
    fired = source.decode(asked(b'{"job": "orders", "failed": true, "host": "db"}'), Setup()).events[0]
    ended = source.decode(asked(b'{"job": "orders", "failed": false}'), Setup()).events[0]
    assert (fired.fingerprint, fired.service, fired.title) == ("orders", "db", "Backup orders failed")
    assert (ended.fingerprint, ended.action) == ("orders", AlertAction.RESOLVE)


@settings(max_examples=60, deadline=None)
@given(body=VALUES)
def test_the_source_of_the_page_takes_or_refuses_random_json(body: object) -> None:
    found = decode(shown(), asked(json.dumps(body).encode()), Setup())
    assert found is None or len(found.events) == 1


def test_a_source_of_another_package_is_found_beside_our_own(installed: None) -> None:
    assert [entry.name for entry in entry_points(group="tocsin.sources")] == ["backups"]
    registry: Registry[Source] = Registry("tocsin.sources", (Generic(),))
    assert [kind.kind for kind in registry] == ["backups", "generic"]
    assert registry.get("backups").decode(asked(b'{"job": "x", "failed": true}'), Setup()).events
    assert "backups" not in KINDS  # it was asked before the package was there
