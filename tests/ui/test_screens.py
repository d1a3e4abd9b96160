"""The shell and the components in a browser: every width, theme and language, keys, live fragments, no scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input, select, summary')].filter(e => {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e)
  if (box.width === 0 || style.visibility === 'hidden' || style.position === 'absolute' && box.width <= 1) return false
  const inText = e.matches('a') && style.display === 'inline' && e.closest('p, li, td, th, dd, b')
  return (box.height < 24 || box.width < 24) && !inText && !e.closest('svg')
}).map(e => `${e.tagName} ${e.textContent.trim().slice(0, 30)} ${e.getBoundingClientRect().height}`)"""
BROKEN_NUMBERS = """() => [...document.querySelectorAll('.count, .funnel b, td.number, time')].filter(
  e => e.getClientRects().length > 1).map(e => e.textContent)"""


def _open(browser: Browser, address: str, **context: object) -> Page:
    page = browser.new_context(**context).new_page()  # type: ignore[arg-type]  # options of Playwright, by name
    page.faults = []  # type: ignore[attr-defined]  # read by _faults
    page.on("console", lambda m: page.faults.append(m.text) if m.type == "error" else None)  # type: ignore[attr-defined]  # see above
    page.on("pageerror", lambda error: page.faults.append(str(error)))  # type: ignore[attr-defined]  # see above
    page.goto(address)
    return page


def _tell(screens: str, what: str) -> None:
    urlopen(Request(f"{screens}/control/{what}", method="POST"), timeout=5).close()


