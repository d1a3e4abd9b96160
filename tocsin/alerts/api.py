"""`/api/v1`: the inbox, alerts, groups, silences, integrations."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime

from tocsin.accounts.queries import ApiRequest, require_visible
from tocsin.accounts.rules import ORGANISATION
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import IntegrationDetails, SilenceDetails
from tocsin.alerts.queries import InboxFilter, IntegrationRow, LedgerLine, StateFilter
from tocsin.alerts.rules import AsideReason, Severity
from tocsin.alerts.shapes import (
    AlertDetail,
    AlertList,
    GroupReport,
    InboxList,
    SilenceOut,
    alert_detail,
    silence_out,
)
from tocsin.assets.queries import service_by_key

router = Router(tags=["alerts"])
Limit = Annotated[int, Query(ge=1, le=500)]


class Snooze(Schema):
    """`until` has a zone and lies ahead."""

    until: AwareDatetime


class ConfirmedCause(Schema):
    """`service` (a key) names another cause than the one proposed; empty agrees with it."""

    service: str = ""


class WithdrawnVerdict(Schema):
    """`service` (a key) is the cause to go back to; empty keeps the one that is named."""

    service: str = ""


class Apart(Schema):
    """The alerts that are not of this group."""

    alerts: list[UUID]


class Together(Schema):
    """The other group, which is absorbed."""

    group: UUID


class Matcher(Schema):
    """`op` is = (is), != (is not), ^= (begins with), *= (contains), =~ or !~ (a regular expression of RE2, or not)."""

    label: str
    op: str
    value: str


class NewSilence(Schema):
    """A silence with a key of your choice; the same key again changes it."""

    key: str
    reason: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    matchers: list[Matcher]
    owner: str = ""


class NewIntegration(Schema):
    """What sends, in which format; the same key again changes it. `team` is a key, empty: the organisation's.

    `options` are those of the kind (see the reference of sources); without them, they stay as they are.
    """

    key: str
    name: str
    kind: str
    team: str = ""
    options: dict[str, Any] | None = None


@router.get("/inbox", response=InboxList)
def list_inbox(
    request: ApiRequest,
    state: StateFilter = StateFilter.OPEN,
    text: str = "",
    at_least: Severity = Severity.INFO,
    service: str = "",
    team: str = "",
    integration: str = "",
    aside: AsideReason | None = None,
    after: str = "",
    limit: Limit = 50,
) -> InboxList:
    """Groups and the alerts that are in none, newest first."""
    wanted = InboxFilter(
        state=state,
        text=text,
        at_least=at_least,
        service=service,
        team=team,
        integration=integration,
        aside=aside.value if aside else "",
    )
    found = queries.inbox(request.auth, wanted, after=after, limit=limit)
    return InboxList(results=found.rows, next=found.after)


@router.get("/alerts/{alert_id}", response=AlertDetail)
def show_alert(request: ApiRequest, alert_id: UUID) -> AlertDetail:
    """One alert with its labels."""
    return _alert(request, alert_id)


@router.post("/alerts/{alert_id}/acknowledge", response=AlertDetail)
def acknowledge_alert(request: ApiRequest, alert_id: UUID) -> AlertDetail:
    """Say that somebody has it. On the cause of a group this answers the incident's page too."""
    actions.acknowledge(alert_id, actor=request.auth)
    return _alert(request, alert_id)


@router.post("/alerts/{alert_id}/unacknowledge", response=AlertDetail)
def unacknowledge_alert(request: ApiRequest, alert_id: UUID) -> AlertDetail:
    """Take the acknowledgement or the snooze back."""
    actions.unacknowledge(alert_id, actor=request.auth)
    return _alert(request, alert_id)


@router.post("/alerts/{alert_id}/snooze", response=AlertDetail)
def snooze_alert(request: ApiRequest, alert_id: UUID, snooze: Snooze) -> AlertDetail:
    """Put it out of sight until a moment ahead."""
    actions.snooze(alert_id, until=snooze.until, actor=request.auth)
    return _alert(request, alert_id)


@router.post("/alerts/{alert_id}/close", response=AlertDetail)
def close_alert(request: ApiRequest, alert_id: UUID) -> AlertDetail:
    """Say that it is over."""
    actions.close(alert_id, actor=request.auth)
    return _alert(request, alert_id)


@router.post("/alerts/{alert_id}/reopen", response=AlertDetail)
def reopen_alert(request: ApiRequest, alert_id: UUID) -> AlertDetail:
    """Say that it is not over after all."""
    actions.reopen(alert_id, actor=request.auth)
    return _alert(request, alert_id)


@router.get("/services/{key}/alerts", response=AlertList)
def list_alerts_of_service(
    request: ApiRequest, key: str, open_only: bool = False, before: int | None = None, limit: Limit = 50
) -> AlertList:
    """A service's alerts, newest first; pass `next` as `before`."""
    service_by_key(request.auth, key)
    rows, cursor = queries.alerts_of_service(request.auth, key, open_only=open_only, before=before, limit=limit)
    return AlertList(results=rows, next=cursor)


