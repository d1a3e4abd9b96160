"""A newcomer's first minutes in a real browser against a whole node, and every set-up screen looked at by axe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.nodes import Node, running_node
from tests.ui.test_screens import AXE, RULES, SMALL_TARGETS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.conftest import Database
    from tocsin.accounts.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATHS = (
    "/connect",
    "/connect/first",
    "/connect/mapped/settings",
    "/services",
    "/services/gateway",
    "/oncall",
    "/oncall/primary",
    "/escalation",
    "/journal",
    "/people",
    "/keys",
    "/search?q=a",
)


@pytest.fixture
def node(fresh_database: Database, tmp_path: Path, alice: Person) -> Iterator[Node]:
    """A whole node with a little of everything."""
    _fill()
    with running_node(tmp_path / "node", fresh_database.app_dsn) as running:
        yield running


def _fill() -> None:
    from datetime import date, time

    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts.actions import IntegrationDetails, save_integration
    from tocsin.assets.actions import ServiceDetails, save_dependencies, save_services
    from tocsin.oncall.actions import RotationDetails, save_rotation
    from tocsin.oncall.rules import Weekday
    from tocsin.paging.actions import PolicyDetails, StepDetails, TargetDetails, save_policy

    wanted = [ServiceDetails(key=key, name=key.title(), team="network") for key in ("gateway", "switch")]
    save_services(wanted, actor=SYSTEM)
    save_dependencies({"gateway": ["switch"]}, actor=SYSTEM)
    rotation = RotationDetails(
        key="primary", name="Network primary", team="network", zone="Europe/Warsaw", handoff_weekday=Weekday.MONDAY,
        handoff_time=time(9), starts_on=date(2024, 1, 1), participants=("alice", "bob"),
    )  # fmt: skip
    save_rotation(rotation, actor=SYSTEM)
    steps = (StepDetails(after_s=0, notify=(TargetDetails(rotation="primary"),)),)
    save_policy(PolicyDetails(key="policy", name="Network", team="network", steps=steps), actor=SYSTEM)
    first = IntegrationDetails(key="first", name="First", kind="opsgenie", team="network")
    save_integration(first, actor=SYSTEM)
    mapped = IntegrationDetails(key="mapped", name="Mapped", kind="generic", team="network")
    save_integration(mapped, actor=SYSTEM)


@pytest.fixture
def context(browser: Browser, node: Node) -> Iterator[BrowserContext]:
    """A browser in which Alice is signed in."""
    from tocsin.accounts.actions import issue_sign_in_link
    from tocsin.accounts.rules import SYSTEM

    token = issue_sign_in_link("alice", actor=SYSTEM).rpartition("/")[2]
    context = browser.new_context(base_url=node.url, locale="en")
    page = context.new_page()
    page.goto(f"/sign-in/{token}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/connect")
    page.close()
    yield context
    context.close()


def test_first_alert_appears_by_itself_beside_the_command_that_sent_it(context: BrowserContext, node: Node) -> None:
    page = context.new_page()
    page.goto("/connect")
    page.get_by_label("What sends?").fill("My first script")
    page.get_by_label("Which format does it speak?").select_option("opsgenie")
    page.get_by_role("button", name="Connect and make its key").click()
    page.get_by_role("heading", name="Waiting for the first alert").wait_for()
    page.locator("[data-live-state=live]").wait_for()
    command = page.locator("#guide-1").text_content() or ""
    address = command.partition("curl -X POST ")[2].split()[0]
    key = command.partition("GenieKey ")[2].partition("'")[0]
    body = json.loads(command.partition("-d '")[2].rpartition("'")[0])
    assert address.startswith(node.url)
    answer = node.post("/v2/alerts", json=body, headers={"Authorization": f"GenieKey {key}"})
    assert answer.status_code == 202, answer.text
    page.get_by_role("heading", name="It arrived").wait_for(timeout=10_000)
    assert page.locator("#arrivals").get_by_text("Disk is full on db-01").is_visible()
    page.goto("/")
    assert page.url == f"{node.url}/alerts"


def test_page_is_answered_by_its_link_on_a_phone_without_scripts(browser: Browser, node: Node, alice: Person) -> None:
    from tocsin.accounts.queries import keyring, team_by_key
    from tocsin.accounts.rules import SYSTEM
    from tocsin.core.ids import uuid7
    from tocsin.core.refs import Ref
    from tocsin.paging import actions, queries
    from tocsin.paging.links import Link, make_token
    from tocsin.paging.rules import Sentence, SentenceKind

    sentence = Sentence(kind=SentenceKind.CAUSE, params={"service": "switch", "what": "uplink lost"})
    about = Ref("incidents.incident", uuid7())
    opened = actions.open_page(subject=about, team=team_by_key("network"), sentence=sentence, actor=SYSTEM)
    path = f"/p/{make_token(keyring(), Link(page=opened.uuid, person=alice.uuid))}"
    view = {"width": 390, "height": 780}
    phone = browser.new_context(base_url=node.url, java_script_enabled=False, viewport=view)
    sizes: list[int] = []
    page = phone.new_page()
    page.on("response", lambda got: sizes.append(0 if got.url.endswith(".woff2") else len(got.body())))
    page.goto(path)
    assert sum(sizes) < 40_000
    assert queries.page_for(SYSTEM, opened.uuid).acknowledged_at is None
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("You acknowledged").wait_for()
    assert queries.page_for(SYSTEM, opened.uuid).acknowledged_by == "Alice"
    phone.close()


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1440, "light", "en"), (1440, "dark", "pl"), (390, "light", "pl"), (390, "dark", "en")],
)
def test_set_up_screens_are_accessible_and_fit(
    context: BrowserContext, alice: Person, width: int, theme: Any, language: str
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (in frontend/: npm ci --ignore-scripts)")
    from tocsin.accounts.actions import set_preferences
    from tocsin.accounts.rules import SYSTEM

    set_preferences(alice.id, language=language, zone="", theme="", actor=SYSTEM)
    page = context.new_page()
    page.emulate_media(color_scheme=theme)
    faults = [fault for path in PATHS for fault in _faults(page, path, width, language)]
    assert faults == []


def _faults(page: Page, path: str, width: int, language: str) -> list[str]:
    """What axe finds at this width, and at which widths the screen scrolls sideways or has small targets."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    assert page.locator("html").get_attribute("lang") == language
    page.evaluate(AXE.read_text())  # a script tag would be refused by the policy
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    faults = [f"{path} {fault['id']}: {fault['nodes'][0]['html']}" for fault in found["violations"]]
    faults += [f"{path} {width} small: {target}" for target in page.evaluate(SMALL_TARGETS)]
    for narrow in (320, 768):
        page.set_viewport_size({"width": narrow, "height": 900})
        if (needed := page.evaluate("document.documentElement.scrollWidth")) > narrow:
            faults.append(f"{path} needs {needed} of {narrow}")
    return faults


def test_what_a_mapping_makes_of_a_sample_appears_while_it_is_written(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/connect/mapped/settings")
    page.get_by_label("A sample of what it posts").fill('{"what": "Disk full", "host": "db-01"}')
    page.get_by_label("Title").press_sequentially("{{what} on {{host}}")
    page.get_by_text("mapping.title:7:").wait_for()
    page.get_by_label("Title").fill("{{what}} on {{host}}")
    page.get_by_text("Disk full on db-01", exact=True).wait_for()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/connect/mapped")
