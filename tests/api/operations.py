"""One example request for each operation of the API. An operation without one fails the access test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from django.db import connection

from tests.incidents import world
from tocsin.accounts.actions import issue_key
from tocsin.accounts.queries import team_by_key
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts import actions as alerts
from tocsin.alerts.models import Alert, Group
from tocsin.channels.actions import NewContact, add_contact
from tocsin.channels.models import Contact
from tocsin.core.queue import defer
from tocsin.incidents import actions as incidents
from tocsin.incidents.actions import Declaration
from tocsin.items import actions as items
from tocsin.items.queries import item_by_key, item_ref
from tocsin.items.rules import LinkKind
from tocsin.journal.queries import latest_facts
from tocsin.oncall import actions as oncall
from tocsin.oncall.rules import Weekday
from tocsin.paging.models import Page


class Guest(StrEnum):
    """What somebody finds who may see nothing here: no such thing, an empty list, or the same as everybody."""

    NOTHING = "404"
    EMPTY = "empty"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`path` fills the address; `body` is sent as JSON; `before` prepares the world. `administers`: Alice may not.

    `own`: what everybody keeps for themselves; where `path` names something, it is Alice's, and to others not there.
    """

    path: Callable[[], Mapping[str, str]] = dict
    body: Callable[[], Mapping[str, Any]] | None = None
    before: Callable[[], object] = dict
    guest: Guest = Guest.NOTHING
    administers: bool = False
    own: bool = False
    query: Mapping[str, str] = field(default_factory=dict)


def _incident() -> dict[str, str]:
    return {"key": "INC-1"}


def _group() -> dict[str, str]:
    return {"group_id": str(Group.objects.order_by("id")[0].uuid)}


def _alert() -> dict[str, str]:
    return {"alert_id": str(Alert.objects.order_by("id")[0].uuid)}


def _page() -> dict[str, str]:
    return {"page_id": str(Page.objects.get().uuid)}


def _contact() -> dict[str, str]:
    """Alice's own."""
    return {"contact_id": str(Contact.objects.get(address="alice").uuid)}


def _webhook() -> dict[str, str]:
    wanted = NewContact(channel="webhook", address="https://example.com/hook")
    return {"contact_id": str(add_contact("alice", wanted, actor=SYSTEM).uuid)}


def _close_alert() -> object:
    return alerts.close(Alert.objects.order_by("id")[0].uuid, actor=SYSTEM)


def _confirm() -> object:
    return alerts.confirm_cause(Group.objects.order_by("id")[0].uuid, actor=SYSTEM)


def _resolve() -> object:
    return incidents.resolve(item_by_key(SYSTEM, "INC-1").uuid, actor=SYSTEM)


def _second_incident() -> object:
    return incidents.declare(Declaration(title="Follow-up", severity=4, team="network"), actor=SYSTEM)


def _link() -> None:
    _second_incident()
    first, second = (item_by_key(SYSTEM, key) for key in ("INC-1", "INC-2"))
    items.link_item(first.uuid, LinkKind.RELATES_TO, item_ref(second), actor=SYSTEM)


def _key() -> dict[str, str]:
    key, _ = issue_key(name="reader", scope=KeyScope.READ, team=team_by_key("network"), actor=SYSTEM)
    return {"key_id": str(key.uuid)}


SILENCE = {
    "key": "mnt-118",
    "reason": "switch maintenance",
    "starts_at": "2026-01-01T00:00:00Z",
    "ends_at": "2999-01-01T00:00:00Z",
    "matchers": [{"label": "service", "op": "=", "value": world.SWITCH}],
}


HEARTBEAT = {"name": "nightly-backup", "interval_s": 600, "team": "network"}


def _heartbeat() -> object:
    return alerts.save_heartbeat(alerts.HeartbeatDetails(**HEARTBEAT), actor=SYSTEM)


_ON_HEARTBEAT = Example(path=lambda: {"name": "nightly-backup"}, before=_heartbeat)


MAINTENANCE = {
    "key": "works-7",
    "reason": "New line cards",
    "starts_at": "2026-11-24T01:00:00Z",
    "ends_at": "2036-11-24T04:00:00Z",
    "services": [world.SWITCH],
    "dependents": True,
}


def _maintenance() -> object:
    return alerts.save_maintenance(alerts.MaintenanceDetails(**timed(MAINTENANCE)), actor=SYSTEM)


_ON_MAINTENANCE = Example(path=lambda: {"key": "works-7"}, before=_maintenance)


def _silence() -> object:
    return alerts.save_silence(alerts.SilenceDetails(**timed(SILENCE)), actor=SYSTEM)


