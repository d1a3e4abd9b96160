"""The products whose whole API is spoken here (`gateways`), as kinds of integration."""

from __future__ import annotations

from typing import ClassVar

from tocsin.alerts.sources.source import Guide, gettext_noop

FIRST = gettext_noop("Send a first alert")


class Opsgenie:
    kind: ClassVar = "opsgenie"
    label: ClassVar = gettext_noop("Opsgenie API")
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/v2/alerts \\
  -H 'Authorization: GenieKey $token' \\
  -H 'Content-Type: application/json' \\
  -d '{"message": "Disk is full on db-01", "alias": "db-01-disk", "entity": "db-01", "priority": "P2"}'""",
        ),
        Guide(
            title=gettext_noop("And close it again"),
            hint="curl",
            text="""curl -X POST '$url/v2/alerts/db-01-disk/close?identifierType=alias' \\
  -H 'Authorization: GenieKey $token' \\
  -H 'Content-Type: application/json' -d '{}'""",
        ),
        Guide(
            title=gettext_noop("Move what sends to Opsgenie today"),
            hint=gettext_noop("Change the address of the API and the key; nothing else."),
            text="api_url: $url/\napi_key: $token",
        ),
    )


class Alertmanager:
    kind: ClassVar = "alertmanager"
    label: ClassVar = gettext_noop("Prometheus or Alertmanager")
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/api/v2/alerts \\
  -H 'Authorization: Bearer $token' \\
  -H 'Content-Type: application/json' \\
  -d '[{"labels": {"alertname": "DiskFull", "service": "db-01", "severity": "warning"},
        "annotations": {"summary": "Disk is full on db-01"}}]'""",
        ),
        Guide(
            title=gettext_noop("Let Prometheus send its alerts"),
            hint=gettext_noop("prometheus.yml: Tocsin stands beside your Alertmanager or takes its place."),
            text="""alerting:
  alertmanagers:
    - scheme: $scheme
      api_version: v2
      authorization:
        type: Bearer
        credentials: $token
      static_configs:
        - targets: ["$host"]""",
        ),
    )


class PagerDuty:
    kind: ClassVar = "pagerduty"
    label: ClassVar = gettext_noop("PagerDuty Events API v2")
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/v2/enqueue \\
  -H 'Content-Type: application/json' \\
  -d '{"routing_key": "$token", "event_action": "trigger", "dedup_key": "db-01-disk",
       "payload": {"summary": "Disk is full on db-01", "source": "db-01", "severity": "error"}}'""",
        ),
        Guide(
            title=gettext_noop("Let Alertmanager send its notifications"),
            hint=gettext_noop("alertmanager.yml: the receiver you have for PagerDuty, with another address."),
            text="""receivers:
  - name: tocsin
    pagerduty_configs:
      - url: $url/v2/enqueue
        routing_key: $token""",
        ),
    )
