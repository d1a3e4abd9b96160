"""A small estate with owners on call, and groups of alerts on it as the digest would leave them."""

from __future__ import annotations

from datetime import date, time, timedelta

from tocsin.accounts.actions import PersonDetails, save_person, save_team
from tocsin.accounts.queries import actor_for_login
from tocsin.accounts.rules import ENGINE, SYSTEM, Actor, Role
from tocsin.alerts import facts as alert_facts
from tocsin.alerts.actions import IntegrationDetails, save_integration
from tocsin.alerts.actions.groups import absorb
from tocsin.alerts.models import Alert, Group, Integration
from tocsin.alerts.rules import GroupState
from tocsin.assets.actions import ServiceDetails, save_dependencies, save_services
from tocsin.assets.models import Service
from tocsin.channels.actions import NewContact, save_contacts
from tocsin.channels.models import Delivery
from tocsin.core import clock
from tocsin.core.queue import Worker
from tocsin.core.refs import Ref
from tocsin.incidents.models import IncidentDetail
from tocsin.journal.actions import record
from tocsin.journal.facts import Fact
from tocsin.main import wiring
from tocsin.oncall.actions import RotationDetails, save_rotation
from tocsin.oncall.rules import Weekday
from tocsin.paging import actions as paging
from tocsin.paging.actions import PolicyDetails, StepDetails, TargetDetails

SWITCH, GATEWAY, BILLING = "core-sw-waw-02", "sms-gateway-waw", "billing-db"


def people() -> None:
    """Alice and Ann are on call for the network, Dan for the data; Bob may look; Charlie is a guest."""
    roles = {"alice": Role.RESPONDER, "ann": Role.RESPONDER, "dan": Role.RESPONDER, "bob": Role.VIEWER}
    for login, role in {**roles, "charlie": Role.GUEST}.items():
        details = PersonDetails(login=login, name=login.title(), email=f"{login}@sample.invalid", role=role)
        save_person(details, actor=SYSTEM)
        save_contacts(login, [NewContact(channel="file", address=login)], actor=SYSTEM)
    for key, members in {"network": ["alice", "ann"], "data": ["dan"]}.items():
        save_team(key=key, name=key.title(), members=members, lead=members[0], actor=SYSTEM)
        _ladder(key, members)


def _ladder(team: str, members: list[str]) -> None:
    rotation = RotationDetails(
        key=f"{team}-primary",
        name=f"{team.title()} primary",
        team=team,
        zone="Europe/Warsaw",
        handoff_weekday=Weekday.MONDAY,
        handoff_time=time(9),
        starts_on=date(2020, 1, 6),
        participants=(members[0],),
    )
    save_rotation(rotation, actor=SYSTEM)
    first = StepDetails(after_s=0, notify=(TargetDetails(rotation=f"{team}-primary"),))
    second = StepDetails(after_s=300, notify=(TargetDetails(person=members[-1]),))
    policy = PolicyDetails(key=f"{team}-default", name="Default", team=team, steps=(first, second))
    paging.save_policy(policy, actor=SYSTEM)


def estate() -> None:
    """The gateway needs the switch and the billing database."""
    rows = [(SWITCH, "network", 1, "switch"), (GATEWAY, "network", 1, "gateway"), (BILLING, "data", 2, "database")]
    details = [
        ServiceDetails(key=key, name=key, team=team, tier=tier, kind=kind, site="waw") for key, team, tier, kind in rows
    ]
    save_services(details, actor=SYSTEM)
    save_dependencies({GATEWAY: [SWITCH, BILLING]}, actor=SYSTEM)
    save_integration(IntegrationDetails(key="prometheus-waw", name="Prometheus", kind="alertmanager"), actor=SYSTEM)


