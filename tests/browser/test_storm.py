"""A storm arrives over HTTP and is seen live; it is answered from a phone."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

    from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

WATCH = """() => {
  const read = () => {
    const table = document.querySelector('.ledger')
    if (!table) return
    const number = cell => Number(cell.textContent.replace(/[^0-9]/g, ''))
    const rows = [...table.querySelectorAll('tbody .count')].map(number)
    const total = number(table.querySelector('tfoot .count'))
    window.seen.push([rows.reduce((a, b) => a + b, 0), total])
  }
  window.seen = []
  window.stayed = true
  read()
  const all = { subtree: true, childList: true, characterData: true }
  new MutationObserver(read).observe(document.querySelector('main'), all)
}"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MOST_A_SECOND = 2


def _seen(page: Page) -> list[tuple[int, int]]:
    """(sum of the ledger's rows, its total) at every change so far."""
    return [(rows, total) for rows, total in page.evaluate("window.seen")]


def _most_within_a_second(moments: list[float]) -> int:
    return max((sum(1 for each in moments if at <= each < at + 1) for at in moments), default=0)


def test_storm_is_seen_live_and_acknowledged_from_a_phone(browser: Browser, site: Site) -> None:
    desk = site.context(browser, "ann", viewport={"width": 1440, "height": 900})
    page = desk.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/alerts")
    site.storm(rounds=2)
    page.get_by_role("link", name=re.compile("new row")).click()
    page.locator("a.id", has_text="INC-1").first.click(timeout=20_000)
    page.wait_for_url("**/incidents/INC-1")
    page.locator(".ledger").wait_for()

    asked: list[float] = []
    page.on("request", lambda request: _note(request, asked))
    page.evaluate(WATCH)
    before = _seen(page)[0][1]
    for _ in range(3):
        site.storm(rounds=3)
    sent = 3 * (1 + 3 * 24)
    page.wait_for_function(f"() => window.seen.at(-1)[1] >= {before + sent}", timeout=20_000)

    seen = _seen(page)
    assert [pair for pair in seen if pair[0] != pair[1]] == [], "the ledger adds up at every refresh"
    assert len({total for _, total in seen}) > 1, "the figures tick"
    assert page.evaluate("window.stayed"), "without loading the page again"
    assert 0 < _most_within_a_second(asked) <= MOST_A_SECOND
    assert page.locator(".live").get_attribute("data-live-state") == "live"

    phone = site.context(browser, "alice", **PHONE)
    mobile = phone.new_page()
    mobile.goto("/incidents/INC-1")
    assert mobile.locator(".ack").inner_text().startswith("You are paged: Network")
    button = mobile.get_by_role("button", name="Acknowledge")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 56
    assert box["y"] + box["height"] <= 844, "in reach of the thumb without scrolling"
    button.tap()
    mobile.locator("#said").get_by_text("You have INC-1.").wait_for()
    page.get_by_text("Alice has it").wait_for(timeout=10_000)
    assert faults == []
    phone.close()
    desk.close()


@pytest.mark.slow
def test_last_of_25_000_alerts_tick_in_live(browser: Browser, site: Site) -> None:
    sent = site.storm(rounds=1)
    site.pour(22_000)
    desk = site.context(browser, "ann", viewport={"width": 1440, "height": 900})
    page = desk.new_page()
    deadline = time.monotonic() + 60
    while page.goto("/incidents/INC-1").status == 404:  # type: ignore[union-attr]  # goto of an address answers
        assert time.monotonic() < deadline, "no incident was opened"
    page.locator("#update").fill("Half a sentence")
    asked: list[float] = []
    page.on("request", lambda request: _note(request, asked))
    page.evaluate(WATCH)
    for _ in range(3):
        site.pour(1_000)
    sent += 25_000
    page.wait_for_function(f"() => window.seen.at(-1)[1] === {sent}", timeout=90_000)
    seen = _seen(page)
    assert [pair for pair in seen if pair[0] != pair[1]] == [], "the ledger adds up at every refresh"
    assert len({total for _, total in seen}) > 1, "the figures tick"
    assert 0 < _most_within_a_second(asked) <= MOST_A_SECOND
    assert page.locator("#update").input_value() == "Half a sentence"
    assert page.locator(".funnel").inner_text().startswith(f"{sent:,}")
    desk.close()


def _note(request: Request, asked: list[float]) -> None:
    if request.url.endswith("/part/storm"):
        asked.append(time.monotonic())


def test_incident_is_answered_without_scripts(browser: Browser, site: Site) -> None:
    site.storm(rounds=2)
    context = site.context(browser, "alice", java_script_enabled=False, **PHONE)
    page = context.new_page()
    deadline = time.monotonic() + 20
    while page.goto("/incidents/INC-1").status == 404:  # type: ignore[union-attr]  # goto of an address answers
        assert time.monotonic() < deadline, "no incident was opened"
    page.get_by_role("button", name="Acknowledge").click()
    assert "You have INC-1." in page.locator("main").inner_text()
    page.locator("#update").fill("Looking at the **database**")
    page.get_by_role("button", name="Write").click()
    assert page.locator("#timeline-lines strong").inner_text() == "database"
    context.close()
