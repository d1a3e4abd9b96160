"""CloudWatch alarms through Amazon SNS, and whatever else a topic delivers.

An alarm is its ARN. `OK` ends it, `INSUFFICIENT_DATA` is a warning. The service is the dimension that names a resource,
else the alarm. Another message is an alert of its topic and subject; it has no end, so it lasts a day.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.alerts.sources.parts import Part, document, fitted, when
from tocsin.alerts.sources.sns import END, NOTIFICATION, QUESTION, Sns
from tocsin.alerts.sources.source import Decoded, Guide, Setup, gettext_noop
from tocsin.core.http import Client

DAY_S = 86_400.0
STATES = {
    "ALARM": (AlertAction.FIRE, Severity.MAJOR),
    "OK": (AlertAction.RESOLVE, Severity.MAJOR),
    "INSUFFICIENT_DATA": (AlertAction.FIRE, Severity.WARNING),
}
RESOURCES = (
    "ServiceName",
    "DBInstanceIdentifier",
    "DBClusterIdentifier",
    "FunctionName",
    "QueueName",
    "TableName",
    "ClusterName",
    "LoadBalancer",
    "AutoScalingGroupName",
    "InstanceId",
)
_ANY = msgspec.json.Decoder(Any)


class CloudWatch:
    """`POST /in/cloudwatch`."""

    kind: ClassVar = "cloudwatch"
    label: ClassVar = gettext_noop("Amazon CloudWatch (SNS)")
    guides: ClassVar = (
        Guide(
            title=gettext_noop("Subscribe to a topic"),
            hint=gettext_noop("aws; the subscription is confirmed by itself. Leave raw message delivery off."),
            text="""aws sns create-topic --name tocsin
aws sns subscribe --topic-arn arn:aws:sns:REGION:ACCOUNT:tocsin \\
  --protocol $scheme --notification-endpoint $url/in/cloudwatch/$token""",
        ),
        Guide(
            title=gettext_noop("Let an alarm send, and try it"),
            hint=gettext_noop("aws; name the topic for both states, so that the alarm also ends."),
            text="""aws cloudwatch put-metric-alarm --alarm-name disk-full \\
  --namespace CWAgent --metric-name disk_used_percent \\
  --statistic Average --period 60 --evaluation-periods 1 --threshold 90 --comparison-operator GreaterThanThreshold \\
  --alarm-actions arn:aws:sns:REGION:ACCOUNT:tocsin --ok-actions arn:aws:sns:REGION:ACCOUNT:tocsin
aws cloudwatch set-alarm-state --alarm-name disk-full --state-value ALARM --state-reason 'trying it'""",
        ),
    )

    def __init__(self, sns: Sns | None = None) -> None:
        self.sns = sns or Sns(Client())

    def ask(self, request: Request, setup: Setup) -> None:
        """Check the signature, and confirm a subscription."""
        message = document(request.body)
        self.sns.check(message)
        if message["Type"].text == QUESTION:
            self.sns.subscribe(message)

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The event of a message that `ask` has found to be of SNS; none for a subscription or its end."""
        message = document(request.body)
        if message["Type"].text in {QUESTION, END}:
            return Decoded()
        inner = _inner(message["Message"].text)
        event = _alarm(inner) or _state_change(inner) or _other(message)
        key = message["MessageId"].text if message["Type"].text == NOTIFICATION else ""
        return Decoded(events=(fitted(event),), keys=(f"sns:{key[:200]}",) if key else ())


def _inner(text: str) -> Part:
    """The message in the message, where it is JSON."""
    try:
        return Part(_ANY.decode(text.encode()))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Part()


def _alarm(alarm: Part) -> NewEvent | None:
    """An alarm's own notification."""
    state = alarm["NewStateValue"].text
    if state not in STATES:
        return None
    trigger = alarm["Trigger"]
    dimensions = {each.first("name", "Name"): each.first("value", "Value") for each in trigger["Dimensions"]}
    account, region = alarm["AWSAccountId"].text, alarm["Region"].text
    labels = {"namespace": trigger["Namespace"].text, "metric": trigger["MetricName"].text} | dimensions
    return _event(
        state,
        alarm["AlarmArn"].text or f"{account}/{region}/{alarm['AlarmName'].text}",
        alarm["AlarmName"].text,
        time=alarm["StateChangeTime"].text,
        reason=alarm["NewStateReason"].text,
        about=alarm["AlarmDescription"].text,
        labels=labels | {"account": account, "region": region},
    )


def _state_change(event: Part) -> NewEvent | None:
    """The same alarm, told by EventBridge."""
    detail = event["detail"]
    state = detail["state"]["value"].text
    if state not in STATES:
        return None
    arn = next((each.text for each in event["resources"]), "")
    metrics = [each["metricStat"]["metric"] for each in detail["configuration"]["metrics"]]
    metric = metrics[0] if metrics else Part()
    labels = {"namespace": metric["namespace"].text, "metric": metric["name"].text}
    labels |= {name: Part(value).text for name, value in metric["dimensions"].fields.items()}
    return _event(
        state,
        arn or detail["alarmName"].text,
        detail["alarmName"].text,
        time=detail["state"]["timestamp"].text or event["time"].text,
        reason=detail["state"]["reason"].text,
        about=detail["configuration"]["description"].text,
        labels=labels | {"account": event["account"].text, "region": event["region"].text},
    )


def _event(
    state: str, identity: str, name: str, *, time: str, reason: str, about: str, labels: dict[str, str]
) -> NewEvent:
    action, severity = STATES[state]
    changed = when(time)
    return NewEvent(
        action=action,
        fingerprint=identity,
        order=changed,
        at=changed,
        severity=severity,
        service=next((labels[each] for each in RESOURCES if labels.get(each)), name),
        name=name,
        title=f"{name}: {state}" if state != "OK" else name,
        description="\n\n".join(filter(None, (about, reason))),
        source=identity,
        labels={**labels, "alarm": name},
    )


def _other(message: Part) -> NewEvent:
    topic, text = message["TopicArn"].text, message["Message"].text
    subject = message["Subject"].text or text.partition("\n")[0][:200]
    return NewEvent(
        action=AlertAction.FIRE,
        fingerprint=f"{topic}/{subject}",
        at=when(message["Timestamp"].text),
        lasts_s=DAY_S,
        title=subject,
        name=subject,
        description=text,
        source=topic,
        labels={"topic": topic.rpartition(":")[2]},
    )