def group(*, cause: str = SWITCH, alerts: dict[str, int] | None = None, seconds_ago: int = 6) -> Group:
    """An open group with `alerts` ({service: severity}) whose first was received `seconds_ago`."""
    now = clock.now()
    first_at = now - timedelta(seconds=seconds_ago)
    row = Group.objects.create(
        cause_service=Service.objects.get(key=cause),
        cause_since=now - timedelta(seconds=1),
        confidence=0.9,
        evidence=[_suspect(cause, 0.9), _suspect(BILLING if cause != BILLING else SWITCH, 0.3)],
        severity=1,
        urgency="page",
        first_at=first_at,
        last_at=now,
        counts={"alerts": 2, "open": 2, "services": 2, "deliveries": 40},
    )
    for service, severity in (alerts or {SWITCH: 1, GATEWAY: 2}).items():
        _alert(row, service, severity)
    return row


def _suspect(service: str, confidence: float) -> dict[str, object]:
    evidence = [{"kind": "direct", "points": confidence, "params": {}}]
    return {"service": service, "score": confidence, "confidence": confidence, "evidence": evidence}


def _alert(row: Group, service: str, severity: int) -> Alert:
    return Alert.objects.create(
        integration=Integration.objects.get(key="prometheus-waw"),
        fingerprint=f"{service}-{row.uuid}",
        severity=severity,
        title=f"{service} uplink down",
        name="UplinkDown",
        service=Service.objects.get(key=service),
        count=20,
        started_at=row.first_at,
        first_at=row.first_at,
        last_at=row.last_at,
        opened_order=row.first_at,
        group=row,
    )


def told(row: Group, fact: Fact) -> None:
    """Record what the digest would, and let the engine react."""
    record(fact, actor=ENGINE, subject=Ref("alerts.group", row.uuid))
    engine()


def needs_people(row: Group, urgency: str = "page", team: str = "") -> IncidentDetail | None:
    """The digest asks for people; returns the incident, if that opened one. `team` stands in for an owner."""
    fact = alert_facts.GroupNeedsPeople(
        cause=row.cause_service.key,
        team=team or (row.cause_service.team.key if row.cause_service.team else ""),
        urgency=urgency,
        severity=1,
        confidence=row.confidence,
        first_at=row.first_at,
        why="critical_on_tier",
        params={},
    )
    told(row, fact)
    return IncidentDetail.objects.filter(group_id=row.uuid).select_related("item__project").first()


def move_cause(row: Group, cause: str, confidence: float = 0.95) -> None:
    """The digest finds a better cause."""
    before = row.cause_service.key
    row.cause_service, row.confidence, row.cause_since = Service.objects.get(key=cause), confidence, clock.now()
    row.save()
    team = row.cause_service.team.key if row.cause_service.team else ""
    told(row, alert_facts.GroupCauseMoved(before=before, after=cause, team=team, confidence=confidence))


def merge(into: Group, other: Group) -> None:
    """The digest finds two groups to be one failure."""
    moved = absorb(into, other, actor=ENGINE)
    told(into, alert_facts.GroupsMerged(merged=str(other.uuid), alerts=moved))


def close_group(row: Group) -> None:
    """The machines are content."""
    row.state, row.closed_at = GroupState.CLOSED, clock.now()
    row.save()
    told(row, alert_facts.GroupClosed(cause=row.cause_service.key))


def engine() -> None:
    """Let the engine do everything that is due: reactions and steps, until nothing is left."""
    worker = Worker(handlers=wiring.handlers(), owner="test")
    while paging.run_due(50) + worker.run_due():
        pass


def woken(detail: IncidentDetail) -> list[str]:
    """Who was sent a page about the incident (not updates), in order."""
    return heard(detail, "page")


def heard(detail: IncidentDetail, kind: str) -> list[str]:
    """Who was sent messages of a kind (page, update, notice) about the incident, in order."""
    rows = Delivery.objects.filter(kind=kind, lane=f"incidents.incident:{detail.item.uuid}").order_by("id")
    return [row.contact.address for row in rows.select_related("contact")]


def by(login: str) -> Actor:
    """A person as an actor."""
    return actor_for_login(login)
