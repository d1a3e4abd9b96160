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
from uuid import UUID

import tocsin
from tests.api import operations as asked
from tests.incidents import world
from tocsin.accounts import actions as accounts
from tocsin.accounts.queries import actor_for_person, keyring, person_by_login, person_ref, team_by_key
from tocsin.accounts.rules import ENGINE, SYSTEM, Actor, ActorKind, KeyScope
from tocsin.alerts import actions as alerts
from tocsin.alerts.models import Alert, Group
from tocsin.assets import actions as assets
from tocsin.channels import actions as channels
from tocsin.channels.models import Contact
from tocsin.channels.rules import DeliveryState, Message, MessageKind
from tocsin.core import clock
from tocsin.core.ids import uuid7
from tocsin.core.models import Job
from tocsin.core.refs import Ref
from tocsin.incidents import actions as incidents
from tocsin.incidents.actions import Declaration
from tocsin.incidents.facts import IncidentWatched
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.queries import incident_ref
from tocsin.items import actions as items
from tocsin.items.queries import item_by_key, item_ref
from tocsin.items.rules import LinkKind
from tocsin.journal import actions as journal
from tocsin.journal.queries import latest_facts
from tocsin.main.actions import retry_jobs
from tocsin.oncall import actions as oncall
from tocsin.oncall.actions import OverrideDetails
from tocsin.paging import actions as paging
from tocsin.paging.links import Link, make_token
from tocsin.paging.models import Notification, Page
from tocsin.paging.rules import Sentence, SentenceKind, StopReason

if TYPE_CHECKING:
    from types import ModuleType

    from tocsin.accounts.models import Person, Team

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


def _team(key: str = "network") -> Team:
    return team_by_key(key)


def _person(login: str = "ann") -> Person:
    return person_by_login(login)


def _incident() -> UUID:
    return item_by_key(SYSTEM, "INC-1").uuid


def _subject() -> Ref:
    return incident_ref(_incident())


def _page() -> UUID:
    return Page.objects.get().uuid


def _answered() -> UUID:
    return paging.acknowledge_page(_page(), actor=SYSTEM, via="link").uuid


def _alert() -> UUID:
    return Alert.objects.order_by("id")[0].uuid


def _group() -> UUID:
    return Group.objects.order_by("id")[0].uuid


def _other_group() -> UUID:
    return world.group(cause=world.GATEWAY, alerts={world.GATEWAY: 2}).uuid


def _link() -> str:
    return accounts.issue_sign_in_link("ann", actor=SYSTEM).rpartition("/")[2]


def _page_link() -> str:
    return make_token(keyring(), Link(page=_page(), person=_person("alice").uuid))


def _key() -> UUID:
    return accounts.issue_key(name="reader", scope=KeyScope.READ, actor=SYSTEM)[0].uuid


def _key_in_use() -> Actor:
    return Actor(kind=ActorKind.KEY, id=str(_key()), label="reader")


def _snoozed_and_due() -> None:
    alerts.snooze(_alert(), until=clock.now() + SOON, actor=SYSTEM)
    Alert.objects.filter(uuid=_alert()).update(snoozed_until=clock.now() - SOON)


def _promise_broken() -> None:
    Alert.objects.filter(uuid=_alert()).update(expires_at=clock.now() - SOON)


def _message_lost() -> UUID:
    row = Notification.objects.order_by("id")[0]
    assert row.delivery is not None
    row.delivery.state, row.delivery.finished_at = DeliveryState.FAILED, clock.now()
    row.delivery.save()
    return row.uuid


def _page_stuck() -> None:
    Page.objects.update(next_step_at=clock.now() - SOON)


def _page_due() -> None:
    Page.objects.update(next_step_at=clock.now())


def _declared() -> UUID:
    return incidents.declare(Declaration(title="Lost SMS", severity=2, team="network"), actor=SYSTEM).item.uuid


def _unclear() -> UUID:
    what = Declaration(title="Lost SMS", severity=2, service=world.GATEWAY)
    return incidents.declare(what, actor=SYSTEM).item.uuid


def _unseen_verdict() -> UUID:
    alerts.confirm_cause(_group(), actor=SYSTEM)
    return _group()


def _unpaged() -> UUID:
    IncidentDetail.objects.update(paged_at=None)
    return _incident()


def _free_group() -> UUID:
    Group.objects.update(incident_kind="", incident_id=None)
    return _group()


