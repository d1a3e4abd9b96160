"""Which service a group names as its cause, and when that moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin import correlation
from tocsin.accounts.rules import ENGINE
from tocsin.alerts import facts, rules
from tocsin.alerts.digest.known import Known
from tocsin.alerts.models import Group
from tocsin.alerts.queries.calls import team_to_call
from tocsin.alerts.rows import group_ref
from tocsin.alerts.rules import CauseState
from tocsin.journal.actions import record

SHOWN = 5
"""Suspects that a group remembers, the named one always among them."""

UNSUSPECTED = 0.0
"""How sure a cause is that is no longer among the suspects: what made it one, when less was known, speaks no more."""


@dataclass(slots=True)
class Causes:
    """`_leaders`: by group, the suspect that would replace its cause."""

    _leaders: dict[int, rules.Leader] = field(default_factory=dict)

    def judge(
        self, group: Group, cluster: correlation.Cluster, known: Known, now: datetime, ended: frozenset[str]
    ) -> None:
        """Take over the suspects; let the best one that nobody has rejected be the cause. People have the last word.

        What has `ended` may stay the cause, but does not become it: others go on without it.
        """
        named = group.cause_service.key
        group.evidence = [_told(cause) for cause in _shown(cluster.causes, named)]
        found = next((cause.confidence for cause in cluster.causes if cause.service == named), None)
        if found is not None:
            group.confidence = round(found, 3)
        if group.cause_state == CauseState.CONFIRMED:
            return
        if found is None:
            group.confidence = UNSUSPECTED
        barred = (ended - {named}) | set(group.rejected)
        best = next((cause for cause in cluster.causes if cause.service not in barred), None)
        leader = (
            rules.leader(self._leaders.pop(group.id, None), named=named, best=best.service, now=now) if best else None
        )
        if best is None or leader is None:
            return
        called = group.needs_people_at is not None
        if rules.may_move(called=called, held=now - leader.since, confidence=best.confidence):
            self._move(group, best, known, now)
        else:
            self._leaders[group.id] = leader

    def _move(self, group: Group, best: correlation.Cause, known: Known, now: datetime) -> None:
        before = group.cause_service.key
        group.cause_service, group.cause_since = known.service(best.service), now
        group.confidence = round(best.confidence, 3)
        group.cause_state = CauseState.PROPOSED
        fact = facts.GroupCauseMoved(
            before=before,
            after=best.service,
            team=team_to_call(group),
            confidence=group.confidence,
        )
        record(fact, actor=ENGINE, subject=group_ref(group))


def _shown(causes: tuple[correlation.Cause, ...], named: str) -> list[correlation.Cause]:
    """The best suspects, and the named cause wherever it stands: what is named shows its evidence."""
    return [cause for place, cause in enumerate(causes) if place < SHOWN or cause.service == named]


def _told(cause: correlation.Cause) -> dict[str, Any]:
    return {
        "service": cause.service,
        "score": round(cause.score, 2),
        "confidence": round(cause.confidence, 3),
        "evidence": [
            {"kind": each.kind.value, "points": round(each.points, 2), "params": dict(each.params)}
            for each in cause.evidence
        ],
    }
