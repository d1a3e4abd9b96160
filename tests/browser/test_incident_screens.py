"""The screens of alerts and incidents in a browser: accessible, within every width, by keyboard, nothing jumps."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input, select, summary')].filter(e => {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e)
  if (box.width === 0 || style.visibility === 'hidden' || style.position === 'absolute' && box.width <= 1) return false
  if (e.matches('[type=checkbox]') && e.closest('label')) return false
  const inText = e.matches('a') && style.display === 'inline' && e.closest('p, li, td, th, dd, b')
  return (box.height < 24 || box.width < 24) && !inText && !e.closest('svg')
}).map(e => `${e.tagName} ${e.textContent.trim().slice(0, 30)} ${e.getBoundingClientRect().height}`)"""
WIDTHS = (320, 390, 768, 1440)


def _addresses(page: Page) -> list[str]:
    """Every screen of these rooms, with a failure to show."""
    deadline = time.monotonic() + 30
    while page.goto("/incidents/INC-1").status == 404:  # type: ignore[union-attr]  # goto of an address answers
        assert time.monotonic() < deadline, "no incident was opened"
    group = page.locator("aside a[href^='/groups/']").get_attribute("href") or ""
    page.goto(group)
    alert = page.locator("a[href^='/alerts/']").first.get_attribute("href") or ""
    screens = ["/incidents/INC-1", "/alerts", "/incidents", group, alert]
    others = ["/silences", "/incidents/new", "/alerts?state=closed", "/incidents?state=resolved"]
    return [*screens, *others, "/changes", "/changes?text=nothing-like-it", "/health", "/oncall"]


def _what_else_is_shown() -> None:
    """Changes before the failure, and a reaction that was given up, of which every screen warns."""
    from tocsin.accounts.rules import SYSTEM
    from tocsin.core import clock
    from tocsin.core.models import Job
    from tocsin.deployments.actions import NewChange, record_changes

    link = {"href": "https://sample.invalid/a/long/address/of-a-pipeline/4711", "text": ""}
    changes = [NewChange(summary="Database 16.4 rolled out by the nightly pipeline", service="db", links=[link])]
    record_changes([*changes, NewChange(summary="DNS switched over")], actor=SYSTEM)
    error = "ConnectionError: smtp.sample.invalid:587 did not answer within 30 seconds"
    Job.objects.create(kind="sample:told", payload={}, attempts=12, last_error=error, failed_at=clock.now())


def _speak(login: str, language: str) -> None:
    from django.contrib.auth import get_user_model

    get_user_model().objects.filter(login=login).update(language=language)


def _faults(page: Page) -> list[tuple[str, list[str]]]:
    page.evaluate(AXE.read_text())  # a script tag would be refused by the policy
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    assert len(found["passes"]) > 10
    return [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in found["violations"]]


def test_screens_are_accessible_and_fit_every_width(browser: Browser, site: Site) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (in frontend/: npm ci --ignore-scripts)")
    _what_else_is_shown()
    site.storm(rounds=2)
    found: dict[str, object] = {}
    for language, theme, other in (("en", "light", "dark"), ("pl", "dark", "light")):
        context = site.context(browser, "alice", color_scheme=theme)
        page = context.new_page()
        page.on("console", lambda m: found.setdefault(f"console {m.text}", m.type) if m.type == "error" else None)
        addresses = _addresses(page)
        _speak("alice", language)
        for address in addresses:
            page.emulate_media(color_scheme=theme)
            page.goto(address)
            page.wait_for_function("() => !document.querySelector('[hx-trigger=load]')")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                where = f"{address} {language} {theme} {width}"
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found[f"{where} scrolls sideways"] = page.evaluate("document.documentElement.scrollWidth")
                if small := page.evaluate(SMALL_TARGETS):
                    found[f"{where} small targets"] = small
                if width in (390, 1440) and (faults := _faults(page)):
                    found[f"{where} axe"] = faults
            page.emulate_media(color_scheme=other)
            if faults := _faults(page):
                found[f"{address} {language} {other} {WIDTHS[-1]} axe"] = faults
        context.close()
    found.pop("console Failed to load resource: the server responded with a status of 404 (Not Found)", None)
    assert found == {}, "\n".join(f"{where}: {what}" for where, what in found.items())


def test_keys_walk_tick_and_acknowledge_in_the_inbox(browser: Browser, site: Site) -> None:
    context = site.context(browser, "alice", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    site.send(*({"message": f"job {n} failed", "alias": f"job-{n}", "priority": "P4"} for n in range(3)))
    page.goto("/alerts")
    page.get_by_role("link", name=re.compile("new row")).or_(page.locator("[data-row]").nth(2)).first.wait_for()
    page.goto("/alerts")
    page.locator("[data-row]").nth(2).wait_for()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("input[name=ids]:checked").count() == 2
    site.send({"message": "job 9 failed", "alias": "job-9", "priority": "P4"})
    page.get_by_role("link", name="1 new row, show").wait_for()
    assert page.locator("input[name=ids]:checked").count() == 2, "a refresh takes no tick away"
    assert page.locator("[data-row]").count() == 3, "no row has moved"
    chosen = page.locator("[data-selected] .title").inner_text()
    assert chosen == page.locator("[data-row] .title").nth(1).inner_text(), "nor has the reader's place"
    page.keyboard.press("a")
    page.locator("#said").get_by_text("1 alert acknowledged.").wait_for()
    assert page.locator("[data-row]", has_text="Acknowledged").locator(".title a").inner_text() in chosen
    page.keyboard.press("z")
    page.locator("#said").get_by_text("1 alert is open again.").wait_for()
    context.close()


def test_what_is_being_written_survives_refreshes(browser: Browser, site: Site) -> None:
    site.storm(rounds=2)
    context = site.context(browser, "alice", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    _addresses(page)
    page.goto("/incidents/INC-1")
    page.get_by_text("As a table", exact=True).click()
    page.keyboard.press("u")
    page.keyboard.type("Half a sent")
    total = page.locator(".ledger tfoot .count").inner_text()
    site.storm(rounds=2)
    page.wait_for_function(f"() => document.querySelector('.ledger tfoot .count').textContent !== '{total}'")
    page.keyboard.type("ence")
    assert page.locator("#update").input_value() == "Half a sentence"
    assert page.locator("#storm .chart-table").get_attribute("open") is not None, "what was opened stays open"
    context.close()
