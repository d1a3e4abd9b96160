"""Deliveries as requests in three senders' formats, split into lanes so that one condition's order is kept.

Event time travels where each format has a place for it: ``startsAt`` and ``endsAt``, ``payload.timestamp``, and for the
format that has none a detail called ``occurred_at``. The sender's clock at the moment of sending goes into a header, as
it does for anything that is replayed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from tocsin.main.demo.delivery import Delivery, Sender, Severity

BATCH_MOST = 64
BATCH_WITHIN_S = 5.0

_PAGERDUTY_SEVERITY = {
    Severity.CRITICAL: "critical",
    Severity.MAJOR: "error",
    Severity.WARNING: "warning",
    Severity.MINOR: "warning",
    Severity.INFO: "info",
}
_FIRES_ON = timedelta(minutes=5)

Json = str | dict[str, "Json"] | list["Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One POST: when it is due in event time (and as the sender's clock says it), where it goes, what it carries.

    ``deliveries`` is how many alerts that is.
    """

    due_s: float
    sent_at: str
    path: str
    authorization: str | None
    body: bytes
    deliveries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What the wire needs besides the deliveries: each integration's secret, and when event time 0 was."""

    secrets: Mapping[str, str]
    epoch: datetime

    def stamp(self, offset_s: float) -> str:
        """Give a moment of event time as senders write it."""
        return (self.epoch + timedelta(seconds=offset_s)).isoformat(timespec="milliseconds")


def lanes(deliveries: Iterable[Delivery], address: Address, count: int) -> list[list[Outgoing]]:
    """Spread deliveries over a number of lanes: all of one condition in one lane, in the order they arrive.

    Alertmanager's are put into batches of what the same integration has within a second; those of one integration share
    few lanes, so that batches fill.
    """
    queues: list[list[Delivery]] = [[] for _ in range(count)]
    for delivery in deliveries:
        queues[_lane(delivery, count)].append(delivery)
    return [_requests(queue, address) for queue in queues]


def _lane(delivery: Delivery, count: int) -> int:
    """Choose a lane by what must stay in order: the integration's batch stream, or the condition."""
    if delivery.sender is Sender.ALERTMANAGER:
        shard = zlib.crc32(delivery.fingerprint.encode()) % 2
        return zlib.crc32(f"{delivery.integration}/{shard}".encode()) % count
    return zlib.crc32(delivery.fingerprint.encode()) % count


def _requests(queue: Sequence[Delivery], address: Address) -> list[Outgoing]:
    found: list[Outgoing] = []
    batches: dict[str, list[Delivery]] = {}
    for delivery in queue:
        if delivery.sender is Sender.OPSGENIE:
            found.append(_opsgenie(delivery, address))
        elif delivery.sender is Sender.PAGERDUTY:
            found.append(_pagerduty(delivery, address))
        else:
            batch = batches.setdefault(delivery.integration, [])
            full = len(batch) == BATCH_MOST
            if batch and (full or delivery.arrival_s - batch[0].arrival_s > BATCH_WITHIN_S):
                found.append(_alertmanager(batch, address))
                batch.clear()
            batch.append(delivery)
    found += [_alertmanager(batch, address) for batch in batches.values() if batch]
    return sorted(found, key=lambda one: one.due_s)


def _opsgenie(delivery: Delivery, address: Address) -> Outgoing:
    details: dict[str, Json] = {
        **delivery.labels,
        "service": delivery.service,
        "alertname": delivery.name,
        "occurred_at": address.stamp(delivery.offset_s),
    }
    opened: dict[str, Json] = {
        "message": delivery.text[:130],
        "alias": delivery.fingerprint,
        "entity": delivery.service,
        "source": delivery.integration,
        "priority": f"P{int(delivery.severity)}",
        "details": details,
    }
    closed: dict[str, Json] = {"source": delivery.integration, "note": "resolved by the sender"}
    alias = quote(delivery.fingerprint, safe="")
    return Outgoing(
        due_s=delivery.arrival_s,
        sent_at=address.stamp(delivery.arrival_s),
        path="/v2/alerts" if delivery.firing else f"/v2/alerts/{alias}/close?identifierType=alias",
        authorization=f"GenieKey {address.secrets[delivery.integration]}",
        body=msgspec.json.encode(opened if delivery.firing else closed),
        deliveries=1,
    )


def _pagerduty(delivery: Delivery, address: Address) -> Outgoing:
    body: dict[str, Json] = {
        "routing_key": address.secrets[delivery.integration],
        "event_action": "trigger" if delivery.firing else "resolve",
        "dedup_key": delivery.fingerprint,
        "payload": {
            "summary": delivery.text,
            "source": delivery.labels.get("instance", delivery.service),
            "severity": _PAGERDUTY_SEVERITY[delivery.severity],
            "timestamp": address.stamp(delivery.offset_s),
            "component": delivery.service,
            "group": delivery.labels.get("site", ""),
            "class": delivery.name,
            "custom_details": dict(delivery.labels),
        },
    }
    return Outgoing(
        due_s=delivery.arrival_s,
        sent_at=address.stamp(delivery.arrival_s),
        path="/v2/enqueue",
        authorization=None,
        body=msgspec.json.encode(body),
        deliveries=1,
    )


def _alertmanager(batch: Sequence[Delivery], address: Address) -> Outgoing:
    return Outgoing(
        due_s=batch[-1].arrival_s,
        sent_at=address.stamp(batch[-1].arrival_s),
        path="/api/v2/alerts",
        authorization=f"Bearer {address.secrets[batch[0].integration]}",
        body=msgspec.json.encode([_posted(delivery, address) for delivery in batch]),
        deliveries=len(batch),
    )


def _posted(delivery: Delivery, address: Address) -> dict[str, Json]:
    """Give one alert as Prometheus posts it: labels are its identity, so what varies stands in annotations."""
    ends_s = delivery.offset_s + _FIRES_ON.total_seconds() if delivery.firing else delivery.offset_s
    lasting = {name: value for name, value in delivery.labels.items() if name not in {"value", "z", "baseline"}}
    return {
        "labels": {
            **lasting,
            "alertname": delivery.name,
            "service": delivery.service,
            "severity": delivery.severity.name.lower(),
        },
        "annotations": {"summary": delivery.text},
        "startsAt": address.stamp(delivery.began_s),
        "endsAt": address.stamp(ends_s),
    }
