"""Alertmanager's HTTP: 200 with an empty body, errors as a JSON string.

Alertmanager itself asks for no credentials; here the integration's key comes as a bearer token or as the password of
basic authentication (`authorization` or `basic_auth` in Prometheus's configuration).
"""

from __future__ import annotations

from tocsin.alerts.intake import Delivery, Intake, limits
from tocsin.alerts.intake.http import Request, Response, durably, json_response
from tocsin.core import metrics
from tocsin.gateways.alertmanager.decode import decode


class Alertmanager:
    """`POST /api/v2/alerts`."""

    name = "alertmanager"
    body_most = limits.BATCH_BODY
    refused = 400

    async def respond(self, request: Request, intake: Intake) -> Response:
        """Store every alert that can be taken; 400 names the others."""
        if request.method != "POST":
            return self.failure(request, 405, f"method {request.method} is not allowed, but [POST] are")
        token = request.token("bearer", "basic")
        sender = await intake.sender(token) if token else None
        if sender is None:
            message = "give a live integration key as a bearer token or as the password of basic authentication"
            return self.failure(request, 401, message)
        found = decode(request.body, sent_at=request.sent_at)
        stored = Response(status=200)
        if found.events:
            delivery = Delivery(sender=sender, request_id=request.id, events=found.events, key=request.delivery_key)
            receipt = await intake.accept(delivery)
            metrics.INTAKE_ACCEPTED.labels(self.name).inc(len(found.events))
            stored = durably(stored, receipt)
        if found.refused:
            metrics.INTAKE_REFUSED.labels(self.name, "bad_alert").inc(len(found.refused))
            return self.failure(request, 400, "; ".join(found.refused[:20]))
        return stored

    def failure(self, request: Request, status: int, message: str) -> Response:
        challenge = ((b"www-authenticate", b'Basic realm="Tocsin"'),) if status == 401 else ()
        return json_response(status, message, *challenge)
