"""Opening and closing groups, and saying that one needs people."""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin import correlation
from tocsin.accounts.rules import ENGINE
from tocsin.alerts import facts, rules
from tocsin.alerts.actions.groups import CALM
from tocsin.alerts.digest.figures import Figures
from tocsin.alerts.digest.known import Known
from tocsin.alerts.models import Alert, Group, Integration
from tocsin.alerts.rows import group_ref, owner_of
from tocsin.alerts.rules import AlertState, GroupState, Severity, Standing, Urgency
from tocsin.journal.actions import record

SETTLED = timedelta(seconds=60)
"""A lone group ends when all of it has been over for this long; clusters have the correlation's own patience."""


def opened(cluster: correlation.Cluster, known: Known, now: datetime) -> Group:
    """A new group for a cluster."""
    best = cluster.causes[0]
    group = Group.objects.create(
        cluster=cluster.id,
        cause_service=known.service(best.service),
        cause_since=now,
        confidence=round(best.confidence, 3),
        opened_at=now,
        first_at=now,
        last_at=now,
    )
    return _announced(group, known, len(cluster.members))


def opened_alone(alert: Alert, known: Known, now: datetime, alerts: int = 1) -> Group:
    """A new group for one alert, whose service is the cause, and what else goes on with it."""
    group = Group.objects.create(
        cause_service=alert.service,
        cause_since=alert.first_at,
        confidence=rules.ALONE if alerts == 1 else rules.SUSPECT,
        severity=alert.severity,
        opened_at=now,
        first_at=alert.first_at,
        last_at=alert.last_at,
    )
    return _announced(group, known, alerts)


def _announced(group: Group, known: Known, alerts: int) -> Group:
    known.adopt(group)
    fact = facts.GroupOpened(cause=group.cause_service.key, confidence=group.confidence, alerts=alerts)
    record(fact, actor=ENGINE, subject=group_ref(group))
    return group


def close(group: Group, now: datetime) -> None:
    """Everything in it is over. The caller saves."""
    group.state, group.closed_at = GroupState.CLOSED, now
    record(facts.GroupClosed(cause=group.cause_service.key), actor=ENGINE, subject=group_ref(group))


def settle(group: Group, figures: Figures | None, now: datetime, told: frozenset[int]) -> None:
    """Bring a group's figures up to date, close a lone one that is over, call people when it is time.

    `told` are the alerts it came with out of groups about which people had been called, where those were most of it.
    """
    lone = not group.cluster
    if figures is None:
        if lone:
            close(group, now)
        return
    if group.needs_people_at is not None and figures.severity < group.severity:
        worsened = facts.GroupWorsened(before=group.severity, after=figures.severity)
        record(worsened, actor=ENGINE, subject=group_ref(group))
    group.counts, group.severity = figures.counts, figures.severity
    group.first_at, group.last_at = figures.first_at, figures.last_at
    # What flaps is expected back: its group waits for it, so that people are called once and not at each return.
    settled = rules.FLAP_WITHIN if figures.flaps else SETTLED
    if lone and figures.open == 0 and now - figures.last_at >= settled:
        close(group, now)
    elif group.needs_people_at is None and not _is_calm(group, now):
        # Once people are called the urgency stands: that the worst of it is over is for them to say.
        _judge(group, figures, now, split=bool(told) and not _has_news(group, told))


def _is_calm(group: Group, now: datetime) -> bool:
    """Whether somebody has resolved the incident lately, and nothing speaks against it.

    Repeats and trailing symptoms do not; that the cause fires anew, after the resolution, does.
    """
    if group.calm_until is None or now >= group.calm_until:
        return False
    anew = Alert.objects.filter(
        group_id=group.id,
        service_id=group.cause_service_id,
        state=AlertState.OPEN,
        first_at__gt=group.calm_until - CALM,
    )
    return not anew.exists()


def _has_news(group: Group, told: frozenset[int]) -> bool:
    """Whether something critical on what matters most is in the group that nobody has been called about."""
    rows = Alert.objects.filter(group_id=group.id, severity=Severity.CRITICAL, service__tier=1)
    return rows.exclude(state=AlertState.CLOSED).exclude(id__in=told).exists()


def _judge(group: Group, figures: Figures, now: datetime, *, split: bool) -> None:
    urging = rules.urgency(tier=figures.tier, severity=figures.worst, fresh=figures.loud > 0)
    group.urgency = urging.urgency
    standing = Standing(
        urgency=Urgency(group.urgency),
        severity=figures.worst,
        confidence=group.confidence,
        first_at=group.first_at,
        cause_since=group.cause_since,
        opened_at=group.opened_at,
        split=split,
    )
    readiness = rules.ready_to_page(standing, now=now)
    if readiness:
        group.needs_people_at = now
        _call(group, figures, readiness)


def _call(group: Group, figures: Figures, readiness: rules.Readiness) -> None:
    sender = Integration.objects.select_related("team").get(id=figures.integration_id).team
    fact = facts.GroupNeedsPeople(
        cause=group.cause_service.key,
        team=owner_of(group.cause_service, sender),
        urgency=group.urgency,
        severity=group.severity,
        confidence=group.confidence,
        first_at=group.first_at,
        why=readiness.why,
        params={**readiness.params, "tier": figures.tier, "severity": int(figures.worst)},
    )
    record(fact, actor=ENGINE, subject=group_ref(group))
