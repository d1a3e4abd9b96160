"""Which service an alert speaks for, and which one it names as its peer."""

from __future__ import annotations

from collections.abc import Mapping

SERVICE_LABELS = ("service", "service_name", "app", "job", "entity", "component", "host", "instance")
"""The first of these labels that is there and not empty names the service (documented order)."""

PEER_LABELS = ("peer", "peer_service", "upstream", "dependency")
"""The first of these names the service this one calls and complains about."""


def service_of(labels: Mapping[str, str], otherwise: str) -> str:
    """The key of the service the alert speaks for; `otherwise` (the integration's key) when no label names one."""
    return _first(labels, SERVICE_LABELS) or otherwise


def peer_of(labels: Mapping[str, str]) -> str:
    """The key of the service the alert complains about, or an empty string."""
    return _first(labels, PEER_LABELS)


def _first(labels: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if value := labels.get(name, "").strip():
            return value
    return ""
