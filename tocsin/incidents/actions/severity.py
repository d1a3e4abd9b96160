"""How grave an incident is: as its alerts say while they worsen, until a person has said it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tocsin.accounts.rules import ENGINE, Actor
from tocsin.alerts.queries import group_by_id
from tocsin.core.errors import InvalidInput
from tocsin.incidents import facts
from tocsin.incidents.actions.rows import is_over, locked, locked_for_group, save, told
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.rules import parse_severity


@transaction.atomic
def set_severity(uuid: UUID, severity: int, *, reason: str, actor: Actor) -> IncidentDetail:
    """Say that it is graver or less grave than thought, and why. The engine does not change it any more."""
    parse_severity(severity)
    if not reason.strip():
        raise InvalidInput("reason: say why the severity changes.")
    detail = locked(uuid, actor)
    detail.severity_by_hand = True
    save(detail, "severity_by_hand")
    _set(detail, severity, actor=actor, reason=reason.strip())
    return detail


@transaction.atomic
def group_worsened(group_id: UUID, *, actor: Actor) -> None:
    """A graver alert came: the incident is as grave as its group is by now."""
    detail = locked_for_group(group_id)
    if detail is not None and not is_over(detail):
        follow_severity(detail, actor=actor)


def follow_severity(detail: IncidentDetail, *, actor: Actor) -> None:
    """Take over the severity of the group where that is graver, unless a person has said how grave it is."""
    if detail.group_id is None or detail.severity_by_hand:
        return
    _set(detail, min(detail.severity, group_by_id(ENGINE, detail.group_id).severity), actor=actor)


def _set(detail: IncidentDetail, severity: int, *, actor: Actor, reason: str = "") -> None:
    before = detail.severity
    if before == severity:
        return
    detail.severity = severity
    save(detail, "severity")
    told(
        detail,
        facts.IncidentSeverityChanged(key=detail.item.key, before=before, after=severity),
        actor=actor,
        reason=reason,
    )