def _moved() -> UUID:
    row = Group.objects.get()
    row.cause_service = assets.Service.objects.get(key=world.BILLING)
    row.save()
    return row.uuid


def _resolved() -> UUID:
    incidents.resolve(_incident(), actor=SYSTEM)
    return _incident()


def _watched() -> UUID:
    incidents.watch(_incident(), actor=SYSTEM)
    return _group()


def _confirmed() -> UUID:
    incidents.confirm_cause(_incident(), actor=SYSTEM)
    return _incident()


def _merged_and_called() -> UUID:
    other = world.group(cause=world.GATEWAY, alerts={world.GATEWAY: 2})
    world.needs_people(other)
    alerts.belong_together(_group(), other.uuid, actor=SYSTEM)
    return other.uuid


def _linked() -> tuple[UUID, LinkKind, Ref]:
    target = item_ref(items.create_item(_new_item(), actor=SYSTEM))
    items.link_item(_incident(), LinkKind.RELATES_TO, target, actor=SYSTEM)
    return _incident(), LinkKind.RELATES_TO, target


def _new_item() -> items.NewItem:
    return items.NewItem(project="INC", type="incident", title="Lost SMS")


def _integration() -> str:
    alerts.save_integration(alerts.IntegrationDetails(**asked.INTEGRATION), actor=SYSTEM)
    return "probes"


def _silence() -> str:
    alerts.save_silence(alerts.SilenceDetails(**asked.SILENCE), actor=SYSTEM)
    return "mnt-118"


def _policy() -> paging.PolicyDetails:
    step = paging.StepDetails(after_s=0, notify=(paging.TargetDetails(person="ann"),))
    return paging.PolicyDetails(key="network-default", name="Ann first", team="network", steps=(step,))


def _cover() -> OverrideDetails:
    return OverrideDetails(person="ann", starts_at=clock.now(), ends_at=clock.now() + SOON)


def _delivery() -> Action:
    return partial(
        channels.queue_delivery,
        key="k",
        contact=Contact.objects.order_by("id")[0],
        kind=MessageKind.PAGE,
        message=Message(title="Lost SMS", text=""),
        about=_subject(),
        lane="x",
    )


def _given_up() -> int:
    about = latest_facts(limit=1)[0].id
    return Job.objects.create(kind="react.tests", payload={"fact_id": about}, failed_at=clock.now()).id


