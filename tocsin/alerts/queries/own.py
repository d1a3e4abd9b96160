"""What Tocsin says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.alerts.models import Alert
from tocsin.alerts.rules import ITSELF, AlertState
from tocsin.alerts.rules.disk import FINGERPRINT, DiskState


@dataclass(frozen=True, slots=True, kw_only=True)
class LowDisk:
    """A node's disk that is nearly full; `percent` is None where somebody has changed the alert that tells of it."""

    node: str
    percent: int | None
    state: DiskState


def low_disks() -> list[LowDisk]:
    """Those that open alerts tell of, the fullest first. Every screen asks."""
    rows = Alert.objects.filter(
        integration__key=ITSELF, fingerprint__startswith=FINGERPRINT, superseded_at__isnull=True
    ).exclude(state=AlertState.CLOSED)
    found = [_low_disk(fingerprint, labels) for fingerprint, labels in rows.values_list("fingerprint", "labels")]
    return sorted(found, key=lambda disk: -(disk.percent or 0))


def _low_disk(fingerprint: str, labels: dict[str, str]) -> LowDisk:
    """Labels are open to people and to gateways; the fingerprint is nobody's to change."""
    percent, state = labels.get("percent", ""), labels.get("state", "")
    return LowDisk(
        node=fingerprint.removeprefix(FINGERPRINT),
        percent=int(percent) if percent.isdecimal() and len(percent) <= len("100") else None,
        state=DiskState(state) if state in _TOLD else DiskState.LOW,
    )


_TOLD = {DiskState.LOW, DiskState.SHORT, DiskState.FULL}
