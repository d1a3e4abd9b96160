"""Deliveries as requests in three senders' formats, split into lanes so that one condition's order is kept.

Event time travels where each format has a place for it: ``startsAt`` and ``endsAt``, ``payload.timestamp``, and for the
format that has none a detail called ``occurred_at``. The sender's clock at the moment of sending goes into a header, as
it does for anything that is replayed.
"""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Iterator, Mapping, Sequence
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


def lanes(deliveries: Sequence[Delivery], address: Address, count: int) -> list[list[Outgoing]]:
    """Spread deliveries over a number of lanes: all of one condition in one lane, in the order they arrive.

    Alertmanager's are put into batches of what the same integration has within seconds; those of one integration share
    two lanes, so that batches fill. Each stream goes to the lane that is lightest so far, the heaviest first: the last
    lane to end decides how long it all takes.
    """
    streams: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        streams.setdefault(_stream(delivery), []).append(delivery)
    requests = sorted((_requests(stream, address) for stream in streams.values()), key=len, reverse=True)
    found: list[list[Outgoing]] = [[] for _ in range(count)]
    lightest = [(0, place) for place in range(count)]
    for stream in requests:
        weight, place = heapq.heappop(lightest)
        found[place] += stream
        heapq.heappush(lightest, (weight + len(stream), place))
    return [sorted(lane, key=lambda one: one.due_s) for lane in found]


def _stream(delivery: Delivery) -> str:
    """Name what must stay in order: the integration's batches, or the condition."""
    if delivery.sender is Sender.ALERTMANAGER:
        return f"{delivery.integration}/{zlib.crc32(delivery.fingerprint.encode()) % 2}"
    return delivery.fingerprint


def _requests(stream: Sequence[Delivery], address: Address) -> list[Outgoing]:
    """Write a stream, all of one sender, as its POSTs."""
    match stream[0].sender:
        case Sender.OPSGENIE:
            return [_opsgenie(delivery, address) for delivery in stream]
        case Sender.PAGERDUTY:
            return [_pagerduty(delivery, address) for delivery in stream]
        case Sender.ALERTMANAGER:
            return [_alertmanager(batch, address) for batch in _batches(stream)]


def _batches(stream: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    batch: list[Delivery] = []
    for delivery in stream:
        if batch and (len(batch) == BATCH_MOST or delivery.arrival_s - batch[0].arrival_s > BATCH_WITHIN_S):
            yield batch
            batch = []
        batch.append(delivery)
    if batch:
        yield batch


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
