"""`/in/<kind>`: what one-way senders post to. The key is in a header, or in the path for those who cannot set one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tocsin.alerts.intake import Delivery, Intake, Receipt, Sender, limits
from tocsin.alerts.intake.http import Request, Response, durably, json_response
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.sources.registry import KINDS
from tocsin.alerts.sources.source import Asking, Decoded, Forbidden, Setup, Source
from tocsin.core import metrics

PREFIX = "/in/"
METHODS = frozenset({"POST", "PUT"})
SCHEMES = ("bearer", "basic", "token", "geniekey")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    source: Source
    token: str


class Inbound:
    """`POST /in/<kind>` with a key in `Authorization` (bearer, token, or the password of basic) or in `X-Api-Key`, and
    `POST /in/<kind>/<key>`."""

    name = "in"
    body_most = limits.BATCH_BODY
    refused = 422

    async def respond(self, request: Request, intake: Intake) -> Response:
        """Store every alert that can be taken, then 202; the answer names the others. 422: none can."""
        route = _route(request)
        if route is None:
            return self.failure(request, 404, f"There is no {request.path}. Known: {', '.join(_kinds())}.")
        if request.method not in METHODS:
            return self.failure(request, 405, "Send alerts by POST.")
        sender = await intake.sender(route.token) if route.token else None
        if sender is None:
            message = "Give a live integration key: Authorization: Bearer <key>, or as the last part of the address."
            return self.failure(request, 401, message)
        setup = Setup(secrets=intake.secrets(sender), options=sender.options)
        try:
            if isinstance(route.source, Asking):
                await asyncio.to_thread(route.source.ask, request, setup)
            found = route.source.decode(request, setup)
        except Forbidden as forbidden:
            metrics.INTAKE_REFUSED.labels(self.name, "forbidden").inc()
            return self.failure(request, 403, f"{forbidden}.")
        return await self._stored(request, route.source.kind, sender, found, intake)

    async def _stored(self, request: Request, kind: str, sender: Sender, found: Decoded, intake: Intake) -> Response:
        if found.refused:
            metrics.INTAKE_REFUSED.labels(self.name, "bad_alert").inc(len(found.refused))
        if found.refused and not found.events:
            raise Refusal("; ".join(found.refused[:20]))
        receipts: list[Receipt] = []
        if found.events:
            receipts = await asyncio.gather(*map(intake.accept, _deliveries(request, sender, found)))
            metrics.INTAKE_ACCEPTED.labels(kind).inc(len(found.events))
        told = {"accepted": len(found.events), "refused": found.refused[:20], "requestId": str(request.id)}
        answer = found.answer or json_response(202, told)
        return durably(answer, *receipts) if receipts else answer

    def failure(self, request: Request, status: int, message: str) -> Response:
        codes = {401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "not_allowed", 413: "too_large"}
        code = codes.get(status, "refused" if status < 500 else "unavailable")
        challenge = ((b"www-authenticate", b'Basic realm="Tocsin"'),) if status == 401 else ()
        return json_response(status, {"code": code, "message": message, "requestId": str(request.id)}, *challenge)


def _deliveries(request: Request, sender: Sender, found: Decoded) -> list[Delivery]:
    """One of the whole request, or one for each event where each has a key by which its repetition is known."""
    if not found.keys or request.delivery_key:
        return [Delivery(sender=sender, request_id=request.id, events=found.events, key=request.delivery_key)]
    return [
        Delivery(sender=sender, request_id=request.id, events=(event,), key=key)
        for event, key in zip(found.events, found.keys, strict=True)
    ]


def handles(path: str) -> bool:
    """Whether the address is one of a source's."""
    return path.startswith(PREFIX)


def _route(request: Request) -> _Route | None:
    kind, _, key = request.path.removeprefix(PREFIX).partition("/")
    source = KINDS.get(kind) if kind in KINDS else None
    if not isinstance(source, Source) or "/" in key:
        return None
    return _Route(source=source, token=key or request.token(*SCHEMES) or request.header(b"x-api-key"))


def _kinds() -> list[str]:
    return [PREFIX + kind.kind for kind in KINDS if isinstance(kind, Source)]
