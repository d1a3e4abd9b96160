"""What Tocsin says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.alerts.models import Alert
from tocsin.alerts.rules import ITSELF, AlertState
from tocsin.alerts.rules.disk import FINGERPRINT


def low_disks() -> list[Mapping[str, str]]:
    """The labels (`node`, `percent`, `state`) of the open alerts about disks, the fullest first. Every screen asks."""
    rows = Alert.objects.filter(
        integration__key=ITSELF, fingerprint__startswith=FINGERPRINT, superseded_at__isnull=True
    ).exclude(state=AlertState.CLOSED)
    return sorted(rows.values_list("labels", flat=True), key=lambda labels: -int(labels["percent"]))
