"""The auditor of calls: trusts no reaction. Every group that called for people must have an incident that is open or
was ended after the call, and while nobody has it, somebody must be paged; what lacks is made up for, and told."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tocsin.accounts.queries import teams
from tocsin.accounts.rules import ENGINE
from tocsin.alerts.queries import calls_before, group_by_id, team_to_call
from tocsin.alerts.rules import GroupState
from tocsin.incidents import facts
from tocsin.incidents.actions import group_called
from tocsin.incidents.actions.rows import locked_for_group, told
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.queries.refs import incident_ref
from tocsin.incidents.rules import Heard, IncidentState, Unheard, unheard
from tocsin.paging.queries import pages_about
from tocsin.paging.rules import PageState

log = logging.getLogger(__name__)

HEARD_WITHIN = timedelta(seconds=30)
"""How long the reaction to a call may take before it counts as lost."""


def audit(now: datetime) -> list[UUID]:
    """Look at every call that should have been heard by now; returns the groups whose call was put right."""
    return [group for group, at in calls_before(now - HEARD_WITHIN).items() if _put_right(group, at, now)]


@transaction.atomic
def _put_right(group_id: UUID, called_at: datetime, now: datetime) -> bool:
    flaw = _flaw(IncidentDetail.objects.filter(group_id=group_id).select_related("item").first(), called_at)
    if flaw is None:
        return False
    flaw = _flaw(locked_for_group(group_id), called_at)  # its reaction may have come while the lock was waited for
    group = group_by_id(ENGINE, group_id)
    if flaw is None or group.state != GroupState.OPEN or group.needs_people_at != called_at:
        return False
    detail = group_called(group_id, team_key=team_to_call(group), said_at=called_at, actor=ENGINE)
    late_s = (now - called_at).total_seconds()
    told(detail, facts.IncidentRequeued(key=detail.item.key, flaw=flaw, late_s=late_s), actor=ENGINE)
    log.error("incident_requeued", extra={"incident": detail.item.key, "flaw": flaw.value, "late_s": late_s})
    return True


def _flaw(detail: IncidentDetail | None, called_at: datetime) -> Unheard | None:
    if detail is None:
        return unheard(None, called_at=called_at)
    pages = pages_about(ENGINE, [incident_ref(detail.item.uuid)])
    # Without a team nobody can be paged: the incident says so already.
    paged = any(page.state is not PageState.STOPPED for page in pages) or not teams(ENGINE)
    heard = Heard(state=IncidentState(detail.item.state), resolved_at=detail.resolved_at, paged=paged)
    return unheard(heard, called_at=called_at)
