"""Every address of the screens, from Django's own list: Alice may, Bob may look, Charlie finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.api import operations as asked
from tests.api.conftest import _signed_in, estate, incident, storm  # noqa: F401  # fixtures shared with the API's tests
from tests.incidents import world
from tocsin.alerts.models import Alert, Group
from tocsin.journal.models import Fact
from tocsin.paging.models import Page

if TYPE_CHECKING:
    from tocsin.incidents.models import IncidentDetail

SECRETS = (world.SWITCH, "uplink down", "Alice", "Ann", "Dan", "network-primary")
"""What there is, and is not there for Charlie."""

OPEN = {"sign-in", "sign-in/<str:token>", "sign-out", "p/<str:token>", "live/permit"}
"""Addresses that somebody without a session needs; they have tests of their own."""

OWN = {"ui/theme", "ui/language", "ui/rail", "ui/alarm"}
"""What everybody sets for themselves, and parts of the shell around every screen."""


OTHERS = ("api/", "v1/", "v2/", "jsm/")
"""Addresses for programs, which ask with a key: they have tests of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`path` fills the address. `form` is what Alice would post, None where nothing is posted. `own`: what everybody
    keeps for themselves, and may."""

    path: Callable[[], Mapping[str, Any]] = dict
    form: Mapping[str, Any] | None = None
    before: Callable[[], object] = dict
    query: str = ""
    looks: bool = True
    own: bool = False


def _first(name: str, model: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {name: model.objects.order_by("id")[0].uuid}


_INCIDENT: dict[str, Any] = {"key": "INC-1"}

EXAMPLES: dict[str, Example] = {
    "": Example(),
    "people": Example(),
    "keys": Example(looks=False),
    "keys/<uuid:key_id>/revoke": Example(path=asked._key, form={}, looks=False),
    "contacts": Example(form={"channel": "file", "address": "alice-2"}, own=True),
    "contacts/<uuid:contact_id>": Example(path=asked._contact, looks=False),
    "contacts/<uuid:contact_id>/test": Example(path=asked._contact, form={}, looks=False),
    "contacts/<uuid:contact_id>/remove": Example(path=asked._contact, form={}, looks=False),
    "services": Example(),
    "services/<path:key>": Example(path=lambda: {"key": world.SWITCH}),
    "changes": Example(),
    "panels/changes/near": Example(query="?at=2026-11-24T10:00:00Z"),
    "journal": Example(),
    "oncall": Example(),
    "oncall/<str:key>": Example(path=lambda: {"key": "network-primary"}),
    "oncall/<str:key>/overrides/<uuid:override>/remove": Example(
        path=lambda: {"key": "cover-me", "override": asked._cover()["override_id"]}, form={}, looks=False
    ),
    "escalation": Example(),
    "pages/unanswered": Example(),
    "pages/<uuid:page>/acknowledge": Example(path=_first("page", Page), form={}, looks=False),
    "alerts": Example(),
    "alerts/change": Example(looks=False),
    "alerts/undo": Example(looks=False),
    "alerts/<uuid:uuid>": Example(path=_first("uuid", Alert)),
    "groups/<uuid:uuid>": Example(path=_first("uuid", Group)),
    "groups/<uuid:uuid>/keep-apart": Example(path=_first("uuid", Group), looks=False),
    "groups/<uuid:uuid>/join": Example(path=_first("uuid", Group), looks=False),
    "groups/<uuid:uuid>/cause/<slug:verdict>": Example(
        path=lambda: {**_first("uuid", Group)(), "verdict": "confirm"}, form={}, looks=False
    ),
    "silences": Example(),
    "maintenance": Example(query="?edit=works-7", before=asked._maintenance),
    "maintenance/<str:key>/prolong": Example(
        path=lambda: {"key": "works-7"}, before=asked._maintenance, form={}, looks=False
    ),
    "maintenance/<str:key>/end": Example(
        path=lambda: {"key": "works-7"}, before=asked._maintenance, form={}, looks=False
    ),
    "heartbeats": Example(before=asked._heartbeat),
    "heartbeats/<str:name>/switch": Example(
        path=lambda: {"name": "nightly-backup"}, before=asked._heartbeat, form={}, looks=False
    ),
    "heartbeats/<str:name>/remove": Example(
        path=lambda: {"name": "nightly-backup"}, before=asked._heartbeat, form={}, looks=False
    ),
    "silences/<str:key>/end": Example(path=lambda: {"key": "mnt-118"}, before=asked._silence, form={}, looks=False),
    "silences/<str:key>/resume": Example(path=lambda: {"key": "mnt-118"}, before=asked._silence, looks=False),
    "incidents": Example(),
    "incidents/new": Example(form={"title": "Lost SMS", "severity": "2"}),
    "incidents/of/<uuid:uuid>": Example(path=lambda: {"uuid": asked.item_by_key(asked.SYSTEM, "INC-1").uuid}),
    "incidents/<str:key>": Example(path=lambda: _INCIDENT),
    "incidents/<str:key>/part/<slug:name>": Example(path=lambda: {**_INCIDENT, "name": "timeline"}),
    "incidents/<str:key>/do/<slug:verb>": Example(
        path=lambda: {**_INCIDENT, "verb": "acknowledge"}, form={}, looks=False
    ),
    "connect": Example(),
    "connect/<str:key>": Example(path=lambda: {"key": "probes"}, before=asked._integration),
    "connect/<str:key>/arrivals": Example(path=lambda: {"key": "probes"}, before=asked._integration),
    "connect/<str:key>/settings": Example(path=lambda: {"key": "probes"}, before=asked._integration, looks=False),
    "connect/<str:key>/settings/try": Example(path=lambda: {"key": "probes"}, before=asked._integration, looks=False),
    "connect/<str:key>/keys": Example(path=lambda: {"key": "probes"}, before=asked._integration, looks=False),
    "connect/<str:key>/disconnect": Example(
        path=lambda: {"key": "probes"}, before=asked._integration, form={}, looks=False
    ),
    "panels/alerts/open-counts": Example(),
    "panels/alerts/of-service/<path:key>": Example(path=lambda: {"key": world.SWITCH}),
    "panels/incidents/of-service/<path:key>": Example(path=lambda: {"key": world.SWITCH}),
    "health": Example(),
    "health/retry": Example(looks=False),
    "search": Example(),
}


def _addresses(resolver: Any, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        address = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from _addresses(each, address)
        elif not address.startswith(OTHERS):
            yield address


ADDRESSES = sorted({*_addresses(get_resolver("tocsin.main.urls"))} - OPEN - OWN)


def _filled(address: str, values: Mapping[str, Any]) -> str:
    for converter in ("str", "uuid", "path", "slug"):
        for name, value in values.items():
            address = address.replace(f"<{converter}:{name}>", str(value))
    return f"/{address}"


@pytest.mark.parametrize("address", ADDRESSES)
def test_alice_may_bob_may_look_charlie_finds_nothing(address: str, incident: IncidentDetail) -> None:  # noqa: F811  # the fixture
    example = EXAMPLES[address]
    example.before()
    path = _filled(address, example.path()) + example.query
    for client in (Client(), _signed_in("charlie")):
        found = client.get(path).content.decode()
        assert [secret for secret in SECRETS if secret in found and secret not in path] == []
    assert _changes_nothing(Client(), path, example)
    for login in () if example.own else ("charlie", "bob"):
        assert _changes_nothing(_signed_in(login), path, example)
    if example.looks:
        assert _signed_in("bob").get(path, follow=True).status_code == 200
        assert _signed_in("alice").get(path, follow=True).status_code == 200
    if example.form is not None:
        assert not _changes_nothing(_signed_in("alice"), path, example), "the example shows nothing"


def _changes_nothing(client: Client, path: str, example: Example) -> bool:
    """Whether posting leaves the journal as it was: every write is a fact."""
    before = Fact.objects.count()
    client.post(path, example.form or {})
    return Fact.objects.count() == before


def test_every_example_is_of_an_address_there_is() -> None:
    assert sorted(EXAMPLES) == ADDRESSES
