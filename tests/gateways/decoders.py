"""Every decoder of a body, by name, as a function of the request alone: what is fuzzed within one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal, check
from tocsin.alerts.rules import AlertAction
from tocsin.alerts.sources.generic import Generic
from tocsin.alerts.sources.registry import KINDS
from tocsin.alerts.sources.source import Forbidden, Setup, Source
from tocsin.core.errors import InvalidInput
from tocsin.core.ids import uuid7
from tocsin.gateways.alertmanager import decode as alertmanager
from tocsin.gateways.alertmanager import filters
from tocsin.gateways.opsgenie import bodies, heartbeats, query
from tocsin.gateways.opsgenie import decode as opsgenie
from tocsin.gateways.opsgenie.operations import OPERATIONS
from tocsin.gateways.pagerduty import decode as pagerduty

SECRET = "secret"
MAPPING = {
    "each": "alerts[]",
    "title": "{{title}} {{labels.alertname}}",
    "key": "{{id}}",
    "at": "{{startsAt}}",
    "labels": {"host": "{{host}}", "deep": '{{a.b[0]["c d"]}}'},
}


@dataclass(frozen=True, slots=True)
class Read:
    """What a decoder made of a body. `whole`: why nothing of it was taken; else some events, some refused."""

    events: tuple[NewEvent, ...] = ()
    refused: tuple[str, ...] = ()
    whole: str = ""


Decoder = Callable[[Request], Read]


def _events(*events: NewEvent) -> Read:
    return Read(events)


def _opsgenie(request: Request) -> Read:
    return Read(opsgenie.create(request.body, request_id=uuid7(), sent_at=request.sent_at))


def _opsgenie_close(request: Request) -> Read:
    return Read(opsgenie.act(AlertAction.RESOLVE, "disk", "alias", request.body, sent_at=request.sent_at))


def _opsgenie_write(operation: str) -> Decoder:
    def read(request: Request) -> Read:
        bodies.read(operation, request.body, {})
        return Read()

    return read


def _opsgenie_query(request: Request) -> Read:
    query.parse(request.body.decode(errors="replace"))
    return Read()


def _alertmanager(request: Request) -> Read:
    found = alertmanager.decode(request.body, sent_at=request.sent_at)
    return Read(found.events, found.refused)


def _alertmanager_filter(request: Request) -> Read:
    filters.parse([request.body.decode(errors="replace")])
    return Read()


def _pagerduty(request: Request) -> Read:
    return _events(pagerduty.decode(request.body, request_id=uuid7(), sent_at=request.sent_at).event)


def _pagerduty_change(request: Request) -> Read:
    return _events(pagerduty.decode_change(request.body, request_id=uuid7(), sent_at=request.sent_at).event)


def _heartbeat(request: Request) -> Read:
    """Whatever a ping says, it is a sign of life."""
    return _events(heartbeats.ping("backup", sent_at=request.sent_at))


def _source(source: Source, setup: Setup) -> Decoder:
    def read(request: Request) -> Read:
        found = source.decode(request, setup)
        assert not found.keys or len(found.keys) == len(found.events)
        return Read(found.events, found.refused)

    return read


WRITES = [each.name for each in OPERATIONS if each.action and not each.intake]
DECODERS: Mapping[str, Decoder] = {
    "opsgenie": _opsgenie,
    "opsgenie/close": _opsgenie_close,
    **{f"opsgenie/{name}": _opsgenie_write(name) for name in WRITES},
    "opsgenie/query": _opsgenie_query,
    "alertmanager": _alertmanager,
    "alertmanager/filter": _alertmanager_filter,
    "pagerduty": _pagerduty,
    "pagerduty/change": _pagerduty_change,
    "heartbeat": _heartbeat,
    "mapped": _source(Generic(), Setup(options={"mapping": MAPPING})),
    **{f"in/{kind.kind}": _source(kind, Setup(secrets=(SECRET,))) for kind in KINDS if isinstance(kind, Source)},
}


def request_of(body: bytes, headers: Mapping[str, str] | None = None) -> Request:
    """A POST with that body."""
    given = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    return Request("POST", "/", {"headers": given, "query_string": b""}, body)


def judged(name: str, request: Request, within_s: float) -> Read:
    """What the decoder makes of it. AssertionError, or whatever else escapes, is a defect.

    Time is the processor's, of this thread: how busy the machine is must not be judged. RecursionError is the wires'
    own way to say too deep; `gateways.app` words it.
    """
    began = time.thread_time()
    try:
        found = DECODERS[name](request)
    except (Refusal, Forbidden, InvalidInput, pagerduty.Invalid) as refusal:
        found = Read(whole=str(refusal) or "?")
    except RecursionError:
        found = Read(whole="nested too deeply")
    spent = time.thread_time() - began
    assert found.whole != "?", "a refusal says why"
    assert spent < within_s, f"{name} took {spent:.2f} s"
    for event in found.events:
        check(event)
        assert event.fingerprint, "an event is of something"
    return found
