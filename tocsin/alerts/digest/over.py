"""Alerts of closed groups: they stay there while nothing more is heard of them, and begin something new when it is."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q
from django.db.models.functions import Greatest

from tocsin.alerts.models import Alert
from tocsin.alerts.rules import GroupState

_DIED_DOWN = Greatest(F("group__calm_until"), F("group__closed_at"))
"""Until then, repeats are of what was closed; PostgreSQL's greatest passes over what is empty."""

GOES_ON = Q(group__state=GroupState.CLOSED, last_at__gt=_DIED_DOWN)
"""The alert was told again although its group is closed: it belongs there no more."""


def staying(alerts: Iterable[int]) -> frozenset[int]:
    """Those of these alerts that stay in the closed group they are in."""
    rows = Alert.objects.filter(id__in=list(alerts), group__state=GroupState.CLOSED, last_at__lte=_DIED_DOWN)
    return frozenset(rows.values_list("id", flat=True))
