"""What a first visit costs, and what the content security policy forbids."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from django.core.checks import Error

from tocsin.ui import assets, checks

PACKAGE = Path(__file__).resolve().parents[2] / "tocsin"
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))
KIB = 1024


def _entry(name: str) -> Path:
    return assets.DIST / json.loads((assets.DIST / "manifest.json").read_text())[name]["file"]


def _zipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_script_of_the_first_page_keeps_its_budget() -> None:
    assert _zipped(_entry("app.ts")) <= 30 * KIB


def test_styles_keep_their_budget() -> None:
    assert _zipped(_entry("app.css")) <= 15 * KIB


def test_fonts_keep_their_budget() -> None:
    assert sum(font.stat().st_size for font in assets.DIST.glob("*.woff2")) <= 110 * KIB


def test_licences_of_what_is_bundled_are_carried() -> None:
    notice = (assets.DIST / "THIRD_PARTY.txt").read_text()
    for name in ("htmx.org", "ibm-plex-sans", "ibm-plex-mono", "SIL OPEN FONT LICENSE"):
        assert name in notice


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_template_has_nothing_inline_that_the_policy_forbids(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "hx-on" not in text


def test_missing_bundle_is_found_at_boot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert checks.bundle_is_built() == []
    monkeypatch.setattr(assets, "DIST", tmp_path)
    (found,) = checks.bundle_is_built()
    assert isinstance(found, Error)
    assert "python hatch_build.py" in str(found.hint)
