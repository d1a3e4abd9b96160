"""Uptime Kuma's webhook notification: a monitor went down, or is up again.

A monitor is an alert, and its name is the service unless it has a tag `service`; tags `severity` and `peer` count too.
What it sends without a monitor (a certificate that is about to expire, its test) has no end, so it lasts a day.
"""

from __future__ import annotations

import re
from typing import ClassVar

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import TITLE, Refusal
from tocsin.alerts.rules import AlertAction, Severity, from_word
from tocsin.alerts.sources.parts import Part, document, fitted, when
from tocsin.alerts.sources.source import Decoded, Guide, Setup, gettext_noop
from tocsin.alerts.sources.wires import FIRST

ACTIONS = {"0": AlertAction.FIRE, "1": AlertAction.RESOLVE}
UNDECIDED = {"2", "3"}  # pending, and in maintenance
DAY_S = 86_400.0


class UptimeKuma:
    """`POST /in/uptime-kuma`."""

    kind: ClassVar = "uptime-kuma"
    label: ClassVar = "Uptime Kuma"
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/uptime-kuma/$token \\
  -H 'Content-Type: application/json' \\
  -d '{"heartbeat": {"status": 0, "msg": "connect ECONNREFUSED"}, "monitor": {"id": 1, "name": "shop"},
       "msg": "[shop] [Down] connect ECONNREFUSED"}'""",
        ),
        Guide(
            title=gettext_noop("Add a notification"),
            hint=gettext_noop("Settings → Notifications → Webhook; then apply it to the monitors."),
            text="""Post URL:       $url/in/uptime-kuma/$token
Request Body:   Preset - application/json""",
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The one event of a request; none while a monitor is undecided."""
        body = document(request.body)
        if not body["monitor"].fields:
            return Decoded(events=(_message(body["msg"].text, request),))
        status = body["heartbeat"]["status"].text
        if status in UNDECIDED:
            return Decoded()
        if status not in ACTIONS:
            raise Refusal(f"heartbeat.status must be 0 to 3, not “{status[:40]}”")
        return Decoded(events=(_event(body, ACTIONS[status], request),))


def _event(body: Part, action: AlertAction, request: Request) -> NewEvent:
    beat, monitor = body["heartbeat"], body["monitor"]
    tags = {tag["name"].text.lower(): tag["value"].text for tag in monitor["tags"]}
    name = monitor["name"].text
    more = {each: monitor[each].text for each in ("url", "hostname", "type", "pathName")}
    return fitted(
        NewEvent(
            action=action,
            fingerprint=monitor["id"].text or name,
            at=when(beat["time"].text.replace(" ", "T") + "Z"),
            sent_at=request.sent_at,
            severity=from_word(tags["severity"]) if tags.get("severity") else Severity.MAJOR,
            service=tags.get("service") or name,
            name=name,
            title=body["msg"].text or name,
            description=beat["msg"].text,
            source=monitor.first("url", "hostname"),
            labels={**more, **tags, "monitor": name},
        )
    )


def _message(text: str, request: Request) -> NewEvent:
    """The same text but for its numbers (“expires in 14 days”) is the same alert."""
    if not text:
        raise Refusal("neither monitor nor msg: this is no notification of Uptime Kuma")
    numberless = re.sub("[0-9]+", "#", text[:TITLE])
    return fitted(
        NewEvent(
            action=AlertAction.FIRE,
            fingerprint=f"message/{numberless}",
            lasts_s=DAY_S,
            sent_at=request.sent_at,
            severity=Severity.WARNING,
            name=numberless,
            title=text,
        )
    )
