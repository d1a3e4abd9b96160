"""What Nagios and Icinga say of a check: the fields that their notification commands post, as an HTML form or as JSON.

An alert is a host, or a host and its service. Any notification counts by the state in it, for while a check flaps or is
in downtime its problem and its recovery are not told. Our service is their host.
"""

from __future__ import annotations

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.alerts.sources.parts import Part, document, epoch, fitted, form
from tocsin.alerts.sources.source import Decoded

GOOD = frozenset({"OK", "UP"})
BAD = {
    "DOWN": Severity.CRITICAL,
    "CRITICAL": Severity.CRITICAL,
    "UNKNOWN": Severity.MINOR,
    "WARNING": Severity.WARNING,
    "UNREACHABLE": Severity.WARNING,
}
BEGINNINGS = frozenset({"FLAPPINGSTART", "DOWNTIMESTART", "CUSTOM"})
"""These tell of a problem when there is one, and never of its end: the check goes on being watched."""
ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT"
LABELS = ("host", "check", "state", "address", "alias", "attempt", "comment")


def notification(request: Request) -> Decoded:
    """The one event of a notification, or none."""
    body = document(request.body) if request.body.lstrip().startswith(b"{") else form(request.body)
    host, state, kind = body["host"].text, body["state"].text.upper(), body["type"].text.upper()
    if not host:
        raise Refusal("host is missing: use the command of the guide")
    if state not in GOOD and state not in BAD:
        raise Refusal(f"state must be one of {', '.join((*sorted(GOOD), *BAD))}, not “{state[:40]}”")
    if kind in BEGINNINGS and (state in GOOD or kind == "DOWNTIMESTART"):
        return Decoded()
    return Decoded(events=(_event(body, host, state, kind, request),))


def _event(body: Part, host: str, state: str, kind: str, request: Request) -> NewEvent:
    check, output = body["check"].text, body["output"].text
    about = f"{host}: {check}" if check else host
    return fitted(
        NewEvent(
            action=_action(state, kind),
            fingerprint=f"{host}!{check}" if check else host,
            at=epoch(body["time"].text),
            sent_at=request.sent_at,
            severity=BAD.get(state, Severity.MINOR),
            service=host,
            name=check or "host",
            title=f"{about} {state}" + (f": {output}" if output else ""),
            description=body["long_output"].text,
            source=body["url"].text,
            by=body["author"].text if kind == ACKNOWLEDGEMENT else "",
            labels={name: text for name in LABELS if (text := body[name].text)},
        )
    )


def _action(state: str, kind: str) -> AlertAction:
    if state in GOOD:
        return AlertAction.RESOLVE
    return AlertAction.ACKNOWLEDGE if kind == ACKNOWLEDGEMENT else AlertAction.FIRE
