"""PagerDuty's HTTP: 202 (events with their dedup key), errors as `{status, message, errors}`."""

from __future__ import annotations

from tocsin.alerts.intake import Delivery, Intake, limits
from tocsin.alerts.intake.http import Request, Response, durably, json_response
from tocsin.core import metrics
from tocsin.gateways.pagerduty.decode import Invalid, decode, decode_change

EVENTS, CHANGES = "/v2/enqueue", "/v2/change/enqueue"


class PagerDuty:
    """`POST /v2/enqueue` and `POST /v2/change/enqueue`."""

    name = "pagerduty"
    paths = frozenset({EVENTS, CHANGES})
    body_most = limits.BODY
    refused = 400

    async def respond(self, request: Request, intake: Intake) -> Response:
        """Store the event, then 202. An acknowledgement or end of something unknown is taken and has no effect."""
        if request.method != "POST":
            return self.failure(request, 405, "Send events by POST.")
        try:
            reading = decode_change if request.path == CHANGES else decode
            found = reading(request.body, request_id=request.id, sent_at=request.sent_at)
            sender = await intake.sender(found.routing_key)
            if sender is None:
                raise Invalid(["'routing_key' is not a live integration key"])
        except Invalid as invalid:
            metrics.INTAKE_REFUSED.labels(self.name, "refused").inc()
            return _invalid(400, invalid.errors)
        delivery = Delivery(sender=sender, request_id=request.id, events=(found.event,), key=request.delivery_key)
        receipt = await intake.accept(delivery)
        metrics.INTAKE_ACCEPTED.labels(self.name).inc()
        accepted = {"status": "success", "message": "Event processed", "dedup_key": found.dedup_key}
        if request.path == CHANGES:
            accepted = {"status": "success", "message": "Change event processed"}
        return durably(json_response(202, accepted), receipt)

    def failure(self, request: Request, status: int, message: str) -> Response:
        return _invalid(status, [message])


def _invalid(status: int, errors: list[str]) -> Response:
    kind, message = "invalid event", "Event object is invalid"
    if status == 429:
        kind, message = "throttle exceeded", errors[0]
    elif status >= 500:
        kind, message = "unavailable", errors[0]
    return json_response(status, {"status": kind, "message": message, "errors": errors})
