"""What an example needs before it can be done: each call makes or finds it, and says which it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from tests.api import operations as asked
from tests.incidents import world
from tocsin.accounts import actions as accounts
from tocsin.accounts.queries import keyring, person_by_login, team_by_key
from tocsin.accounts.rules import SYSTEM, Actor, ActorKind, KeyScope
from tocsin.alerts import actions as alerts
from tocsin.alerts.models import Alert, Group, Integration, NodeSpool, Refusing
from tocsin.alerts.rules import Severity
from tocsin.assets import actions as assets
from tocsin.assets import rules
from tocsin.channels import actions as channels
from tocsin.channels.models import Contact
from tocsin.channels.rules import DeliveryState, Message, MessageKind
from tocsin.core import clock
from tocsin.core.models import Job
from tocsin.core.refs import Ref
from tocsin.incidents import actions as incidents
from tocsin.incidents.actions import Declaration
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.queries import incident_ref
from tocsin.items import actions as items
from tocsin.items.queries import item_by_key, item_ref
from tocsin.items.rules import LinkKind
from tocsin.journal.queries import latest_facts
from tocsin.oncall.actions import OverrideDetails
from tocsin.paging import actions as paging
from tocsin.paging.links import Link, make_token
from tocsin.paging.models import Notification, Page

if TYPE_CHECKING:
    from tocsin.accounts.models import Person, Team

Action = Callable[[], object]

SOON = timedelta(hours=1)


def team(key: str = "network") -> Team:
    return team_by_key(key)


def person(login: str = "ann") -> Person:
    return person_by_login(login)


def incident() -> UUID:
    return item_by_key(SYSTEM, "INC-1").uuid


def subject() -> Ref:
    return incident_ref(incident())


def page() -> UUID:
    return Page.objects.get().uuid


def answered() -> UUID:
    return paging.acknowledge_page(page(), actor=SYSTEM, via="link").uuid


def alert() -> UUID:
    return Alert.objects.order_by("id")[0].uuid


def group() -> UUID:
    return Group.objects.order_by("id")[0].uuid


def other_group() -> UUID:
    return world.group(cause=world.GATEWAY, alerts={world.GATEWAY: 2}).uuid


def link() -> str:
    return accounts.issue_sign_in_link("ann", actor=SYSTEM).rpartition("/")[2]


def page_link() -> str:
    return make_token(keyring(), Link(page=page(), person=person("alice").uuid))


def key() -> UUID:
    return accounts.issue_key(name="reader", scope=KeyScope.READ, actor=SYSTEM)[0].uuid


def key_in_use() -> Actor:
    return Actor(kind=ActorKind.KEY, id=str(key()), label="reader")


def snoozed_and_due() -> None:
    alerts.snooze(alert(), until=clock.now() + SOON, actor=SYSTEM)
    Alert.objects.filter(uuid=alert()).update(snoozed_until=clock.now() - SOON)


def spool_drained() -> None:
    NodeSpool.objects.create(node="node-1", waiting=0, drained=3, oldest_at=clock.now(), seen_at=clock.now())


def refusing() -> None:
    sender = Integration.objects.order_by("id")[0]
    Refusing.objects.create(integration=sender, kind="queue_full", count=3, since=clock.now(), last_at=clock.now())


def promise_broken() -> None:
    Alert.objects.filter(uuid=alert()).update(expires_at=clock.now() - SOON)


def expire() -> int:
    return alerts.expire_due(heard_since=clock.now() - SOON)


def message_lost() -> UUID:
    row = Notification.objects.order_by("id")[0]
    assert row.delivery is not None
    row.delivery.state, row.delivery.finished_at = DeliveryState.FAILED, clock.now()
    row.delivery.save()
    return row.uuid


def page_stuck() -> None:
    Page.objects.update(next_step_at=clock.now() - SOON)


def page_due() -> None:
    Page.objects.update(next_step_at=clock.now())


def declared() -> UUID:
    return incidents.declare(Declaration(title="Lost SMS", severity=2, team="network"), actor=SYSTEM).item.uuid


def unclear() -> UUID:
    what = Declaration(title="Lost SMS", severity=2, service=world.GATEWAY)
    return incidents.declare(what, actor=SYSTEM).item.uuid


def unseen_verdict() -> UUID:
    alerts.confirm_cause(group(), actor=SYSTEM)
    return group()


def unpaged() -> UUID:
    IncidentDetail.objects.update(paged_at=None)
    return incident()


def free_group() -> UUID:
    Group.objects.update(incident_kind="", incident_id=None)
    return group()


def worsened() -> UUID:
    IncidentDetail.objects.update(severity=Severity.WARNING)
    Group.objects.update(severity=Severity.CRITICAL)
    return group()


def moved() -> UUID:
    row = Group.objects.get()
    row.cause_service = assets.Service.objects.get(key=world.BILLING)
    row.save()
    return row.uuid


def resolved() -> UUID:
    incidents.resolve(incident(), actor=SYSTEM)
    return incident()


def watched() -> UUID:
    incidents.watch(incident(), actor=SYSTEM)
    return group()


def confirmed() -> UUID:
    incidents.confirm_cause(incident(), actor=SYSTEM)
    return incident()


def merged_and_called() -> UUID:
    other = world.group(cause=world.GATEWAY, alerts={world.GATEWAY: 2})
    world.needs_people(other)
    alerts.belong_together(group(), other.uuid, actor=SYSTEM)
    return other.uuid


def linked() -> tuple[UUID, LinkKind, Ref]:
    target = item_ref(items.create_item(new_item(), actor=SYSTEM))
    items.link_item(incident(), LinkKind.RELATES_TO, target, actor=SYSTEM)
    return incident(), LinkKind.RELATES_TO, target


def new_item() -> items.NewItem:
    return items.NewItem(project="INC", type="incident", title="Lost SMS")


def integration() -> str:
    alerts.save_integration(alerts.IntegrationDetails(**asked.INTEGRATION), actor=SYSTEM)
    return "probes"


def silence() -> str:
    alerts.save_silence(alerts.SilenceDetails(**asked.timed(asked.SILENCE)), actor=SYSTEM)
    return "mnt-118"


def silence_id() -> UUID:
    return alerts.save_silence(alerts.SilenceDetails(**asked.timed(asked.SILENCE)), actor=SYSTEM).uuid


def policy() -> paging.PolicyDetails:
    step = paging.StepDetails(after_s=0, notify=(paging.TargetDetails(person="ann"),))
    return paging.PolicyDetails(key="network-default", name="Ann first", team="network", steps=(step,))


def cover() -> OverrideDetails:
    return OverrideDetails(person="ann", starts_at=clock.now(), ends_at=clock.now() + SOON)


def delivery() -> Action:
    return partial(
        channels.queue_delivery,
        key="k",
        contact=Contact.objects.order_by("id")[0],
        kind=MessageKind.PAGE,
        message=Message(title="Lost SMS", text=""),
        about=subject(),
        lane="x",
    )


def given_up() -> int:
    about = latest_facts(limit=1)[0].id
    return Job.objects.create(kind="react.tests", payload={"fact_id": about}, failed_at=clock.now()).id


def after(prepare: Callable[[], object], action: Action) -> Action:
    prepare()
    return action


def maintenance() -> str:
    alerts.save_maintenance(alerts.MaintenanceDetails(**asked.timed(asked.MAINTENANCE)), actor=SYSTEM)
    return "works-7"


def monitored() -> rules.Found:
    """A map of Nagios with one host."""
    return rules.read(rules.Monitor.NAGIOS, "define host {\n\thost_name\tdb-77\n}\n", file="objects.cache")
