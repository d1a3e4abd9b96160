"""What an incident takes over from its group of alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tocsin.accounts.rules import ENGINE
from tocsin.alerts import queries as alerts
from tocsin.alerts.queries.reach import TouchedService, complaint_of_cause, services_of_group
from tocsin.items.rules import MAX_TITLE

if TYPE_CHECKING:
    from tocsin.accounts.models import Team
    from tocsin.alerts.models import Group
    from tocsin.assets.models import Service

NAMED = 3
"""How many touched services are named in the sentence."""

MAX_WHAT = 120
"""Characters of an alert's title that the sentence repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBrief:
    """A group as its incident needs it. `sentence_params` are those of `SentenceKind.CAUSE`.

    `owner` has the cause, None where nobody does, or their team is gone.
    """

    uuid: UUID
    title: str
    cause: Service
    owner: Team | None
    severity: int
    confidence: float
    first_at: datetime
    cause_since: datetime
    sentence_params: dict[str, Any]


def group_brief(group_id: UUID) -> GroupBrief:
    """The group as it stands, for the engine."""
    group = alerts.group_by_id(ENGINE, group_id)
    cause: Service = group.cause_service
    what = _cut(complaint_of_cause(group), MAX_WHAT)
    return GroupBrief(
        uuid=group.uuid,
        title=_cut(f"{cause.name}: {what}" if what else cause.name, MAX_TITLE),
        cause=cause,
        owner=cause.team if cause.team and cause.team.removed_at is None else None,
        severity=group.severity,
        confidence=group.confidence,
        first_at=group.first_at,
        cause_since=group.cause_since,
        sentence_params=sentence_params(group, what, services_of_group(group_id)),
    )


def sentence_params(group: Group, what: str, services: Sequence[TouchedService]) -> dict[str, Any]:
    """For `SentenceKind.CAUSE`: what the cause says, and what else complains."""
    cause: Service = group.cause_service
    touched = [each for each in services if each.key != cause.key]
    return {
        "service": cause.name,
        "service_key": cause.key,
        "what": _cut(what, MAX_WHAT),
        "touched": len(touched),
        "touches": [each.name for each in touched[:NAMED]],
        "since": group.first_at.isoformat(),
    }


def _cut(text: str, most: int) -> str:
    """Machines may name a service at any length; that must not keep its incident from being opened."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
