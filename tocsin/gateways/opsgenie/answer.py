"""Opsgenie's HTTP: writes are answered 202 with a request id, errors are `{message, took, requestId}`."""

from __future__ import annotations

from tocsin.alerts.intake import Delivery, Intake, limits
from tocsin.alerts.intake.http import Request, Response, durably, json_response
from tocsin.alerts.intake.wire import Elsewhere
from tocsin.alerts.rules import AlertAction
from tocsin.core import metrics
from tocsin.gateways.opsgenie.decode import act, create
from tocsin.gateways.opsgenie.heartbeats import PING_METHODS, ping, pinged

CREATES = frozenset({"/v2/alerts", "/v2/alerts/"})
"""Zabbix' media type for Opsgenie posts to the second."""
ACTIONS = {"close": AlertAction.RESOLVE, "acknowledge": AlertAction.ACKNOWLEDGE}


class Opsgenie:
    """`POST /v2/alerts`, `POST /v2/alerts/{identifier}/close|acknowledge?identifierType=id|tiny|alias`."""

    name = "opsgenie"
    body_most = limits.BODY
    refused = 422

    async def respond(self, request: Request, intake: Intake) -> Response:
        """Store what the request says, then 202."""
        if (name := pinged(request.path)) is not None:
            return await self._ping(request, name, intake)
        route = _route(request.path)
        if route is None or request.method != "POST":
            status = 404 if route is None else 405
            return self.failure(request, status, f"There is no {request.method} {request.path} here.")
        token = request.token("geniekey")
        sender = await intake.sender(token) if token else None
        if sender is None:
            raise Elsewhere("Give a live integration key: Authorization: GenieKey <key>.")
        identifier, action = route
        if action is None:
            events = create(request.body, request_id=request.id, sent_at=request.sent_at)
        else:
            events = act(action, identifier, request.query("identifierType"), request.body, sent_at=request.sent_at)
        delivery = Delivery(sender=sender, request_id=request.id, events=events, key=request.delivery_key)
        receipt = await intake.accept(delivery)
        metrics.INTAKE_ACCEPTED.labels(self.name).inc()
        return durably(self._answer(request, 202, {"result": "Request will be processed"}), receipt)

    async def _ping(self, request: Request, name: str, intake: Intake) -> Response:
        """Kept like an alert, so that no sign of life is lost. An unknown name is answered no differently."""
        if request.method not in PING_METHODS:
            return self.failure(request, 405, f"There is no {request.method} {request.path} here.")
        token = request.token("geniekey")
        sender = await intake.sender(token) if token else None
        if sender is None:
            return self.failure(request, 401, "Give a live integration key: Authorization: GenieKey <key>.")
        event = ping(name, sent_at=request.sent_at)
        receipt = await intake.accept(Delivery(sender=sender, request_id=request.id, events=(event,)))
        metrics.INTAKE_ACCEPTED.labels(self.name).inc()
        return durably(self._answer(request, 202, {"result": "PONG - Heartbeat received"}), receipt)

    def failure(self, request: Request, status: int, message: str) -> Response:
        return self._answer(request, status, {"message": message})

    def _answer(self, request: Request, status: int, value: dict[str, object]) -> Response:
        request_id = str(request.id)
        body = {**value, "took": request.took_s, "requestId": request_id}
        return json_response(status, body, (b"x-request-id", request_id.encode()))


def takes(path: str, method: str) -> bool:
    """Whether it is one of those that are kept before they are answered; the others are answered behind Django."""
    if pinged(path) is not None:
        return method in PING_METHODS
    return method == "POST" and _route(path) is not None


def _route(path: str) -> tuple[str, AlertAction | None] | None:
    """Identifier and action; no action for a create; None for what is not served."""
    if path in CREATES:
        return "", None
    identifier, _, action = path.removeprefix("/v2/alerts/").rpartition("/")
    return (identifier, ACTIONS[action]) if identifier and action in ACTIONS else None
