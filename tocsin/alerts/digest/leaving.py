"""What stays after its cause has ended was a symptom, about which nobody was called; now it stands by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Q

from tocsin.accounts.rules import ENGINE
from tocsin.alerts import facts, rules
from tocsin.alerts.digest import calling
from tocsin.alerts.digest.known import Known
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.rows import group_ref
from tocsin.alerts.rules import HUSHED, AlertState, Severity, Urgency
from tocsin.journal.actions import record

LEFT = timedelta(minutes=5)
"""Symptoms may outlast their cause by this long: they are told late, and recover one after the other."""

LATELY = timedelta(hours=3)


def ended(services: Iterable[str], now: datetime) -> frozenset[str]:
    """Those of these services (keys) that complained lately and have not for LEFT."""
    rows = Alert.objects.filter(service__key__in=list(services), superseded_at__isnull=True, count__gt=0)
    last = (
        rows.filter(last_at__gt=now - LATELY)
        .values("service__key")
        .annotate(last_end=Max("last_at"), last_open=Max("id", filter=~Q(state=AlertState.CLOSED)))
    )
    return frozenset(row["service__key"] for row in last if row["last_open"] is None and row["last_end"] <= now - LEFT)


def what_calls(group: Group, now: datetime) -> Sequence[Alert]:
    """The alerts of a group whose cause has ended that would wake somebody by themselves, the worst first; they have
    been there for LEFT, nobody has them, and no silence hides them."""
    rows = Alert.objects.filter(group=group, state=AlertState.OPEN, first_at__lte=now - LEFT)
    rows = rows.exclude(set_aside__in=HUSHED).select_related("service__team", "integration__team")
    calling_ones = [
        alert
        for alert in rows
        if rules.urgency(tier=alert.service.tier, severity=Severity(alert.severity), fresh=True).urgency is Urgency.PAGE
    ]
    return sorted(calling_ones, key=lambda alert: (alert.service.tier + alert.severity, alert.first_at, alert.id))


def leave(group: Group, rest: Sequence[Alert], known: Known, now: datetime) -> Group:
    """Move what is open into a group of its own, which follows the cluster from now on; the old one is over."""
    going_on = Alert.objects.filter(group=group).exclude(state=AlertState.CLOSED)
    moved = going_on.count()
    apart = calling.opened_alone(rest[0], known, now, alerts=moved)
    apart.cluster, apart.cause_since = group.cluster, now
    known.adopt(apart)
    going_on.update(group=apart)
    record(facts.GroupSplit(into=str(apart.uuid), alerts=moved), actor=ENGINE, subject=group_ref(group))
    calling.close(group, now)
    return apart


def alerts_of(group: Group) -> list[int]:
    return list(Alert.objects.filter(group=group).order_by("id").values_list("id", flat=True))
