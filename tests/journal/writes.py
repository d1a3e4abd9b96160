"""One example of each public action of each room: prepared when called, done when its answer is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from inspect import isfunction
from pathlib import Path
from typing import TYPE_CHECKING

import tocsin
from tests.api import operations as asked
from tests.incidents import world
from tests.journal import prepared
from tocsin.accounts import actions as accounts
from tocsin.accounts.queries import actor_for_person, person_ref
from tocsin.accounts.rules import ENGINE, SYSTEM, KeyScope
from tocsin.alerts import actions as alerts
from tocsin.assets import actions as assets
from tocsin.channels import actions as channels
from tocsin.channels.models import Contact
from tocsin.core import clock
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.deployments import actions as deployments
from tocsin.incidents import actions as incidents
from tocsin.incidents.actions import Declaration
from tocsin.incidents.facts import IncidentWatched
from tocsin.items import actions as items
from tocsin.items.queries import item_by_key
from tocsin.items.rules import LinkKind
from tocsin.journal import actions as journal
from tocsin.main.actions import retry_jobs
from tocsin.oncall import actions as oncall
from tocsin.paging import actions as paging
from tocsin.paging.rules import Sentence, SentenceKind, StopReason

if TYPE_CHECKING:
    from types import ModuleType


Action = Callable[[], object]

SOON = timedelta(hours=1)
CALL = Sentence(kind=SentenceKind.DECLARED, params={"title": "Lost SMS", "since": "2026-01-01T00:00:00Z", "by": "Ann"})


def actions() -> Iterator[str]:
    """Every function that is a door to writing, as `room.name`."""
    for room in sorted(path.name for path in Path(tocsin.__path__[0]).iterdir() if path.is_dir()):
        if find_spec(f"tocsin.{room}") and find_spec(f"tocsin.{room}.actions"):
            module = import_module(f"tocsin.{room}.actions")
            yield from (f"{room}.{name}" for name in _doors(module))


def _doors(module: ModuleType) -> Iterator[str]:
    listed = getattr(module, "__all__", None)
    for name, value in vars(module).items():
        own = name in listed if listed else value.__module__ == module.__name__ if isfunction(value) else False
        if own and isfunction(value) and not name.startswith("_"):
            yield name


by = {"actor": SYSTEM}
engine = {"actor": ENGINE}

EXAMPLES: dict[str, Callable[[], Action]] = {
    "accounts.save_organisation": lambda: partial(
        accounts.save_organisation, name="Sample", language="pl", zone="Europe/Warsaw", **by
    ),
    "accounts.save_person": lambda: partial(
        accounts.save_person, accounts.PersonDetails(login="eve", name="Eve Sample"), **by
    ),
    "accounts.deactivate_person": lambda: partial(accounts.deactivate_person, "ann", **by),
    "accounts.set_password": lambda: partial(accounts.set_password, "ann", "long enough, one hopes", **by),
    "accounts.set_preferences": lambda: partial(
        accounts.set_preferences, prepared.person().id, language="pl", zone="", theme="", **by
    ),
    "accounts.save_team": lambda: partial(accounts.save_team, key="data", name="Data", members=["ann"], **by),
    "accounts.remove_team": lambda: partial(accounts.remove_team, "data", **by),
    "accounts.issue_key": lambda: partial(accounts.issue_key, name="reader", scope=KeyScope.READ, **by),
    "accounts.revoke_key": lambda: partial(accounts.revoke_key, str(prepared.key()), **by),
    "accounts.note_key_use": lambda: partial(accounts.note_key_use, prepared.key_in_use()),
    "accounts.issue_sign_in_link": lambda: partial(accounts.issue_sign_in_link, "ann", **by),
    "accounts.use_sign_in_link": lambda: partial(accounts.use_sign_in_link, prepared.link()),
    "accounts.record_sign_in": lambda: partial(accounts.record_sign_in, prepared.person(), by="password", **by),
    "accounts.record_refused_sign_in": lambda: partial(accounts.record_refused_sign_in, reason="no", **by),
    "assets.save_services": lambda: partial(
        assets.save_services, [assets.ServiceDetails(key="dns", name="DNS", team="network")], **by
    ),
    "assets.remove_service": lambda: partial(assets.remove_service, world.BILLING, **by),
    "assets.save_dependencies": lambda: partial(assets.save_dependencies, {world.GATEWAY: [world.SWITCH]}, **by),
    "assets.import_map": lambda: partial(assets.import_map, prepared.monitored(), **by),
    "assets.see_services": lambda: partial(assets.see_services, ["stranger"], **engine),
    "channels.save_contacts": lambda: partial(channels.save_contacts, "ann", [], **by),
    "channels.add_contact": lambda: partial(
        channels.add_contact, "ann", channels.NewContact(channel="file", address="ann-2"), **by
    ),
    "channels.remove_contact": lambda: partial(channels.remove_contact, Contact.objects.get(address="ann").uuid, **by),
    "channels.send_test": lambda: partial(channels.send_test, Contact.objects.get(address="ann").uuid, **by),
    "channels.queue_delivery": prepared.delivery,
    "channels.send_due": lambda: partial(channels.send_due, "test"),
    "items.save_project": lambda: partial(items.save_project, key="OPS", name="Operations", **by),
    "items.create_item": lambda: partial(items.create_item, prepared.new_item(), **by),
    "items.edit_item": lambda: partial(items.edit_item, prepared.incident(), title="SMS are late", **by),
    "items.transition_item": lambda: partial(items.transition_item, prepared.incident(), "acknowledge", **by),
    "items.assign_item": lambda: partial(items.assign_item, prepared.incident(), prepared.person(), **by),
    "items.hand_over_item": lambda: partial(items.hand_over_item, prepared.incident(), prepared.team("data"), **by),
    "items.comment_item": lambda: partial(items.comment_item, prepared.incident(), "Uplink B is dark", **by),
    "items.link_item": lambda: partial(
        items.link_item, prepared.incident(), LinkKind.RELATES_TO, person_ref(prepared.person()), **by
    ),
    "items.unlink_item": lambda: partial(items.unlink_item, *prepared.linked(), **by),
    "journal.record": lambda: partial(journal.record, _fact(), actor=SYSTEM, subject=prepared.subject()),
    "journal.record_many": lambda: partial(
        journal.record_many, [journal.Entry(fact=_fact(), subject=prepared.subject())], actor=SYSTEM
    ),
    "deployments.record_changes": lambda: partial(
        deployments.record_changes, [deployments.NewChange(summary="4.2 rolled out", service=world.GATEWAY)], **by
    ),
    "oncall.save_rotation": lambda: partial(oncall.save_rotation, asked.ROTATION, **by),
    "oncall.remove_rotation": lambda: partial(oncall.remove_rotation, "network-primary", **by),
    "oncall.add_override": lambda: partial(oncall.add_override, "network-primary", prepared.cover(), **by),
    "oncall.remove_override": lambda: partial(
        oncall.remove_override, oncall.add_override("network-primary", prepared.cover(), **by).uuid, **by
    ),
    "alerts.acknowledge": lambda: partial(alerts.acknowledge, prepared.alert(), **by),
    "alerts.unacknowledge": lambda: partial(
        alerts.unacknowledge, alerts.acknowledge(prepared.alert(), **by).uuid, **by
    ),
    "alerts.snooze": lambda: partial(alerts.snooze, prepared.alert(), until=clock.now() + SOON, **by),
    "alerts.close": lambda: partial(alerts.close, prepared.alert(), **by),
    "alerts.reopen": lambda: partial(alerts.reopen, alerts.close(prepared.alert(), **by).uuid, **by),
    "alerts.wake_snoozed": lambda: prepared.after(prepared.snoozed_and_due, alerts.wake_snoozed),
    "alerts.expire_due": lambda: prepared.after(prepared.promise_broken, prepared.expire),
    "alerts.tell_disk": lambda: partial(alerts.tell_disk, "node:8080", 0.9, has_database=True),
    "alerts.drop_oldest_day": lambda: alerts.drop_oldest_day,
    "alerts.note_refusals": lambda: prepared.after(prepared.refusing, alerts.note_refusals),
    "alerts.note_drained_spools": lambda: prepared.after(prepared.spool_drained, alerts.note_drained_spools),
    "alerts.change_all": lambda: partial(
        alerts.change_all, [alerts.Target(id=prepared.group(), is_group=True)], alerts.Change.CLOSE, **by
    ),
    "alerts.confirm_cause": lambda: partial(alerts.confirm_cause, prepared.group(), **by),
    "alerts.reject_cause": lambda: partial(alerts.reject_cause, prepared.group(), **by),
    "alerts.withdraw_verdict": lambda: partial(alerts.withdraw_verdict, prepared.unseen_verdict(), **by),
    "alerts.keep_apart": lambda: partial(alerts.keep_apart, prepared.group(), [prepared.alert()], **by),
    "alerts.belong_together": lambda: partial(alerts.belong_together, prepared.group(), prepared.other_group(), **by),
    "alerts.calm": lambda: partial(alerts.calm, prepared.subject()),
    "alerts.close_group": lambda: partial(alerts.close_group, prepared.group(), **by),
    "alerts.attach_incident": lambda: partial(alerts.attach_incident, prepared.free_group(), prepared.subject(), **by),
    "alerts.save_integration": lambda: partial(
        alerts.save_integration, alerts.IntegrationDetails(**asked.INTEGRATION), **by
    ),
    "alerts.remove_integration": lambda: partial(alerts.remove_integration, prepared.integration(), **by),
    "alerts.save_silence": lambda: partial(
        alerts.save_silence, alerts.SilenceDetails(**asked.timed(asked.SILENCE)), **by
    ),
    "alerts.revise_silence": lambda: partial(
        alerts.revise_silence,
        prepared.silence_id(),
        alerts.SilenceDetails(
            **asked.SILENCE | {"key": "other", "starts_at": clock.now(), "ends_at": clock.now() + timedelta(hours=1)}
        ),
        **by,
    ),
    "alerts.save_maintenance": lambda: partial(
        alerts.save_maintenance, alerts.MaintenanceDetails(**asked.timed(asked.MAINTENANCE)), **by
    ),
    "alerts.prolong_maintenance": lambda: partial(alerts.prolong_maintenance, prepared.maintenance(), until=None, **by),
    "alerts.end_maintenance": lambda: partial(alerts.end_maintenance, prepared.maintenance(), **by),
    "alerts.remove_maintenance": lambda: partial(alerts.remove_maintenance, prepared.maintenance(), **by),
    "alerts.end_silence": lambda: partial(alerts.end_silence, prepared.silence(), **by),
    "alerts.maintain_partitions": lambda: alerts.maintain_partitions,
    "paging.open_page": lambda: partial(
        paging.open_page, subject=Ref("alerts.group", uuid7()), team=prepared.team(), sentence=CALL, **by
    ),
    "paging.page_person": lambda: partial(
        paging.page_person,
        subject=prepared.subject(),
        team=prepared.team(),
        person=prepared.person(),
        sentence=CALL,
        **by,
    ),
    "paging.page_again": lambda: partial(
        paging.page_again, subject=prepared.subject(), team=prepared.team("data"), sentence=CALL, **by
    ),
    "paging.acknowledge_page": lambda: partial(paging.acknowledge_page, prepared.page(), via="screen", **by),
    "paging.acknowledge_by_link": lambda: partial(paging.acknowledge_by_link, prepared.page_link()),
    "paging.acknowledge_for": lambda: partial(paging.acknowledge_for, prepared.subject(), via="screen", **by),
    "paging.stop_for": lambda: partial(paging.stop_for, prepared.subject(), reason=StopReason.RESOLVED, **by),
    "paging.retell": lambda: partial(paging.retell, prepared.subject(), CALL, **by),
    "paging.move_page": lambda: partial(paging.move_page, prepared.subject(), prepared.team("data"), CALL, **by),
    "paging.leave_page": lambda: partial(paging.leave_page, prepared.subject(), prepared.team("data"), CALL, **by),
    "paging.escalate_now": lambda: partial(paging.escalate_now, prepared.page(), **by),
    "paging.hasten": lambda: partial(paging.hasten, prepared.message_lost(), **engine),
    "paging.audit": lambda: prepared.after(prepared.page_stuck, lambda: paging.audit(clock.now())),
    "paging.run_due": lambda: prepared.after(prepared.page_due, paging.run_due),
    "paging.save_policy": lambda: partial(paging.save_policy, prepared.policy(), **by),
    "paging.remove_policy": lambda: partial(paging.remove_policy, "network-default", **by),
    "incidents.declare": lambda: partial(
        incidents.declare, Declaration(title="Lost SMS", severity=2, team="network"), **by
    ),
    "incidents.open_for_group": lambda: partial(
        incidents.open_for_group, prepared.other_group(), team_key="", **engine
    ),
    "incidents.group_called": lambda: partial(
        incidents.group_called, prepared.other_group(), team_key="", said_at=clock.now(), **engine
    ),
    "incidents.groups_merged": lambda: partial(incidents.groups_merged, prepared.merged_and_called(), **engine),
    "incidents.acknowledge": lambda: partial(incidents.acknowledge, prepared.incident(), via="screen", **by),
    "incidents.note_page_acknowledged": lambda: partial(
        incidents.note_page_acknowledged,
        prepared.incident(),
        prepared.answered(),
        at=clock.now(),
        via="link",
        actor=actor_for_person(prepared.person()),
    ),
    "incidents.begin_work": lambda: partial(incidents.begin_work, prepared.incident(), via="screen", **by),
    "incidents.watch": lambda: partial(incidents.watch, prepared.incident(), **by),
    "incidents.resolve": lambda: partial(incidents.resolve, prepared.incident(), **by),
    "incidents.reopen": lambda: partial(incidents.reopen, prepared.resolved(), **by),
    "incidents.group_closed": lambda: partial(incidents.group_closed, prepared.group(), **engine),
    "incidents.group_worsened": lambda: partial(incidents.group_worsened, prepared.worsened(), **engine),
    "incidents.group_reopened": lambda: partial(incidents.group_reopened, prepared.watched(), **engine),
    "incidents.note_paged": lambda: partial(incidents.note_paged, prepared.unpaged(), at=clock.now(), **engine),
    "incidents.cause_moved": lambda: partial(incidents.cause_moved, prepared.moved(), **engine),
    "incidents.confirm_cause": lambda: partial(incidents.confirm_cause, prepared.unclear(), **by),
    "incidents.reject_cause": lambda: partial(incidents.reject_cause, prepared.incident(), **by),
    "incidents.withdraw_verdict": lambda: partial(incidents.withdraw_verdict, prepared.confirmed(), **by),
    "incidents.note_verdict": lambda: partial(incidents.note_verdict, prepared.unseen_verdict()),
    "incidents.name_cause": lambda: partial(incidents.name_cause, prepared.declared(), world.GATEWAY, **by),
    "incidents.take_command": lambda: partial(
        incidents.take_command, prepared.incident(), prepared.person(), via="screen", **by
    ),
    "incidents.assign": lambda: partial(incidents.assign, prepared.incident(), prepared.person(), **by),
    "incidents.set_severity": lambda: partial(incidents.set_severity, prepared.incident(), 3, reason="one site", **by),
    "incidents.comment": lambda: partial(incidents.comment, prepared.incident(), "Uplink B is dark", **by),
    "incidents.edit": lambda: partial(
        incidents.edit, prepared.incident(), title=item_by_key(SYSTEM, "INC-1").title, **by
    ),
    "incidents.link": lambda: partial(
        incidents.link, prepared.incident(), LinkKind.RELATES_TO, person_ref(prepared.person()), **by
    ),
    "incidents.page_team": lambda: partial(incidents.page_team, prepared.incident(), prepared.team("data"), **by),
    "incidents.page_person": lambda: partial(incidents.page_person, prepared.incident(), prepared.person(), **by),
    "incidents.escalate": lambda: partial(incidents.escalate, prepared.incident(), prepared.page(), **by),
    "main.retry_jobs": lambda: partial(retry_jobs, ids=[prepared.given_up()], **by),
}


def _fact() -> object:
    return IncidentWatched(key="INC-1")