@router.get("/groups/{group_id}", response=GroupReport)
def show_group(request: ApiRequest, group_id: UUID) -> GroupReport:
    """A group: its cause, the evidence, the suspects, and where every delivery went."""
    return _group(request, group_id)


@router.get("/groups/{group_id}/alerts", response=AlertList)
def list_alerts_of_group(
    request: ApiRequest,
    group_id: UUID,
    line: LedgerLine | None = None,
    service: str = "",
    text: str = "",
    after: int | None = None,
    limit: Limit = 100,
) -> AlertList:
    """A group's alerts, oldest first; `line` narrows to a line of its ledger. Pass `next` as `after`."""
    rows, cursor = queries.alerts_of_group(
        request.auth, group_id, line=line, service=service, text=text, after=after, limit=limit
    )
    return AlertList(results=rows, next=cursor)


@router.post("/groups/{group_id}/confirm-cause", response=GroupReport)
def confirm_cause_of_group(request: ApiRequest, group_id: UUID, confirmed: ConfirmedCause) -> GroupReport:
    """Agree with the named cause, or name another; the engine does not move it any more."""
    actions.confirm_cause(group_id, service=confirmed.service, actor=request.auth)
    return _group(request, group_id)


@router.post("/groups/{group_id}/reject-cause", response=GroupReport)
def reject_cause_of_group(request: ApiRequest, group_id: UUID) -> GroupReport:
    """Say that it is not this; the next suspect takes its place."""
    actions.reject_cause(group_id, actor=request.auth)
    return _group(request, group_id)


@router.post("/groups/{group_id}/withdraw-verdict", response=GroupReport)
def withdraw_verdict_on_group(request: ApiRequest, group_id: UUID, withdrawn: WithdrawnVerdict) -> GroupReport:
    """Take back what was said of the cause; the engine may move it again."""
    actions.withdraw_verdict(group_id, service=withdrawn.service, actor=request.auth)
    return _group(request, group_id)


@router.post("/groups/{group_id}/keep-apart", response={201: GroupReport})
def keep_apart(request: ApiRequest, group_id: UUID, apart: Apart) -> Status[GroupReport]:
    """Move alerts out of the group into one of their own; answers the new one."""
    made = actions.keep_apart(group_id, apart.alerts, actor=request.auth)
    return Status(201, _group(request, made.uuid))


@router.post("/groups/{group_id}/absorb", response=GroupReport)
def belong_together(request: ApiRequest, group_id: UUID, together: Together) -> GroupReport:
    """Say that the other group belongs to this one."""
    actions.belong_together(group_id, together.group, actor=request.auth)
    return _group(request, group_id)


@router.post("/groups/{group_id}/close", response=GroupReport)
def close_group(request: ApiRequest, group_id: UUID) -> GroupReport:
    """Say that the failure is over; its open alerts are left to their own lives."""
    actions.close_group(group_id, actor=request.auth)
    return _group(request, group_id)


@router.get("/silences", response=list[SilenceOut])
def list_silences(request: ApiRequest, ended: bool = False) -> list[SilenceOut]:
    """Silences in force or to come, soonest end first; with `ended` those that are over too."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    return [silence_out(silence) for silence in queries.silences(request.auth, ended=ended)]


@router.post("/silences", response=SilenceOut)
def save_silence(request: ApiRequest, new: NewSilence) -> SilenceOut:
    """Keep matching alerts from paging for a stretch of time. They are still kept and shown."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    details = SilenceDetails(**new.dict())
    actions.save_silence(details, actor=request.auth)
    return silence_out(queries.silence_by_key(request.auth, new.key))


@router.post("/silences/{key}/end", response=SilenceOut)
def end_silence(request: ApiRequest, key: str) -> SilenceOut:
    """End a silence now."""
    require_visible(request.auth, ORGANISATION, "There is no such silence.")
    actions.end_silence(key, actor=request.auth)
    return silence_out(queries.silence_by_key(request.auth, key))


@router.get("/integrations", response=list[IntegrationRow])
def list_integrations(request: ApiRequest) -> list[IntegrationRow]:
    """Where alerts come from, and when each last spoke."""
    return queries.integrations(request.auth)


@router.post("/integrations", response=IntegrationRow)
def save_integration(request: ApiRequest, new: NewIntegration) -> IntegrationRow:
    """Add an integration, or change the one with that key. `POST /keys` makes its key."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    saved = actions.save_integration(IntegrationDetails(**new.dict()), actor=request.auth)
    return next(row for row in queries.integrations(request.auth) if row.key == saved.key)


@router.delete("/integrations/{key}", response={204: None})
def remove_integration(request: ApiRequest, key: str) -> Status[None]:
    """Take an integration away: its keys stop within 60 seconds, its alerts stay."""
    require_visible(request.auth, ORGANISATION, "There is no such integration.")
    actions.remove_integration(key, actor=request.auth)
    return Status(204, None)


def _alert(request: ApiRequest, alert_id: UUID) -> AlertDetail:
    return alert_detail(queries.alert_by_id(request.auth, alert_id))


def _group(request: ApiRequest, group_id: UUID) -> GroupReport:
    return GroupReport(
        group=queries.group_detail(request.auth, group_id), ledger=queries.ledger(request.auth, group_id)
    )
