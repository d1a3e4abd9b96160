"""Buttons change the screen under the reader: no new page, nothing jumps, a refusal stands beside its button."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


def _incident(page: Page, site: Site) -> None:
    """An incident on the screen, and a mark that a new page would not have."""
    site.storm(rounds=2)
    deadline = time.monotonic() + 30
    while page.goto("/incidents/INC-1").status == 404:  # type: ignore[union-attr]  # goto of an address answers
        assert time.monotonic() < deadline, "no incident was opened"
    page.evaluate("window.marked = true")


def _is_same_page(page: Page) -> bool:
    return bool(page.evaluate("window.marked === true"))


def test_button_changes_the_screen_and_nothing_jumps(browser: Browser, site: Site) -> None:
    context = site.context(browser, "alice", viewport={"width": 1440, "height": 700})
    page = context.new_page()
    _incident(page, site)
    page.locator("#update").fill("Half a sentence")
    button = page.get_by_role("button", name="Not this")
    button.focus()
    page.evaluate("scrollBy(0, 40)")
    before = button.bounding_box()
    assert before is not None
    assert page.evaluate("scrollY") > 0
    page.keyboard.press("Enter")
    page.get_by_text("nothing else is suspected").or_(page.get_by_text("is suspected now")).first.wait_for()
    assert _is_same_page(page)
    page.wait_for_function("() => document.querySelector('#announcer').textContent.length > 0")
    after = button.bounding_box()
    assert after is not None
    assert after["y"] == pytest.approx(before["y"], abs=2), "what was pressed stays under the hand"
    assert page.locator("#update").input_value() == "Half a sentence"
    assert page.evaluate("document.activeElement !== document.body"), "the reader is somewhere"
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("the cause is a proposal again").first.wait_for()
    assert _is_same_page(page)
    context.close()


def test_focus_stays_on_the_button_that_stays(browser: Browser, site: Site) -> None:
    context = site.context(browser, "alice", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    _incident(page, site)
    page.locator("#update").fill("Traffic is moved.")
    page.get_by_role("button", name="Write", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("#timeline-lines").get_by_text("Traffic is moved.").wait_for()
    assert _is_same_page(page)
    assert page.locator("#update").input_value() == "", "what was sent is not written a second time"
    assert page.evaluate("document.activeElement.textContent.trim()") == "Write"
    context.close()


def test_button_that_goes_leaves_the_focus_to_no_other_button(browser: Browser, site: Site) -> None:
    context = site.context(browser, "alice", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    _incident(page, site)
    page.get_by_role("button", name=re.compile("^Begin work")).focus()
    page.keyboard.press("Enter")
    page.get_by_text("Work on INC-1 has begun.").first.wait_for()
    page.wait_for_function("() => document.activeElement.id === 'said'")
    context.close()


def test_refusal_stands_beside_its_button_in_the_readers_language(browser: Browser, site: Site) -> None:
    from django.contrib.auth import get_user_model

    get_user_model().objects.filter(login="alice").update(language="pl")
    context = site.context(browser, "alice", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    _incident(page, site)
    other = context.new_page()
    other.goto("/incidents/INC-1")
    page.route("**/live/stream*", lambda route: route.abort())
    page.goto("/incidents/INC-1")
    page.evaluate("window.marked = true")
    other.locator("#act-resolve button").click()
    other.locator("#said .notice").wait_for()
    page.locator("#act-page select").select_option(index=1)
    page.locator("#act-page button").click()
    refusal = page.locator("#act-page .refused")
    refusal.wait_for()
    assert refusal.inner_text().strip() == "INC-1 jest rozwiązany; najpierw otwórz go ponownie."
    assert _is_same_page(page)
    assert page.locator(".toast").count() == 0, "it is said once"
    context.close()


def test_buttons_work_without_scripts(browser: Browser, site: Site) -> None:
    context = site.context(browser, "alice", java_script_enabled=False)
    page = context.new_page()
    site.storm(rounds=2)
    deadline = time.monotonic() + 30
    while page.goto("/incidents/INC-1").status == 404:  # type: ignore[union-attr]  # goto of an address answers
        assert time.monotonic() < deadline, "no incident was opened"
    page.get_by_role("button", name=re.compile("^Begin work")).click()
    page.locator("#said").get_by_text("Work on INC-1 has begun.").wait_for()
    page.goto("/alerts")
    page.get_by_role("button", name="Snooze for").click()
    page.get_by_text("Tick at least one row first.").wait_for()
    assert page.url.endswith("/alerts")
    context.close()
