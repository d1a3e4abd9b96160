"""What Prometheus posts, as events. One bad alert does not sink the others: each is decoded on its own.

An alert's identity is its label set; what is annotated is kept beside it (`labels.py`). Missing `startsAt`: now.
Missing `endsAt`: five minutes, as in Alertmanager. An empty label counts as absent; duplicate JSON keys: the last one
wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from tocsin.alerts.intake import NewEvent
from tocsin.alerts.intake.decoding import apart, decoded
from tocsin.alerts.intake.limits import ALERTS, DESCRIPTION, SHORT, TITLE, Refusal, check
from tocsin.alerts.rules import AlertAction, from_word, peer_of, service_of
from tocsin.gateways.alertmanager.labels import fingerprint, with_annotations

RESOLVE_TIMEOUT_S = 300.0
_TITLES = ("summary", "title", "message")
_TEXTS = ("description", "runbook_url", "message")


class Posted(msgspec.Struct, rename="camel"):
    """One alert of `POST /api/v2/alerts`."""

    labels: dict[str, str]
    annotations: dict[str, str] | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    generator_url: str | None = msgspec.field(default=None, name="generatorURL")


_ALL = msgspec.json.Decoder(list[Posted])
_ONE = msgspec.json.Decoder(Posted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The events of a request, and what is wrong with the alerts that are not among them (counted from 1)."""

    events: tuple[NewEvent, ...]
    refused: tuple[str, ...]


def decode(body: bytes, *, sent_at: datetime | None) -> Decoded:
    """Every alert that can be taken. Refusal when the body as a whole is no list of alerts, or too long a one."""
    posted = _posted(body)
    if len(posted) > ALERTS:
        raise Refusal(f"more than {ALERTS} alerts in one request")
    events: list[NewEvent] = []
    refused: list[str] = []
    for number, one in enumerate(posted, 1):
        try:
            events.append(_event(one if isinstance(one, Posted) else decoded(_ONE, one), sent_at))
        except Refusal as refusal:
            refused.append(f"alert {number}: {refusal}")
    return Decoded(events=tuple(events), refused=tuple(refused))


def _posted(body: bytes) -> Sequence[Posted | bytes]:
    """All alerts decoded at once, or where one of them is bad, each still to be decoded."""
    try:
        return _ALL.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return apart(body)


def _event(posted: Posted, sent_at: datetime | None) -> NewEvent:
    labels = {name: value for name, value in posted.labels.items() if value}
    if not labels:
        raise Refusal("at least one label pair required")
    starts_at, ends_at = utc(posted.starts_at, "startsAt"), utc(posted.ends_at, "endsAt")
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        raise Refusal("endsAt is before startsAt")
    annotations = posted.annotations or {}
    title = _first(annotations, _TITLES) or labels.get("alertname", "") or next(iter(labels.values()))
    event = NewEvent(
        action=AlertAction.FIRE,
        fingerprint=fingerprint(labels),
        order=starts_at,
        ends_at=ends_at,
        lasts_s=RESOLVE_TIMEOUT_S,
        sent_at=sent_at,
        severity=from_word(labels.get("severity", "")),
        service=service_of(labels, ""),
        peer=peer_of(labels),
        name=labels.get("alertname", "") or title[:TITLE],
        title=title[:TITLE],
        description=_first(annotations, _TEXTS)[:DESCRIPTION],
        source=_whole(posted.generator_url or ""),
        labels=with_annotations(labels, annotations),
    )
    return check(event)


def utc(moment: datetime | None, what: str) -> datetime | None:
    """In UTC; the year 1, Go's zero time, means that there is none."""
    if moment is None or moment.year == 1:
        return None
    if moment.tzinfo is None:
        raise Refusal(f"{what} has no offset from UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Refusal(f"{what} is out of range") from None


def _whole(url: str) -> str:
    """The address of the graph where there is room for it: it may hold a whole expression, and half of it is none."""
    return url if len(url) <= SHORT and "\0" not in url else ""


def _first(values: dict[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if values.get(name)), "")
