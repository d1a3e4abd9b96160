"""Everything the screen of one incident shows. Who may see the incident may see this: its parts are read for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tocsin.accounts.rules import ENGINE, Actor, Verb, may
from tocsin.alerts import queries as alerts
from tocsin.alerts.queries import Bucket, CauseView, GroupDetail, Ledger
from tocsin.alerts.queries.reach import TouchedService, services_of_group
from tocsin.assets.queries import edges
from tocsin.core.refs import Ref
from tocsin.incidents.queries.groups import group_brief
from tocsin.incidents.queries.lists import IncidentRow, detail_by_key, row_of
from tocsin.incidents.queries.refs import incident_ref
from tocsin.incidents.queries.timeline import TimelineEntry, timeline
from tocsin.incidents.rules import Alerting, Need, Reach, reach
from tocsin.items.queries import LinkRow, links, scope_of
from tocsin.paging import queries as paging
from tocsin.paging.queries import LedgerRow, PageView, Upcoming
from tocsin.paging.rules import UNANSWERED, Sentence

if TYPE_CHECKING:
    from tocsin.incidents.models import IncidentDetail
    from tocsin.items.models import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Responders:
    """One page of the incident: its state, everybody it told, and whom it wakes next and when (the countdown)."""

    page: PageView
    told: tuple[LedgerRow, ...]
    upcoming: Upcoming | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CausePanel:
    """The named cause with its evidence, and the suspect that came second, if any."""

    cause: CauseView
    runner_up: CauseView | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentScreen:
    """`mine`: the page that waits for this reader's answer. `may_respond`: whether buttons are offered.

    Without a group (a person declared it) there is no cause panel, ledger, histogram, or reach beyond the service.
    """

    head: IncidentRow
    may_respond: bool
    mine: UUID | None
    group: GroupDetail | None
    cause: CausePanel | None
    ledger: Ledger | None
    histogram: tuple[Bucket, ...]
    reach: Reach
    responders: tuple[Responders, ...]
    timeline: tuple[TimelineEntry, ...]
    links: tuple[LinkRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPart:
    """The top of the screen: what it is, whether this reader may act, and who was told and is next."""

    head: IncidentRow
    may_respond: bool
    mine: UUID | None
    responders: tuple[Responders, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StormPart:
    """The alerts behind an incident: counts, the ledger that adds up, and their shape over time."""

    head: IncidentRow
    group: GroupDetail | None
    ledger: Ledger | None
    histogram: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CausePart:
    """The suspects, and how far the named one reaches."""

    head: IncidentRow
    may_respond: bool
    group: GroupDetail | None
    cause: CausePanel | None
    reach: Reach


def incident_screen(actor: Actor, key: str) -> IncidentScreen:
    """The screen of INC-12, when this actor may see it."""
    detail = detail_by_key(actor, key)
    touched = services_of_group(detail.group_id) if detail.group_id else []
    head, storm = _head_part(actor, detail, touched), _storm_part(detail)
    return IncidentScreen(
        head=head.head,
        may_respond=head.may_respond,
        mine=head.mine,
        group=storm.group,
        cause=_cause(storm.group),
        ledger=storm.ledger,
        histogram=storm.histogram,
        reach=_reach(detail, touched),
        responders=head.responders,
        timeline=_timeline(detail.item, head.responders),
        links=tuple(links(actor, detail.item)),
    )


def head_part(actor: Actor, key: str) -> HeadPart:
    """The top of the screen of INC-12 alone."""
    detail = detail_by_key(actor, key)
    return _head_part(actor, detail, services_of_group(detail.group_id) if detail.group_id else [])


def storm_part(actor: Actor, key: str) -> StormPart:
    """The alerts of INC-12 alone."""
    return _storm_part(detail_by_key(actor, key))


def cause_part(actor: Actor, key: str) -> CausePart:
    """The cause of INC-12 alone."""
    detail = detail_by_key(actor, key)
    group = alerts.group_detail(ENGINE, detail.group_id) if detail.group_id else None
    return CausePart(
        head=row_of(detail),
        may_respond=bool(may(actor, Verb.RESPOND, scope_of(detail.item))),
        group=group,
        cause=_cause(group),
        reach=_reach(detail, services_of_group(detail.group_id) if detail.group_id else []),
    )


def _head_part(actor: Actor, detail: IncidentDetail, touched: Sequence[TouchedService]) -> HeadPart:
    responders = responders_of(detail.item.uuid)
    return HeadPart(
        head=replace(row_of(detail), sentence=sentence_now(detail, touched)),
        may_respond=bool(may(actor, Verb.RESPOND, scope_of(detail.item))),
        mine=_mine(actor, responders),
        responders=responders,
    )


def _storm_part(detail: IncidentDetail) -> StormPart:
    if detail.group_id is None:
        return StormPart(head=row_of(detail), group=None, ledger=None, histogram=())
    storm = alerts.storm(ENGINE, detail.group_id)
    group = alerts.group_detail(ENGINE, detail.group_id)
    return StormPart(head=row_of(detail), group=group, ledger=storm.ledger, histogram=storm.histogram)


def incident_timeline(actor: Actor, key: str) -> tuple[TimelineEntry, ...]:
    """The timeline of INC-12 alone."""
    item = detail_by_key(actor, key).item
    return _timeline(item, responders_of(item.uuid))


def _timeline(item: Item, responders: tuple[Responders, ...]) -> tuple[TimelineEntry, ...]:
    groups = [Ref("alerts.group", group.uuid) for group in alerts.groups_of_incident(incident_ref(item.uuid))]
    pages = [Ref("paging.page", each.page.uuid) for each in responders]
    return tuple(timeline(item, [*groups, *pages]))


def sentence_now(detail: IncidentDetail, touched: Sequence[TouchedService]) -> dict[str, Any]:
    """The sentence with what the incident touches by now, rather than when somebody was last told."""
    params = detail.sentence["params"]
    if detail.group_id is not None:
        params |= group_brief(detail.group_id, touched).sentence_params
    return {"kind": detail.sentence["kind"], "params": params}


def summary(head: IncidentRow, *, language: str, zone: str) -> str:
    """What failed, what it touches, since when: one sentence in the reader's words."""
    return paging.words_of(Sentence(**head.sentence), language=language, zone=zone).text


