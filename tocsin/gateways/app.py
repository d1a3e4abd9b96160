"""The ASGI application of all wires: choose by path, read, answer in the product's own words, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

from tocsin.alerts.intake import Intake
from tocsin.alerts.intake.http import (
    CLOSE,
    App,
    Gone,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    TooLarge,
    is_spent,
    read,
    write,
)
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.intake.wire import Elsewhere, Wire
from tocsin.alerts.sources.answer import Inbound
from tocsin.alerts.sources.answer import handles as inbound
from tocsin.core import metrics
from tocsin.core.errors import TocsinError, TooMany, Unavailable
from tocsin.gateways.alertmanager.answer import Alertmanager
from tocsin.gateways.opsgenie.answer import Opsgenie, takes
from tocsin.gateways.opsgenie.heartbeats import pinged
from tocsin.gateways.pagerduty.answer import PagerDuty

log = logging.getLogger(__name__)

OPSGENIE, ALERTMANAGER, PAGERDUTY, INBOUND = Opsgenie(), Alertmanager(), PagerDuty(), Inbound()

JSM = "/jsm/ops/integration"
"""Jira Service Management mounts Opsgenie's API here."""


def _wire(path: str) -> Wire | None:
    """The wire that owns a path; `/v2/enqueue` and `/v2/alerts` are of different products."""
    if path in PAGERDUTY.paths:
        return PAGERDUTY
    if path == "/api/v2/alerts":
        return ALERTMANAGER
    if inbound(path):
        return INBOUND
    path = path.removeprefix(JSM)
    is_alerts = path == "/v2/alerts" or path.startswith("/v2/alerts/")
    return OPSGENIE if is_alerts or pinged(path) is not None else None


def handles(path: str, method: str) -> bool:
    """Whether `build`'s application answers this; what else these products' APIs have is behind Django."""
    wire = _wire(path)
    if wire is ALERTMANAGER:
        return method == "POST"
    return takes(path.removeprefix(JSM), method) if wire is OPSGENIE else wire is not None


def worded(scope: Scope, status: int, message: str) -> bytes | None:
    """The body of a refusal of what stands between a product's clients and Django; None: the path is no product's."""
    path = scope["path"].removeprefix(JSM)
    wire: Wire | None = OPSGENIE if path.startswith(("/v2/alerts", "/v2/heartbeats")) else None
    if path.startswith("/api/v2/"):
        wire = ALERTMANAGER
    return wire.failure(Request(scope["method"], path, scope, b""), status, message).body if wire else None


def build(intake: Intake, otherwise: App | None = None) -> App:
    """The application, handing everything to that intake; `otherwise` answers what a wire leaves to Django."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        wire = _wire(scope["path"])
        if wire is None:
            await write(send, Response(status=404))
            return
        request = Request(scope["method"], scope["path"].removeprefix(JSM), scope, b"")
        try:
            await write(send, await _answer(wire, request, receive, intake))
        except Elsewhere as error:
            if otherwise is None:
                await write(send, _failure(wire, request, 401, "unknown_key", str(error)))
            else:
                await otherwise(scope, _again(request.body), send)
        except Gone:
            log.info("sender_hung_up", extra={"path": request.path})

    return app


def _again(body: bytes) -> Receive:
    """The body once more, for another application."""

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answer(wire: Wire, request: Request, receive: Receive, intake: Intake) -> Response:
    try:
        request.body = await read(request.scope, receive, wire.body_most)
        return await wire.respond(request, intake)
    except TooLarge:
        too_large = _failure(wire, request, 413, "too_large", f"The body is larger than {wire.body_most} bytes.")
        spent = await is_spent(request.scope, receive)
        return too_large if spent else replace(too_large, headers=(*too_large.headers, CLOSE))
    except Refusal as refusal:
        return _failure(wire, request, wire.refused, "refused", f"This cannot be taken: {refusal}.")
    except (Unavailable, TooMany) as error:
        return _failure(wire, request, error.status, error.code, error.message)
    except TocsinError as error:
        return _failure(wire, request, wire.refused, error.code, error.message)
    except RecursionError:
        return _failure(wire, request, wire.refused, "too_deep", "The body is nested too deeply.")


def _failure(wire: Wire, request: Request, status: int, reason: str, message: str) -> Response:
    metrics.INTAKE_REFUSED.labels(wire.name, reason).inc()
    return wire.failure(request, status, message)