@pytest.mark.parametrize("path", ["ui/gallery", "ui/gallery/plain", "ui/gallery/404"])
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing(browser: Browser, screens: str, path: str, width: int, theme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (in frontend/: npm ci --ignore-scripts)")
    view = {"width": width, "height": 900}
    page = _open(browser, f"{screens}/{path}", viewport=view, locale="pl", color_scheme=theme)
    page.evaluate(AXE.read_text())  # a script tag would be refused by the policy
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    assert len(found["passes"]) > 10
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]] == []
    page.context.close()


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("pl", "dark")])
@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_gallery_fits_and_breaks_no_policy(
    browser: Browser, screens: str, width: int, language: str, theme: str
) -> None:
    view = {"width": width, "height": 900}
    page = _open(browser, f"{screens}/ui/gallery", viewport=view, locale=language, color_scheme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(BROKEN_NUMBERS) == []
    assert page.locator("html").get_attribute("lang") == language
    assert page.faults == []  # type: ignore[attr-defined]  # set by _open
    page.context.close()


def test_theme_switch_wins_over_the_system_and_is_remembered(browser: Browser, screens: str) -> None:
    page = _open(browser, f"{screens}/ui/gallery", color_scheme="dark")
    dark = page.evaluate("getComputedStyle(document.querySelector('.top')).backgroundColor")
    with page.expect_response("**/ui/theme"):
        page.get_by_role("button", name="Switch between light and dark").click()
    light = page.evaluate("getComputedStyle(document.querySelector('.top')).backgroundColor")
    assert light != dark
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_language_is_chosen_with_and_without_scripts(browser: Browser, screens: str, scripts: bool) -> None:
    page = _open(browser, f"{screens}/ui/gallery", java_script_enabled=scripts, locale="en")
    page.locator(".rail-me").click()
    page.get_by_role("button", name="Polski").first.click()
    page.wait_for_url("**/ui/gallery")
    assert page.locator("html").get_attribute("lang") == "pl"
    page.context.close()


@pytest.fixture
def live_page(browser: Browser, screens: str) -> Iterator[Page]:
    _tell(screens, "up")
    page = _open(browser, f"{screens}/live-page", locale="en")
    page.locator("[data-live-state=live]").wait_for()
    yield page
    page.context.close()
    _tell(screens, "up")


def _drawn(page: Page) -> int:
    return int((page.locator("#counter").text_content() or "").split()[-1])


def _await_drawn(page: Page, more_than: int) -> int:
    page.wait_for_function(
        "n => Number(document.querySelector('#counter').textContent.split(' ').at(-1)) > n", arg=more_than
    )
    return _drawn(page)


def test_change_of_a_topic_refreshes_its_fragment_and_keeps_what_is_typed(live_page: Page, screens: str) -> None:
    live_page.locator("#note").fill("half a sent")
    _tell(screens, "change")
    _await_drawn(live_page, 0)
    assert live_page.locator("#note").input_value() == "half a sent"


def test_change_of_another_topic_refreshes_nothing(live_page: Page, screens: str) -> None:
    _tell(screens, "other")
    _tell(screens, "change")
    once = _await_drawn(live_page, 0)
    _tell(screens, "change")
    assert _await_drawn(live_page, once) == once + 1


def test_storm_of_changes_refreshes_at_most_twice_a_second(live_page: Page, screens: str) -> None:
    before = len(json.load(urlopen(f"{screens}/control/drawn")))
    for _ in range(30):
        _tell(screens, "change")
        live_page.wait_for_timeout(50)
    live_page.wait_for_timeout(700)
    times = json.load(urlopen(f"{screens}/control/drawn"))[before:]
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert len(times) >= 2
    assert min(gaps) > 0.4


def test_page_says_when_the_server_lags_and_when_it_caught_up(live_page: Page, screens: str) -> None:
    _tell(screens, "behind")
    live_page.locator("[data-live-state=catching-up]").wait_for()
    before = _drawn(live_page)
    _tell(screens, "live")
    live_page.locator("[data-live-state=live]").wait_for()
    _await_drawn(live_page, before)


def test_page_polls_without_a_stream_says_paused_when_that_fails_and_recovers(live_page: Page, screens: str) -> None:
    _tell(screens, "break")
    _tell(screens, "down")
    live_page.locator("[data-live-state=catching-up]").wait_for()
    live_page.locator("[data-live-state=paused]").wait_for(timeout=15_000)
    assert "Paused since" in (live_page.locator(".live").text_content() or "")
    before = _drawn(live_page)
    _tell(screens, "up")
    live_page.locator("[data-live-state=live]").wait_for(timeout=15_000)
    _await_drawn(live_page, before)


def test_refusal_is_said_in_a_toast_and_leaves_the_screen_alone(live_page: Page) -> None:
    live_page.get_by_role("button", name="Fail").click()
    toast = live_page.locator(".toast.error")
    toast.wait_for()
    assert "You may not do this" in (toast.text_content() or "")
    assert "drawn" in (live_page.locator("#counter").text_content() or "")


def test_keys_walk_rows_press_buttons_and_leave_typing_alone(live_page: Page) -> None:
    live_page.evaluate(
        "document.querySelector('#ack').addEventListener('click', () => document.title = 'acknowledged')"
    )
    live_page.keyboard.press("j")
    live_page.keyboard.press("j")
    assert live_page.locator("[data-selected]").text_content() == "Two"
    live_page.locator("#note").press("a")
    assert live_page.title() != "acknowledged"
    live_page.locator("h1").click()
    live_page.keyboard.press("a")
    assert live_page.title() == "acknowledged"


def test_box_at_the_top_runs_commands_of_the_screen(live_page: Page) -> None:
    live_page.evaluate(
        "document.querySelector('#ack').addEventListener('click', () => document.title = 'acknowledged')"
    )
    live_page.keyboard.press("Control+k")
    live_page.keyboard.type("ackn")
    live_page.keyboard.press("Enter")
    assert live_page.title() == "acknowledged"


def test_go_keys_follow_the_rail(live_page: Page) -> None:
    live_page.keyboard.press("g")
    live_page.keyboard.press("s")
    live_page.wait_for_url("**#services")


def test_help_opens_and_single_keys_can_be_turned_off(live_page: Page) -> None:
    live_page.keyboard.press("?")
    dialog = live_page.get_by_role("dialog", name="Keyboard")
    dialog.wait_for()
    dialog.get_by_role("checkbox").uncheck()
    live_page.keyboard.press("Escape")
    live_page.keyboard.press("j")
    assert live_page.locator("[data-selected]").count() == 0


def test_countdown_and_running_clock_move_by_the_servers_clock(browser: Browser, screens: str) -> None:
    page = _open(browser, f"{screens}/ui/gallery", locale="en")
    assert page.locator(".ack .countdown").text_content() in {"3:41", "3:40", "3:39"}
    first = page.locator("[data-running-since]").first.text_content()
    page.wait_for_function("was => document.querySelector('[data-running-since]').textContent !== was", arg=first)
    page.context.close()


def test_copy_button_copies_the_text_beside_it_and_says_so(browser: Browser, screens: str) -> None:
    page = _open(browser, f"{screens}/ui/gallery", locale="en", permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("[data-copy]").first
    source = page.locator(button.get_attribute("data-copy") or "")
    button.click()
    page.wait_for_function("() => document.querySelector('[data-copy]').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == (source.text_content() or "").strip()
    page.wait_for_function("() => document.querySelector('[data-copy]').textContent === 'Copy'")
    page.context.close()


def test_copy_button_selects_the_text_where_plain_http_has_no_clipboard(browser: Browser, screens: str) -> None:
    page = _open(browser, f"{screens}/ui/gallery", locale="en")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    button = page.locator("[data-copy]").first
    source = page.locator(button.get_attribute("data-copy") or "")
    button.click()
    page.wait_for_function("() => getSelection().toString().length > 0")
    assert page.evaluate("getSelection().toString()").strip() == source.inner_text().strip()
    assert button.text_content() == "Copy", "nothing was copied, so nothing says so"
    page.context.close()


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_error_screens_say_what_to_do(browser: Browser, screens: str, status: int) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    answer = page.goto(f"{screens}/ui/gallery/{status}")
    assert answer is not None
    assert answer.status == status
    assert len((page.locator("h1 + p").text_content() or "").split()) > 8
    page.close()


def test_everything_is_readable_without_scripts(browser: Browser, screens: str) -> None:
    page = _open(browser, f"{screens}/ui/gallery", java_script_enabled=False, locale="en")
    assert page.get_by_role("button", name="Acknowledge").is_visible()
    assert page.get_by_text("Every alert is accounted for").is_visible()
    assert not page.locator("[data-copy]").is_visible()
    page.context.close()
