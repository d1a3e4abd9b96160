"""A plain JSON POST for whatever has no format of its own: one alert, or a list of them.

`title` is all that is needed. `key` names the alert, so that a repeat counts up and `"state": "resolved"` ends it;
without one, the title and the service do. Duplicate JSON keys: the last one wins. Unknown fields are refused, for a
misspelt one would otherwise be lost in silence. With the option `mapping`, an integration takes any other JSON.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from tocsin.alerts.intake.decoding import apart, decoded
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request, moment
from tocsin.alerts.intake.limits import DESCRIPTION, Refusal, check, flattened
from tocsin.alerts.rules import AlertAction, from_word, peer_of, service_of
from tocsin.alerts.sources.mapping import mapped, settle_mapping
from tocsin.alerts.sources.options import Option, Shape
from tocsin.alerts.sources.source import Decoded, Guide, Setup, each, gettext_noop
from tocsin.alerts.sources.wires import FIRST

STATES = {
    "firing": AlertAction.FIRE,
    "acknowledged": AlertAction.ACKNOWLEDGE,
    "resolved": AlertAction.RESOLVE,
}


class Given(msgspec.Struct, forbid_unknown_fields=True):
    """One alert as it is posted."""

    title: str
    key: str = ""
    state: str = "firing"
    severity: str = ""
    service: str = ""
    peer: str = ""
    name: str = ""
    description: str = ""
    source: str = ""
    at: str = ""
    labels: dict[str, Any] = msgspec.field(default_factory=dict)


_ONE = msgspec.json.Decoder(Given)


class Generic:
    """`POST /in/generic`."""

    kind: ClassVar = "generic"
    label: ClassVar = gettext_noop("JSON, documented and plain")
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/generic \\
  -H 'Authorization: Bearer $token' \\
  -H 'Content-Type: application/json' \\
  -d '{"key": "db-01-disk", "title": "Disk is full on db-01", "service": "db-01", "severity": "major"}'""",
        ),
        Guide(
            title=gettext_noop("And close it again"),
            hint="curl",
            text="""curl -X POST $url/in/generic \\
  -H 'Authorization: Bearer $token' \\
  -H 'Content-Type: application/json' \\
  -d '{"key": "db-01-disk", "title": "Disk is full on db-01", "state": "resolved"}'""",
        ),
    )

    options: ClassVar = (
        Option(
            name="mapping",
            label=gettext_noop("Mapping of another format"),
            hint=gettext_noop("Where the parts of an alert are in what this sender posts."),
            shape=Shape.STRUCTURE,
            settle=settle_mapping,
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """Every alert that can be taken; a body that is no alert and no list of alerts is refused."""
        if mapping := setup.options.get("mapping"):
            return mapped(mapping, request)
        if not request.body.lstrip().startswith(b"["):
            return Decoded(events=(_event(decoded(_ONE, request.body), request),))
        return each(apart(request.body), lambda one: _event(decoded(_ONE, one), request))


def _event(given: Given, request: Request) -> NewEvent:
    if not given.title.strip():
        raise Refusal("title is empty")
    if given.state not in STATES:
        raise Refusal(f"state must be one of {', '.join(STATES)}, not {given.state[:40]}")
    labels = flattened(given.labels)
    service = given.service or service_of(labels, "")
    return check(
        NewEvent(
            action=STATES[given.state],
            fingerprint=given.key or f"{service}/{given.title}"[:512],
            at=moment(given.at, "at") if given.at else None,
            sent_at=request.sent_at,
            severity=from_word(given.severity),
            service=service,
            peer=given.peer or peer_of(labels),
            name=given.name or labels.get("alertname", "") or given.title,
            title=given.title,
            description=given.description[:DESCRIPTION],
            source=given.source,
            labels=labels,
        )
    )
