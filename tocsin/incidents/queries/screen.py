"""Everything the screen of one incident shows. Who may see the incident may see this: its parts are read for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tocsin.accounts.rules import ENGINE, Actor, Verb, may
from tocsin.alerts import queries as alerts
from tocsin.alerts.queries import Behind, Bucket, CauseView, GroupDetail, Ledger
from tocsin.assets.queries import edges
from tocsin.core.refs import Ref
from tocsin.incidents.queries.groups import sentence_params
from tocsin.incidents.queries.lists import IncidentRow, detail_by_key, row_of
from tocsin.incidents.queries.refs import incident_ref
from tocsin.incidents.queries.timeline import TimelineEntry, timeline
from tocsin.incidents.rules import Alerting, Need, Reach, reach
from tocsin.items.queries import LinkRow, links, scope_of
from tocsin.paging import queries as paging
from tocsin.paging.queries import LedgerRow, PageView, Upcoming
from tocsin.paging.rules import UNANSWERED, Sentence

if TYPE_CHECKING:
    from tocsin.alerts.models import Group
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What several parts are made from, read once. Both None where a person declared the incident."""

    actor: Actor
    detail: IncidentDetail
    row: IncidentRow
    group: Group | None
    behind: Behind | None

    @property
    def may_respond(self) -> bool:
        return bool(may(self.actor, Verb.RESPOND, scope_of(self.detail.item)))


def _scene(actor: Actor, key: str) -> _Scene:
    detail = detail_by_key(actor, key)
    group = alerts.group_by_id(ENGINE, detail.group_id) if detail.group_id else None
    behind = alerts.behind(group) if group else None
    return _Scene(actor=actor, detail=detail, row=row_of(detail), group=group, behind=behind)


def incident_screen(actor: Actor, key: str) -> IncidentScreen:
    """The screen of INC-12, when this actor may see it."""
    scene = _scene(actor, key)
    head, storm = _head_part(scene), _storm_part(scene)
    return IncidentScreen(
        head=head.head,
        may_respond=head.may_respond,
        mine=head.mine,
        group=storm.group,
        cause=_cause(storm.group),
        ledger=storm.ledger,
        histogram=storm.histogram,
        reach=_reach(scene),
        responders=head.responders,
        timeline=_timeline(scene.detail.item, head.responders),
        links=tuple(links(actor, scene.detail.item)),
    )


def head_part(actor: Actor, key: str) -> HeadPart:
    """The top of the screen of INC-12 alone."""
    return _head_part(_scene(actor, key))


def responders_part(actor: Actor, key: str) -> HeadPart:
    """Who was told of INC-12 and is next. Its sentence is the one that people were told."""
    detail = detail_by_key(actor, key)
    return _head_part(_Scene(actor=actor, detail=detail, row=row_of(detail), group=None, behind=None))


def storm_part(actor: Actor, key: str) -> StormPart:
    """The alerts of INC-12 alone."""
    return _storm_part(_scene(actor, key))


def cause_part(actor: Actor, key: str) -> CausePart:
    """The cause of INC-12 alone."""
    scene = _scene(actor, key)
    group = alerts.detail_of(scene.group) if scene.group else None
    return CausePart(
        head=scene.row, may_respond=scene.may_respond, group=group, cause=_cause(group), reach=_reach(scene)
    )


def _head_part(scene: _Scene) -> HeadPart:
    responders = responders_of(scene.detail.item.uuid)
    return HeadPart(
        head=replace(scene.row, sentence=_sentence_now(scene)),
        may_respond=scene.may_respond,
        mine=_mine(scene.actor, responders),
        responders=responders,
    )


def _storm_part(scene: _Scene) -> StormPart:
    if scene.group is None or scene.behind is None:
        return StormPart(head=scene.row, group=None, ledger=None, histogram=())
    storm = scene.behind.storm
    return StormPart(
        head=scene.row, group=alerts.detail_of(scene.group), ledger=storm.ledger, histogram=storm.histogram
    )


def incident_timeline(actor: Actor, key: str) -> tuple[TimelineEntry, ...]:
    """The timeline of INC-12 alone."""
    item = detail_by_key(actor, key).item
    return _timeline(item, responders_of(item.uuid))


def _timeline(item: Item, responders: tuple[Responders, ...]) -> tuple[TimelineEntry, ...]:
    groups = [Ref("alerts.group", group.uuid) for group in alerts.groups_of_incident(incident_ref(item.uuid))]
    pages = [Ref("paging.page", each.page.uuid) for each in responders]
    return tuple(timeline(item, [*groups, *pages]))


def _sentence_now(scene: _Scene) -> dict[str, Any]:
    """The sentence with what the incident touches by now, rather than when somebody was last told."""
    told: dict[str, Any] = scene.detail.sentence
    behind = scene.behind
    if scene.group is None or behind is None:
        return told
    params = told["params"] | sentence_params(scene.group, behind.complaint, behind.services)
    return {"kind": told["kind"], "params": params}


def summary(head: IncidentRow, *, language: str, zone: str) -> str:
    """What failed, what it touches, since when: one sentence in the reader's words."""
    return paging.words_of(Sentence(**head.sentence), language=language, zone=zone).text


def _cause(group: GroupDetail | None) -> CausePanel | None:
    if group is None:
        return None
    runner_up = next((suspect for suspect in group.suspects if not suspect.rejected), None)
    return CausePanel(cause=group.cause, runner_up=runner_up, since=group.cause_since)


def _reach(scene: _Scene) -> Reach:
    """The blast radius of the cause among the services that complain."""
    alerting = [
        Alerting(service=each.key, name=each.name, tier=each.tier, severity=each.severity, alerts=each.open_alerts)
        for each in (scene.behind.services if scene.behind else ())
    ]
    cause = scene.detail.cause.key if scene.detail.cause else None
    return reach(cause, alerting, [Need(caller=edge.caller, callee=edge.callee) for edge in edges()])


def responders_of(uuid: UUID) -> tuple[Responders, ...]:
    """The pages of an incident the caller has been let see, oldest first."""
    told = paging.told_about(ENGINE, [incident_ref(uuid)])
    return tuple(Responders(page=each.page, told=each.told, upcoming=each.upcoming) for each in told)


def _mine(actor: Actor, responders: tuple[Responders, ...]) -> UUID | None:
    """The page that has woken this actor and still waits."""
    for each in responders:
        if each.page.state in UNANSWERED and any(str(row.person.uuid) == actor.id for row in each.told):
            return each.page.uuid
    return None
