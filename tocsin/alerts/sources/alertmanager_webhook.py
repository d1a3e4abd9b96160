"""Alertmanager's webhook receiver (version 4): the notifications it makes of its groups."""

from __future__ import annotations

from typing import ClassVar

from tocsin.alerts.intake.http import Request
from tocsin.alerts.sources.grouped import group_of
from tocsin.alerts.sources.source import Decoded, Guide, Setup, gettext_noop
from tocsin.alerts.sources.wires import FIRST


class AlertmanagerWebhook:
    """`POST /in/alertmanager-webhook`."""

    kind: ClassVar = "alertmanager-webhook"
    label: ClassVar = gettext_noop("Alertmanager's notifications (webhook)")
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/alertmanager-webhook \\
  -H 'Authorization: Bearer $token' \\
  -H 'Content-Type: application/json' \\
  -d '{"version": "4", "status": "firing", "alerts": [{"status": "firing",
        "labels": {"alertname": "DiskFull", "service": "db-01", "severity": "warning"},
        "annotations": {"summary": "Disk is full on db-01"}}]}'""",
        ),
        Guide(
            title=gettext_noop("Let Alertmanager send its notifications"),
            hint=gettext_noop("alertmanager.yml: a receiver, to be named in your routes. Leave send_resolved on."),
            text="""receivers:
  - name: tocsin
    webhook_configs:
      - url: $url/in/alertmanager-webhook
        send_resolved: true
        http_config:
          authorization:
            type: Bearer
            credentials: $token""",
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The alerts of a group, each in its own state."""
        return group_of(request)