def _after(prepare: Callable[[], object], action: Action) -> Action:
    prepare()
    return action


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
        accounts.set_preferences, _person().id, language="pl", zone="", theme="", **by
    ),
    "accounts.save_team": lambda: partial(accounts.save_team, key="data", name="Data", members=["ann"], **by),
    "accounts.remove_team": lambda: partial(accounts.remove_team, "data", **by),
    "accounts.issue_key": lambda: partial(accounts.issue_key, name="reader", scope=KeyScope.READ, **by),
    "accounts.revoke_key": lambda: partial(accounts.revoke_key, str(_key()), **by),
    "accounts.note_key_use": lambda: partial(accounts.note_key_use, _key_in_use()),
    "accounts.issue_sign_in_link": lambda: partial(accounts.issue_sign_in_link, "ann", **by),
    "accounts.use_sign_in_link": lambda: partial(accounts.use_sign_in_link, _link()),
    "accounts.record_sign_in": lambda: partial(accounts.record_sign_in, _person(), by="password", **by),
    "accounts.record_refused_sign_in": lambda: partial(accounts.record_refused_sign_in, reason="no", **by),
    "assets.save_services": lambda: partial(
        assets.save_services, [assets.ServiceDetails(key="dns", name="DNS", team="network")], **by
    ),
    "assets.remove_service": lambda: partial(assets.remove_service, world.BILLING, **by),
    "assets.save_dependencies": lambda: partial(assets.save_dependencies, {world.GATEWAY: [world.SWITCH]}, **by),
    "assets.see_services": lambda: partial(assets.see_services, ["stranger"], **engine),
    "channels.save_contacts": lambda: partial(channels.save_contacts, "ann", [], **by),
    "channels.add_contact": lambda: partial(
        channels.add_contact, "ann", channels.NewContact(channel="file", address="ann-2"), **by
    ),
    "channels.remove_contact": lambda: partial(channels.remove_contact, Contact.objects.get(address="ann").uuid, **by),
    "channels.queue_delivery": _delivery,
    "channels.send_due": lambda: partial(channels.send_due, "test"),
    "items.save_project": lambda: partial(items.save_project, key="OPS", name="Operations", **by),
    "items.create_item": lambda: partial(items.create_item, _new_item(), **by),
    "items.edit_item": lambda: partial(items.edit_item, _incident(), title="SMS are late", **by),
    "items.transition_item": lambda: partial(items.transition_item, _incident(), "acknowledge", **by),
    "items.assign_item": lambda: partial(items.assign_item, _incident(), _person(), **by),
    "items.hand_over_item": lambda: partial(items.hand_over_item, _incident(), _team("data"), **by),
    "items.comment_item": lambda: partial(items.comment_item, _incident(), "Uplink B is dark", **by),
    "items.link_item": lambda: partial(items.link_item, _incident(), LinkKind.RELATES_TO, person_ref(_person()), **by),
    "items.unlink_item": lambda: partial(items.unlink_item, *_linked(), **by),
    "journal.record": lambda: partial(journal.record, _fact(), actor=SYSTEM, subject=_subject()),
    "journal.record_many": lambda: partial(
        journal.record_many, [journal.Entry(fact=_fact(), subject=_subject())], actor=SYSTEM
    ),
    "oncall.save_rotation": lambda: partial(oncall.save_rotation, asked.ROTATION, **by),
    "oncall.remove_rotation": lambda: partial(oncall.remove_rotation, "network-primary", **by),
    "oncall.add_override": lambda: partial(oncall.add_override, "network-primary", _cover(), **by),
    "oncall.remove_override": lambda: partial(
        oncall.remove_override, oncall.add_override("network-primary", _cover(), **by).uuid, **by
    ),
    "alerts.acknowledge": lambda: partial(alerts.acknowledge, _alert(), **by),
    "alerts.unacknowledge": lambda: partial(alerts.unacknowledge, alerts.acknowledge(_alert(), **by).uuid, **by),
    "alerts.snooze": lambda: partial(alerts.snooze, _alert(), until=clock.now() + SOON, **by),
    "alerts.close": lambda: partial(alerts.close, _alert(), **by),
    "alerts.reopen": lambda: partial(alerts.reopen, alerts.close(_alert(), **by).uuid, **by),
    "alerts.wake_snoozed": lambda: _after(_snoozed_and_due, alerts.wake_snoozed),
    "alerts.expire_due": lambda: _after(_promise_broken, alerts.expire_due),
    "alerts.change_all": lambda: partial(
        alerts.change_all, [alerts.Target(id=_group(), is_group=True)], alerts.Change.CLOSE, **by
    ),
    "alerts.confirm_cause": lambda: partial(alerts.confirm_cause, _group(), **by),
    "alerts.reject_cause": lambda: partial(alerts.reject_cause, _group(), **by),
    "alerts.withdraw_verdict": lambda: partial(alerts.withdraw_verdict, _unseen_verdict(), **by),
    "alerts.keep_apart": lambda: partial(alerts.keep_apart, _group(), [_alert()], **by),
    "alerts.belong_together": lambda: partial(alerts.belong_together, _group(), _other_group(), **by),
    "alerts.calm": lambda: partial(alerts.calm, _subject()),
    "alerts.close_group": lambda: partial(alerts.close_group, _group(), **by),
    "alerts.attach_incident": lambda: partial(alerts.attach_incident, _free_group(), _subject(), **by),
    "alerts.save_integration": lambda: partial(
        alerts.save_integration, alerts.IntegrationDetails(**asked.INTEGRATION), **by
    ),
    "alerts.remove_integration": lambda: partial(alerts.remove_integration, _integration(), **by),
    "alerts.save_silence": lambda: partial(alerts.save_silence, alerts.SilenceDetails(**asked.SILENCE), **by),
    "alerts.end_silence": lambda: partial(alerts.end_silence, _silence(), **by),
    "alerts.maintain_partitions": lambda: alerts.maintain_partitions,
    "paging.open_page": lambda: partial(
        paging.open_page, subject=Ref("alerts.group", uuid7()), team=_team(), sentence=CALL, **by
    ),
    "paging.page_person": lambda: partial(
        paging.page_person, subject=_subject(), team=_team(), person=_person(), sentence=CALL, **by
    ),
    "paging.acknowledge_page": lambda: partial(paging.acknowledge_page, _page(), via="screen", **by),
    "paging.acknowledge_by_link": lambda: partial(paging.acknowledge_by_link, _page_link()),
    "paging.acknowledge_for": lambda: partial(paging.acknowledge_for, _subject(), via="screen", **by),
    "paging.stop_for": lambda: partial(paging.stop_for, _subject(), reason=StopReason.RESOLVED, **by),
    "paging.retell": lambda: partial(paging.retell, _subject(), CALL, **by),
    "paging.move_page": lambda: partial(paging.move_page, _subject(), _team("data"), CALL, **by),
    "paging.escalate_now": lambda: partial(paging.escalate_now, _page(), **by),
    "paging.hasten": lambda: partial(paging.hasten, _message_lost(), **engine),
    "paging.audit": lambda: _after(_page_stuck, lambda: paging.audit(clock.now())),
    "paging.run_due": lambda: _after(_page_due, paging.run_due),
    "paging.save_policy": lambda: partial(paging.save_policy, _policy(), **by),
    "paging.remove_policy": lambda: partial(paging.remove_policy, "network-default", **by),
    "incidents.declare": lambda: partial(
        incidents.declare, Declaration(title="Lost SMS", severity=2, team="network"), **by
    ),
    "incidents.open_for_group": lambda: partial(incidents.open_for_group, _other_group(), team_key="", **engine),
    "incidents.group_called": lambda: partial(
        incidents.group_called, _other_group(), team_key="", said_at=clock.now(), **engine
    ),
    "incidents.groups_merged": lambda: partial(incidents.groups_merged, _merged_and_called(), **engine),
    "incidents.acknowledge": lambda: partial(incidents.acknowledge, _incident(), via="screen", **by),
    "incidents.note_page_acknowledged": lambda: partial(
        incidents.note_page_acknowledged,
        _incident(),
        _answered(),
        at=clock.now(),
        via="link",
        actor=actor_for_person(_person()),
    ),
    "incidents.begin_work": lambda: partial(incidents.begin_work, _incident(), via="screen", **by),
    "incidents.watch": lambda: partial(incidents.watch, _incident(), **by),
    "incidents.resolve": lambda: partial(incidents.resolve, _incident(), **by),
    "incidents.reopen": lambda: partial(incidents.reopen, _resolved(), **by),
    "incidents.group_closed": lambda: partial(incidents.group_closed, _group(), **engine),
    "incidents.group_reopened": lambda: partial(incidents.group_reopened, _watched(), **engine),
    "incidents.note_paged": lambda: partial(incidents.note_paged, _unpaged(), at=clock.now(), **engine),
    "incidents.cause_moved": lambda: partial(incidents.cause_moved, _moved(), **engine),
    "incidents.confirm_cause": lambda: partial(incidents.confirm_cause, _unclear(), **by),
    "incidents.reject_cause": lambda: partial(incidents.reject_cause, _incident(), **by),
    "incidents.withdraw_verdict": lambda: partial(incidents.withdraw_verdict, _confirmed(), **by),
    "incidents.note_verdict": lambda: partial(incidents.note_verdict, _unseen_verdict()),
    "incidents.name_cause": lambda: partial(incidents.name_cause, _declared(), world.GATEWAY, **by),
    "incidents.take_command": lambda: partial(incidents.take_command, _incident(), _person(), via="screen", **by),
    "incidents.assign": lambda: partial(incidents.assign, _incident(), _person(), **by),
    "incidents.set_severity": lambda: partial(incidents.set_severity, _incident(), 3, reason="one site", **by),
    "incidents.comment": lambda: partial(incidents.comment, _incident(), "Uplink B is dark", **by),
    "incidents.edit": lambda: partial(incidents.edit, _incident(), title=item_by_key(SYSTEM, "INC-1").title, **by),
    "incidents.link": lambda: partial(incidents.link, _incident(), LinkKind.RELATES_TO, person_ref(_person()), **by),
    "incidents.page_team": lambda: partial(incidents.page_team, _incident(), _team("data"), **by),
    "incidents.page_person": lambda: partial(incidents.page_person, _incident(), _person(), **by),
    "incidents.escalate": lambda: partial(incidents.escalate, _incident(), _page(), **by),
    "main.retry_jobs": lambda: partial(retry_jobs, ids=[_given_up()], **by),
}


def _fact() -> object:
    return IncidentWatched(key="INC-1")