def _cause(group: GroupDetail | None) -> CausePanel | None:
    if group is None:
        return None
    runner_up = next((suspect for suspect in group.suspects if not suspect.rejected), None)
    return CausePanel(cause=group.cause, runner_up=runner_up, since=group.cause_since)


def _reach(detail: IncidentDetail, touched: Sequence[TouchedService]) -> Reach:
    """The blast radius of the cause among the services that complain."""
    alerting = [
        Alerting(service=each.key, name=each.name, tier=each.tier, severity=each.severity, alerts=each.open_alerts)
        for each in touched
    ]
    cause = detail.cause.key if detail.cause else None
    return reach(cause, alerting, [Need(caller=edge.caller, callee=edge.callee) for edge in edges()])


def responders_of(uuid: UUID) -> tuple[Responders, ...]:
    """The pages of an incident the caller has been let see, oldest first."""
    return tuple(
        Responders(
            page=page,
            told=tuple(paging.ledger(ENGINE, page.uuid)),
            upcoming=paging.upcoming(ENGINE, page.uuid),
        )
        for page in paging.pages_about(ENGINE, [incident_ref(uuid)])
    )


def _mine(actor: Actor, responders: tuple[Responders, ...]) -> UUID | None:
    """The page that has woken this actor and still waits."""
    for each in responders:
        if each.page.state in UNANSWERED and any(str(row.person.uuid) == actor.id for row in each.told):
            return each.page.uuid
    return None
