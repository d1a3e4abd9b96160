"""The screens of services, through the whole stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tocsin.accounts.rules import SYSTEM
from tocsin.assets.actions import ServiceDetails, remove_service, save_dependencies, save_services, see_services

if TYPE_CHECKING:
    from django.test import Client

    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate(cast: dict[str, Person]) -> None:
    """A switch of Alice's team that a gateway of nobody's needs."""
    save_services(
        [
            ServiceDetails(
                key="core-sw-waw-02", name="Core switch 2", team="network", tier=1, kind="switch", site="waw"
            ),
            ServiceDetails(key="smpp-gw-waw", name="SMPP gateway", tier=2, kind="gateway", site="waw"),
            ServiceDetails(key="web-fra", name="Web", tier=4, site="fra"),
        ],
        actor=SYSTEM,
    )
    save_dependencies({"smpp-gw-waw": ["core-sw-waw-02"]}, actor=SYSTEM)


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def test_stranger_is_sent_to_sign_in_and_comes_back(client: Client, estate: None) -> None:
    answer = client.get("/services?tier=1")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/services%3Ftier%3D1")
    assert client.get("/services", headers={"hx-request": "true"}).status_code == 401


def test_list_shows_owner_and_tier_and_whom_nobody_owns(client: Client, estate: None, bob: Person) -> None:
    client.force_login(bob)
    text = _text(client, "/services")
    assert "core-sw-waw-02" in text
    assert "Network" in text
    assert "Nobody yet" in text
    assert "3 services" in text


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("q=SMPP", {"smpp-gw-waw"}),
        ("team=network", {"core-sw-waw-02"}),
        ("site=waw&tier=2", {"smpp-gw-waw"}),
        ("source=seen", set()),
        ("tier=nonsense", {"core-sw-waw-02", "smpp-gw-waw", "web-fra"}),
    ],
)
def test_list_is_narrowed(client: Client, estate: None, bob: Person, asked: str, shown: set[str]) -> None:
    client.force_login(bob)
    text = _text(client, f"/services?{asked}")
    assert {key for key in ("core-sw-waw-02", "smpp-gw-waw", "web-fra") if f"<code>{key}</code>" in text} == shown


def test_guest_finds_no_service(client: Client, estate: None, charlie: Person) -> None:
    client.force_login(charlie)
    assert "No services yet" in _text(client, "/services")
    assert "core-sw-waw-02" not in _text(client, "/services/core-sw-waw-02", status=404).replace("“core-sw-waw-02”", "")


def test_service_shows_what_it_needs_and_what_needs_it(client: Client, estate: None, bob: Person) -> None:
    client.force_login(bob)
    gateway = _text(client, "/services/smpp-gw-waw")
    assert "/services/core-sw-waw-02" in gateway
    assert "Given" in gateway
    switch = _text(client, "/services/core-sw-waw-02")
    assert "Network is paged when this fails." in switch
    assert "/services/smpp-gw-waw" in switch


def test_service_that_only_alerts_named_says_so(client: Client, estate: None, bob: Person) -> None:
    see_services(["db/with slash"], actor=SYSTEM)
    client.force_login(bob)
    assert "Seen in alerts" in _text(client, "/services/db/with%20slash")


def test_removed_service_is_marked_and_not_listed(client: Client, estate: None, bob: Person) -> None:
    remove_service("web-fra", actor=SYSTEM)
    client.force_login(bob)
    assert "Removed" in _text(client, "/services/web-fra")
    assert "web-fra" not in _text(client, "/services")


def test_list_reads_as_often_for_many_services(
    client: Client, estate: None, bob: Person, django_assert_max_num_queries: Any
) -> None:
    save_services(
        [ServiceDetails(key=f"host-{n:03}", name=f"Host {n}", team="network") for n in range(120)], actor=SYSTEM
    )
    client.force_login(bob)
    with django_assert_max_num_queries(18):
        text = _text(client, "/services")
    assert "Next 100" in text
    assert "host-119" in _text(client, "/services?after=host-050")
