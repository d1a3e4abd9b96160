"""Examples of what is done beside an alert's own life: to its words, its files, its people; and for other products."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

from tests.journal import prepared
from tests.journal.writes import Action, by
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions as alerts
from tocsin.alerts.models import Alert, Heartbeat
from tocsin.core import clock
from tocsin.core.ids import uuid7
from tocsin.gateways import actions as gateways
from tocsin.gateways.models import Request


def _alert() -> UUID:
    return Alert.objects.order_by("id")[0].uuid


def _offering(action: str) -> UUID:
    return alerts.relabel(_alert(), {"actions": action}, actor=SYSTEM).uuid


def _helped_and_over() -> UUID:
    alerts.ask_team(_alert(), prepared.team("data"), actor=SYSTEM)
    Alert.objects.filter(uuid=_alert()).update(state="closed")
    return _alert()


def _attachment() -> UUID:
    return alerts.attach(_alert(), "log.txt", b"dark", actor=SYSTEM).uuid


def _promise() -> gateways.Promise:
    return gateways.Promise(id=uuid7(), operation="add_note", identifier="x", kind="alias", body={"note": "x"})


def _promised() -> UUID:
    asked = _promise()
    gateways.promise("opsgenie", asked, actor=prepared.key_in_use())
    return asked.id


def _request_of_old() -> Action:
    Request.objects.filter(uuid=_promised()).update(accepted_at=clock.now() - timedelta(days=15))
    return gateways.forget_requests


def _search(name: str) -> gateways.SearchDetails:
    return gateways.SearchDetails(name=name, query="tag: disk")


def _saved_search() -> str:
    return gateways.create_search(_search("Disks"), actor=SYSTEM).name


def _heartbeat() -> str:
    details = alerts.HeartbeatDetails(name="nightly backup", interval_s=60, team="network")
    return alerts.save_heartbeat(details, actor=SYSTEM).name


def _silent_heartbeat() -> Action:
    name = _heartbeat()
    long_ago = clock.now() - timedelta(hours=1)
    Heartbeat.objects.filter(name=name).update(last_ping_at=long_ago, due_at=long_ago)
    return partial(alerts.miss_heartbeats, heard_since=long_ago)


EXAMPLES: dict[str, Callable[[], Action]] = {
    "alerts.save_heartbeat": lambda: partial(
        alerts.save_heartbeat, alerts.HeartbeatDetails(name="nightly backup", interval_s=60, team="network"), **by
    ),
    "alerts.switch_heartbeat": lambda: partial(alerts.switch_heartbeat, _heartbeat(), enabled=False, **by),
    "alerts.remove_heartbeat": lambda: partial(alerts.remove_heartbeat, _heartbeat(), **by),
    "alerts.miss_heartbeats": _silent_heartbeat,
    "alerts.amend": lambda: partial(alerts.amend, _alert(), alerts.Amendment(title="Lost SMS"), **by),
    "alerts.tag": lambda: partial(alerts.tag, _alert(), add=["night"], **by),
    "alerts.relabel": lambda: partial(alerts.relabel, _alert(), {"rack": "r12"}, **by),
    "alerts.note": lambda: partial(alerts.note, _alert(), "Uplink B is dark", **by),
    "alerts.assign": lambda: partial(alerts.assign, _alert(), prepared.person(), **by),
    "alerts.ask_action": lambda: partial(alerts.ask_action, _offering("restart"), "restart", **by),
    "alerts.ask_team": lambda: partial(alerts.ask_team, _alert(), prepared.team("data"), **by),
    "alerts.ask_person": lambda: partial(alerts.ask_person, _alert(), prepared.person(), **by),
    "alerts.escalate": lambda: partial(alerts.escalate, _alert(), "network-default", **by),
    "alerts.stop_helping": lambda: partial(alerts.stop_helping, [_helped_and_over()]),
    "alerts.attach": lambda: partial(alerts.attach, _alert(), "log.txt", b"dark", **by),
    "alerts.detach": lambda: partial(alerts.detach, _alert(), _attachment(), **by),
    "alerts.delete": lambda: partial(alerts.delete, _alert(), **by),
    "gateways.promise": lambda: partial(gateways.promise, "opsgenie", _promise(), actor=prepared.key_in_use()),
    "gateways.fulfil": lambda: partial(gateways.fulfil, _promised(), lambda request: "done"),
    "gateways.forget_requests": _request_of_old,
    "gateways.describe_incident": lambda: partial(
        gateways.describe_incident,
        prepared.incident(),
        gateways.IncidentWords(tags=["sms"], details={"region": "eu"}, request=uuid7()),
        **by,
    ),
    "gateways.delete_incident": lambda: partial(gateways.delete_incident, prepared.incident(), "INC-1", **by),
    "gateways.create_search": lambda: partial(gateways.create_search, _search("Disks"), **by),
    "gateways.change_search": lambda: partial(gateways.change_search, _saved_search(), _search("Discs"), **by),
    "gateways.remove_search": lambda: partial(gateways.remove_search, _saved_search(), **by),
}
