"""Sentry's internal integrations: issue alerts, metric alerts, issues that are resolved; and its old webhook plugin.

An issue is one alert, however often its rules fire; it ends when the issue is resolved or archived, for which the
integration subscribes to issues too. A metric alert is its rule. The service is the tag `service` or a relative of it,
else the project.
"""

from __future__ import annotations

import re
from typing import ClassVar

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import AlertAction, from_word, service_of
from tocsin.alerts.sources.options import Option, Shape
from tocsin.alerts.sources.parts import Part, document, fitted, when
from tocsin.alerts.sources.signed import check_signature
from tocsin.alerts.sources.source import Decoded, Forbidden, Guide, Setup, gettext_noop
from tocsin.alerts.sources.wires import FIRST

ISSUE = {
    "created": AlertAction.FIRE,
    "unresolved": AlertAction.FIRE,
    "resolved": AlertAction.RESOLVE,
    "archived": AlertAction.RESOLVE,
    "ignored": AlertAction.RESOLVE,
}
METRIC = {"critical": AlertAction.FIRE, "warning": AlertAction.FIRE, "resolved": AlertAction.RESOLVE}
_PROJECT = re.compile(r"/projects/[^/]+/([^/]+)/")


class Sentry:
    """`POST /in/sentry`."""

    kind: ClassVar = "sentry"
    label: ClassVar = "Sentry"
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/sentry/$token \\
  -H 'Content-Type: application/json' -H 'Sentry-Hook-Resource: issue' \\
  -d '{"action": "created", "data": {"issue": {"id": "1", "title": "ZeroDivisionError", "level": "error",
        "project": {"slug": "shop"}}}}'""",
        ),
        Guide(
            title=gettext_noop("Make an internal integration"),
            hint=gettext_noop("Settings → Custom Integrations; then choose it as the action of your alert rules."),
            text="""Webhook URL:          $url/in/sentry/$token
Alert Rule Action:    on
Permissions:          Issue & Event: Read
Webhooks:             issue""",
        ),
    )
    options: ClassVar = (
        Option(
            name="client_secret",
            label=gettext_noop("Client secret of the integration"),
            hint=gettext_noop("Sentry shows it once it is saved. Given here, what it did not sign is refused."),
            shape=Shape.SECRET,
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The event of an alert or issue; none for what Sentry tells besides. Forbidden when the signature is wrong."""
        if setup.options.get("client_secret"):
            signature = request.header(b"sentry-hook-signature")
            if not signature:
                raise Forbidden("The signature is missing, and this integration requires one")
            check_signature(signature, request.body, setup.secrets)
        body = document(request.body)
        event = _event(body, body["data"], request)
        return Decoded(events=(fitted(event),) if event else ())


def _event(body: Part, data: Part, request: Request) -> NewEvent | None:
    action = body["action"].text
    if data["metric_alert"].fields:
        return _metric(data, action, request) if action in METRIC else None
    if data["issue"].fields:
        return _issue(data["issue"], ISSUE[action], request) if action in ISSUE else None
    if data["event"].fields:
        event = data["event"]
        return _error(event, event["issue_id"].text, data["triggered_rule"].text, request)
    if body["event"].fields:  # the old webhook plugin
        rule = next((each.text for each in body["triggering_rules"]), "")
        return _error(body["event"], body["id"].text, rule, request, body)
    if request.header(b"sentry-hook-resource"):
        return None
    raise Refusal("neither data.event nor data.issue nor data.metric_alert: this is no webhook of Sentry")


def _error(event: Part, issue: str, rule: str, request: Request, plugin: Part | None = None) -> NewEvent:
    plugin = plugin or Part()
    labels = _tags(event)
    found = _PROJECT.search(event["url"].text[:2000])
    project = plugin["project"].text or (found[1] if found else event["project"].text)
    more = {name: event[name].text for name in ("culprit", "environment", "release", "platform", "transaction")}
    title = event["title"].text or plugin["message"].text or event["message"].text
    return NewEvent(
        action=AlertAction.FIRE,
        fingerprint=f"issue/{issue or title}",
        at=when(event["datetime"].text),
        sent_at=request.sent_at,
        severity=from_word(event["level"].text or plugin["level"].text or "error"),
        service=service_of(labels, project),
        name=event["metadata"]["type"].text or title,
        title=title,
        description=event["message"].text,
        source=event.first("web_url", "issue_url") or plugin["url"].text,
        labels={**labels, **more, "project": project, "rule": rule},
    )


def _tags(event: Part) -> dict[str, str]:
    """Tags come as pairs, or as objects with key and value."""
    pairs = ([part.text for part in tag] or [tag["key"].text, tag["value"].text] for tag in event["tags"])
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and pair[0]}


def _issue(issue: Part, action: AlertAction, request: Request) -> NewEvent:
    project = issue["project"].first("slug", "name") or issue["project"].text
    return NewEvent(
        action=action,
        fingerprint=f"issue/{issue['id'].text}",
        sent_at=request.sent_at,
        severity=from_word(issue["level"].text or "error"),
        service=project,
        name=issue["metadata"]["type"].text,
        title=issue["title"].text,
        description=issue["metadata"]["value"].text,
        source=issue.first("web_url", "permalink"),
        labels={"project": project, "issue": issue["shortId"].text, "culprit": issue["culprit"].text},
    )


def _metric(data: Part, action: str, request: Request) -> NewEvent:
    alert = data["metric_alert"]
    rule = alert["alert_rule"]
    project = next((each.text for each in alert["projects"]), "")
    return NewEvent(
        action=METRIC[action],
        fingerprint=f"metric/{rule['id'].text or alert['id'].text}",
        at=when(alert.first(*(("date_closed",) if action == "resolved" else ()), "date_started", "date_detected")),
        sent_at=request.sent_at,
        severity=from_word(action),
        service=project,
        name=rule["name"].text,
        title=alert["title"].text or data["description_title"].text,
        description=data["description_text"].text,
        source=data["web_url"].text,
        labels={name: rule[name].text for name in ("aggregate", "query", "environment")} | {"project": project},
    )
