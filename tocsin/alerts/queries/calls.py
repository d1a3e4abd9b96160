"""The calls for people that groups have made, and to whom they go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from tocsin.alerts.models import Alert, Group
from tocsin.alerts.rows import owner_of
from tocsin.alerts.rules import GroupState, Urgency


def calls_before(moment: datetime) -> Mapping[UUID, datetime]:
    """The open groups that called for people before that moment and have not been calmed since, and when they did."""
    rows = Group.objects.filter(state=GroupState.OPEN, urgency=Urgency.PAGE, needs_people_at__lt=moment)
    calls = rows.order_by("id").values_list("uuid", "needs_people_at")
    return {group: at for group, at in calls if at is not None}


def team_to_call(group: Group) -> str:
    """The key of the team to wake for a group: its cause's owner, else its first sender's team, else empty."""
    alert = Alert.objects.filter(group=group).select_related("integration__team").order_by("id").first()
    return owner_of(group.cause_service, alert.integration.team if alert is not None else None)
