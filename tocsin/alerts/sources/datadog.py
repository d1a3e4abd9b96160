"""Datadog's webhooks integration, with the payload that the guide gives.

A monitor and its scope are one alert. Tags (`service:shop, env:prod`) become labels, and name the service. Datadog's
times are of one clock, so a recovery that overtakes its alert still ends it.
"""

from __future__ import annotations

from typing import ClassVar

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import AlertAction, Severity, from_word
from tocsin.alerts.sources.parts import Part, document, epoch, fitted
from tocsin.alerts.sources.source import Decoded, Guide, Setup, gettext_noop
from tocsin.alerts.sources.wires import FIRST

WARNINGS = frozenset({"warn", "re-warn", "no data", "re-no data"})
LABELS = ("host", "metric", "scope", "query", "org")


class Datadog:
    """`POST /in/datadog`."""

    kind: ClassVar = "datadog"
    label: ClassVar = "Datadog"
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/datadog \\
  -H 'Authorization: Bearer $token' \\
  -H 'Content-Type: application/json' \\
  -d '{"monitor": "1", "transition": "Triggered", "title": "Disk is full on db-01", "tags": "service:db-01",
       "priority": "P2"}'""",
        ),
        Guide(
            title=gettext_noop("Add a webhook"),
            hint=gettext_noop("Integrations → Webhooks → New; then write @webhook-tocsin into your monitors."),
            text="""Name:              tocsin
URL:               $url/in/datadog
Custom Headers:    {"Authorization": "Bearer $token"}
Payload:
{
  "monitor": "$$ALERT_ID",
  "scope": "$$ALERT_SCOPE",
  "transition": "$$ALERT_TRANSITION",
  "type": "$$ALERT_TYPE",
  "priority": "$$ALERT_PRIORITY",
  "title": "$$EVENT_TITLE",
  "text": "$$TEXT_ONLY_MSG",
  "tags": "$$TAGS",
  "host": "$$HOSTNAME",
  "metric": "$$ALERT_METRIC",
  "query": "$$ALERT_QUERY",
  "date_ms": "$$DATE",
  "event": "$$ID",
  "link": "$$LINK",
  "org": "$$ORG_NAME"
}""",
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The one event of a request."""
        return Decoded(events=(_event(_filled(document(request.body)), request),))


def _filled(body: Part) -> Part:
    """The fields without those whose variable Datadog did not know and left as it was."""
    return Part({name: value for name, value in body.fields.items() if not _is_variable(Part(value).text)})


def _is_variable(text: str) -> bool:
    return text[:1] == "$" and text[1:].replace("_", "").isalpha() and text.isupper()


def _event(body: Part, request: Request) -> NewEvent:
    transition = body["transition"].text.lower()
    title = body["title"].text
    if not transition or not title:
        raise Refusal("transition or title is missing: use the payload of the guide")
    labels = {name: body[name].text for name in LABELS} | _tags(body["tags"].text)
    monitor = body["monitor"].text
    happened = epoch(body["date_ms"].text[:-3])
    return fitted(
        NewEvent(
            action=AlertAction.RESOLVE if transition == "recovered" else AlertAction.FIRE,
            fingerprint=f"{monitor}/{body['scope'].text}" if monitor else f"event/{body['event'].text or title}",
            order=happened,
            at=happened,
            sent_at=request.sent_at,
            severity=_severity(body, transition),
            name=body["metric"].text,
            title=title,
            description=body["text"].text,
            source=body["link"].text,
            labels=labels,
        )
    )


def _severity(body: Part, transition: str) -> Severity:
    if transition in WARNINGS:
        return Severity.WARNING
    return from_word(body["priority"].text or body["type"].text)


def _tags(text: str) -> dict[str, str]:
    """`a:b, c` as labels; a tag without a value is true."""
    pairs = (tag.strip().partition(":") for tag in text.split(",", 1000)[:1000])
    return {name: value or "true" for name, _, value in pairs if name}
