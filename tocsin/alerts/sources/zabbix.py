"""Zabbix: a media type of the kind webhook, whose script posts what the macros say.

A problem's event is an alert, and Zabbix tells its recovery and its updates under the same event. The service is the
tag `service`, else the host; the tag `peer` names the service it complains about. What is left of a macro that this
Zabbix does not know counts as nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import AlertAction, Severity, from_word
from tocsin.alerts.sources.parts import Part, document, epoch, fitted
from tocsin.alerts.sources.source import Decoded, Guide, Setup, gettext_noop
from tocsin.alerts.sources.wires import FIRST

SEVERITIES = {
    "0": Severity.MINOR,  # not classified
    "1": Severity.INFO,
    "2": Severity.WARNING,
    "3": Severity.MINOR,
    "4": Severity.MAJOR,
    "5": Severity.CRITICAL,
}
LABELS = ("host", "host_name", "ip", "trigger_id", "item", "value_now")
_ANY = msgspec.json.Decoder(Any)

_SCRIPT = """var given = JSON.parse(value), address = given.url, token = given.token;
var request = new HttpRequest(), answer;
delete given.url;
delete given.token;
request.addHeader('Content-Type: application/json');
request.addHeader('Authorization: Bearer ' + token);
answer = request.post(address, JSON.stringify(given));
if (request.getStatus() < 200 || request.getStatus() > 299) {
    throw 'Tocsin answered ' + request.getStatus() + ': ' + answer;
}
return 'OK';"""
_PARAMETERS = """url            $url/in/zabbix
token          $token
event_id       {EVENT.ID}
value          {EVENT.VALUE}
update         {EVENT.UPDATE.STATUS}
update_action  {EVENT.UPDATE.ACTION}
update_by      {USER.FULLNAME}
severity       {EVENT.NSEVERITY}
name           {EVENT.NAME}
opdata         {EVENT.OPDATA}
message        {ALERT.MESSAGE}
host           {HOST.HOST}
host_name      {HOST.NAME}
ip             {HOST.IP}
trigger_id     {TRIGGER.ID}
item           {ITEM.NAME}
value_now      {ITEM.VALUE}
link           {TRIGGER.URL}
timestamp      {EVENT.TIMESTAMP}
tags           {EVENT.TAGSJSON}"""


class Zabbix:
    """`POST /in/zabbix`."""

    kind: ClassVar = "zabbix"
    label: ClassVar = "Zabbix"
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/zabbix \\
  -H 'Authorization: Bearer $token' \\
  -H 'Content-Type: application/json' \\
  -d '{"event_id": "1", "value": "1", "severity": "4", "name": "Disk is full on db-01", "host": "db-01"}'""",
        ),
        Guide(
            title=gettext_noop("Add a media type: its parameters"),
            hint=gettext_noop("Alerts → Media types → Create, type Webhook; a line is a name and its value."),
            text=_PARAMETERS,
        ),
        Guide(
            title=gettext_noop("Its script"),
            hint=gettext_noop("The same media type. It fails visibly when an alert was not taken, and Zabbix repeats."),
            text=_SCRIPT,
        ),
        Guide(
            title=gettext_noop("Let Zabbix use it"),
            hint=gettext_noop("With its message templates for problem, recovery and update."),
            text="""Media type:  add message templates for Problem, Problem recovery and Problem update
User:        add this media to a user who may read the hosts; Send to: tocsin
Action:      Alerts → Actions → Trigger actions: send to that user in Operations, Recovery and Update operations""",
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The one event of a message; none for an update that is no acknowledgement."""
        body = _filled(document(request.body))
        if not body["event_id"].text or not body["value"].text:
            raise Refusal("event_id or value is missing: use the parameters of the guide")
        action = _action(body)
        return Decoded(events=(_event(body, action, request),) if action else ())


def _filled(body: Part) -> Part:
    """The fields without those that are a macro still."""
    texts = {name: Part(value).text for name, value in body.fields.items()}
    return Part({name: text for name, text in texts.items() if not _is_macro(text)})


def _is_macro(text: str) -> bool:
    return (text.startswith("{") and text.endswith("}") and text[1:-1].replace(".", "").isalnum()) or (
        text.startswith("*UNKNOWN")
    )


def _action(body: Part) -> AlertAction | None:
    if body["value"].text == "0":
        return AlertAction.RESOLVE
    if body["update"].text != "1":
        return AlertAction.FIRE
    done = body["update_action"].text
    if "changed severity" in done:
        return AlertAction.FIRE
    return AlertAction.ACKNOWLEDGE if "acknowledged" in done and "unacknowledged" not in done else None


def _event(body: Part, action: AlertAction, request: Request) -> NewEvent:
    tags = _tags(body["tags"].text)
    severity = body["severity"].text
    return fitted(
        NewEvent(
            action=action,
            fingerprint=body["event_id"].text,
            at=epoch(body["timestamp"].text) if action is AlertAction.FIRE else None,
            sent_at=request.sent_at,
            severity=SEVERITIES[severity] if severity in SEVERITIES else from_word(severity),
            service=tags.get("service") or body["host"].text,
            name=body["name"].text,
            title=body["name"].text,
            description="\n\n".join(filter(None, (body["opdata"].text, body["message"].text))),
            source=body["link"].text,
            by=body["update_by"].text if action is AlertAction.ACKNOWLEDGE else "",
            labels={name: body[name].text for name in LABELS} | tags,
        )
    )


def _tags(text: str) -> dict[str, str]:
    """Zabbix' JSON list of tags; a tag without a value is true."""
    try:
        tags = Part(_ANY.decode(text.encode()))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return {tag["tag"].text: tag["value"].text or "true" for tag in tags if tag["tag"].text}