def timed(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as the action takes it."""
    return {**body, **{name: datetime.fromisoformat(body[name]) for name in ("starts_at", "ends_at")}}


INTEGRATION = {"key": "probes", "name": "Probes", "kind": "opsgenie", "team": "network"}


def _integration() -> object:
    return alerts.save_integration(alerts.IntegrationDetails(**INTEGRATION), actor=SYSTEM)


ROTATION = oncall.RotationDetails(
    key="cover-me",
    team="network",
    name="Cover me",
    zone="Europe/Warsaw",
    handoff_weekday=Weekday.MONDAY,
    handoff_time=time(9),
    starts_on=date(2026, 1, 5),
    participants=("ann",),
)
COVER = {"login": "ann", "starts_at": "2998-01-01T00:00:00Z", "ends_at": "2999-01-01T00:00:00Z"}


def _rotation() -> object:
    return oncall.save_rotation(ROTATION, actor=SYSTEM)


def _cover() -> dict[str, str]:
    _rotation()
    span = {name: datetime.fromisoformat(COVER[name]) for name in ("starts_at", "ends_at")}
    made = oncall.add_override("cover-me", oncall.OverrideDetails(person="ann", **span), actor=SYSTEM)
    return {"override_id": str(made.uuid)}


def _apart() -> dict[str, Any]:
    return {"alerts": [str(Alert.objects.order_by("id")[1].uuid)]}


def _other_group() -> dict[str, Any]:
    return {"group": str(world.group(cause=world.GATEWAY, alerts={world.GATEWAY: 2}).uuid)}


_ON_INCIDENT = Example(path=_incident)
_ON_GROUP = Example(path=_group)
_ON_ALERT = Example(path=_alert)


def _give_up() -> None:
    """A reaction to the newest fact that failed too often."""
    defer("react.tests", {"fact_id": latest_facts(limit=1)[0].id})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_job SET failed_at = tocsin_now(), attempts = 12 WHERE kind = 'react.tests'")


EXAMPLES: dict[str, Example] = {
    "GET /me": Example(guest=Guest.SAME),
    "GET /me/contacts": Example(own=True),
    "POST /me/contacts": Example(body=lambda: {"channel": "file", "address": "second"}, own=True),
    "DELETE /me/contacts/{contact_id}": Example(path=_contact, own=True),
    "POST /me/contacts/{contact_id}/test": Example(path=_contact, own=True),
    "GET /me/contacts/{contact_id}/messages": Example(path=_contact, own=True),
    "GET /me/contacts/{contact_id}/secret": Example(path=_webhook, own=True),
    "GET /people": Example(guest=Guest.EMPTY),
    "GET /teams": Example(guest=Guest.EMPTY),
    "GET /keys": Example(),
    "POST /keys": Example(body=lambda: {"name": "reader", "scope": "read", "team": "network"}),
    "POST /keys/{key_id}/revoke": Example(path=_key),
    "GET /services": Example(guest=Guest.EMPTY),
    "GET /services/{key}": Example(path=lambda: {"key": world.SWITCH}),
    "GET /services/{key}/alerts": Example(path=lambda: {"key": world.SWITCH}),
    "GET /changes": Example(guest=Guest.EMPTY),
    "POST /changes": Example(body=lambda: {"summary": "4.2 rolled out", "service": world.SWITCH}),
    "GET /items": Example(guest=Guest.EMPTY),
    "GET /items/{key}": _ON_INCIDENT,
    "POST /items/{key}/links": Example(
        path=_incident, before=_second_incident, body=lambda: {"kind": "relates_to", "target": "INC-2"}
    ),
    "DELETE /items/{key}/links/{kind}/{target}": Example(
        path=lambda: {"key": "INC-1", "kind": "relates_to", "target": "INC-2"}, before=_link
    ),
    "GET /journal": Example(),
    "GET /queue/given-up": Example(before=_give_up),
    "POST /queue/given-up/retry": Example(before=_give_up, body=lambda: {"kind": "react.tests"}, administers=True),
    "GET /oncall": Example(guest=Guest.EMPTY),
    "POST /rotations/{key}/overrides": Example(path=lambda: {"key": "cover-me"}, before=_rotation, body=lambda: COVER),
    "DELETE /overrides/{override_id}": Example(path=_cover),
    "GET /inbox": Example(guest=Guest.EMPTY),
    "GET /alerts/{alert_id}": _ON_ALERT,
    "POST /alerts/{alert_id}/acknowledge": _ON_ALERT,
    "POST /alerts/{alert_id}/unacknowledge": _ON_ALERT,
    "POST /alerts/{alert_id}/snooze": Example(path=_alert, body=lambda: {"until": "2999-01-01T00:00:00Z"}),
    "POST /alerts/{alert_id}/close": _ON_ALERT,
    "POST /alerts/{alert_id}/reopen": Example(path=_alert, before=_close_alert),
    "GET /groups/{group_id}": _ON_GROUP,
    "GET /groups/{group_id}/alerts": _ON_GROUP,
    "POST /groups/{group_id}/confirm-cause": Example(path=_group, body=dict),
    "POST /groups/{group_id}/reject-cause": _ON_GROUP,
    "POST /groups/{group_id}/withdraw-verdict": Example(path=_group, before=_confirm, body=dict),
    "POST /groups/{group_id}/keep-apart": Example(path=_group, body=_apart),
    "POST /groups/{group_id}/absorb": Example(path=_group, body=_other_group),
    "POST /groups/{group_id}/close": _ON_GROUP,
    "GET /silences": Example(before=_silence),
    "POST /silences": Example(body=lambda: SILENCE),
    "POST /silences/{key}/end": Example(path=lambda: {"key": "mnt-118"}, before=_silence),
    "GET /maintenance": Example(before=_maintenance),
    "POST /maintenance": Example(body=lambda: MAINTENANCE),
    "POST /maintenance/preview": Example(body=lambda: {"services": [world.SWITCH], "dependents": True}),
    "GET /maintenance/{key}": _ON_MAINTENANCE,
    "POST /maintenance/{key}/prolong": replace(_ON_MAINTENANCE, body=lambda: {"until": None}),
    "POST /maintenance/{key}/end": _ON_MAINTENANCE,
    "DELETE /maintenance/{key}": _ON_MAINTENANCE,
    "GET /heartbeats": Example(guest=Guest.EMPTY, before=_heartbeat),
    "POST /heartbeats": Example(body=lambda: HEARTBEAT),
    "GET /heartbeats/{name}": _ON_HEARTBEAT,
    "POST /heartbeats/{name}/enable": _ON_HEARTBEAT,
    "POST /heartbeats/{name}/disable": _ON_HEARTBEAT,
    "DELETE /heartbeats/{name}": _ON_HEARTBEAT,
    "GET /integrations": Example(guest=Guest.EMPTY),
    "POST /integrations": Example(body=lambda: INTEGRATION),
    "DELETE /integrations/{key}": Example(path=lambda: {"key": "probes"}, before=_integration),
    "GET /pages": Example(guest=Guest.EMPTY),
    "GET /pages/{page_id}": Example(path=_page),
    "POST /pages/{page_id}/acknowledge": Example(path=_page),
    "POST /pages/{page_id}/escalate": Example(path=_page),
    "GET /incidents": Example(guest=Guest.EMPTY),
    "POST /incidents": Example(body=lambda: {"title": "Lost SMS", "severity": 2, "service": world.GATEWAY}),
    "GET /incidents/paces": Example(guest=Guest.SAME),
    "GET /incidents/{key}": _ON_INCIDENT,
    "PATCH /incidents/{key}": Example(path=_incident, body=lambda: {"title": "SMS down in Warsaw"}),
    "GET /incidents/{key}/timeline": _ON_INCIDENT,
    "POST /incidents/{key}/acknowledge": _ON_INCIDENT,
    "POST /incidents/{key}/begin": _ON_INCIDENT,
    "POST /incidents/{key}/watch": _ON_INCIDENT,
    "POST /incidents/{key}/resolve": Example(path=_incident, body=dict),
    "POST /incidents/{key}/reopen": Example(path=_incident, before=_resolve, body=dict),
    "POST /incidents/{key}/comments": Example(path=_incident, body=lambda: {"body": "Uplink **B** is dark"}),
    "POST /incidents/{key}/severity": Example(path=_incident, body=lambda: {"severity": 2, "reason": "one site"}),
    "POST /incidents/{key}/assign": Example(path=_incident, body=lambda: {"login": "ann"}),
    "POST /incidents/{key}/command": Example(path=_incident, body=dict),
    "POST /incidents/{key}/confirm-cause": Example(path=_incident, body=dict),
    "POST /incidents/{key}/reject-cause": _ON_INCIDENT,
    "POST /incidents/{key}/withdraw-verdict": Example(path=_incident, before=_confirm, body=dict),
    "POST /incidents/{key}/page": Example(path=_incident, body=lambda: {"team": "data"}),
}
