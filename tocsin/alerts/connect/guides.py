"""How a sender of each kind is configured, as text to copy. Addresses and the key are filled in."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext, pgettext

from tocsin.alerts.rules import Wire

PLACEHOLDER = "YOUR-KEY"
"""Stands for the token, which is known only at the moment it is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One thing to copy: what it is for, the name of the file or program, the text."""

    title: str
    hint: str
    text: str


def kind_word(kind: str) -> str:
    """The wire format a sender speaks."""
    return {
        Wire.OPSGENIE: pgettext("kind of integration", "Opsgenie API"),
        Wire.ALERTMANAGER: pgettext("kind of integration", "Prometheus or Alertmanager"),
        Wire.PAGERDUTY: pgettext("kind of integration", "PagerDuty Events API v2"),
    }[Wire(kind)]


def guides(kind: str, *, url: str, token: str) -> list[Guide]:
    """What to copy, the quickest first: a curl that sends one alert, then the configuration of the real sender."""
    makers = {Wire.OPSGENIE: _opsgenie, Wire.ALERTMANAGER: _alertmanager, Wire.PAGERDUTY: _pagerduty}
    return makers[Wire(kind)](url, token or PLACEHOLDER)


def _opsgenie(url: str, token: str) -> list[Guide]:
    curl = f"""curl -X POST {url}/v2/alerts \\
  -H 'Authorization: GenieKey {token}' \\
  -H 'Content-Type: application/json' \\
  -d '{{"message": "Disk is full on db-01", "alias": "db-01-disk", "entity": "db-01", "priority": "P2"}}'"""
    close = f"""curl -X POST '{url}/v2/alerts/db-01-disk/close?identifierType=alias' \\
  -H 'Authorization: GenieKey {token}' \\
  -H 'Content-Type: application/json' -d '{{}}'"""
    return [
        Guide(title=gettext("Send a first alert"), hint="curl", text=curl),
        Guide(title=gettext("And close it again"), hint="curl", text=close),
        Guide(
            title=gettext("Move what sends to Opsgenie today"),
            hint=gettext("Change the address of the API and the key; nothing else."),
            text=f"api_url: {url}/\napi_key: {token}",
        ),
    ]


def _alertmanager(url: str, token: str) -> list[Guide]:
    curl = f"""curl -X POST {url}/api/v2/alerts \\
  -H 'Authorization: Bearer {token}' \\
  -H 'Content-Type: application/json' \\
  -d '[{{"labels": {{"alertname": "DiskFull", "service": "db-01", "severity": "warning"}},
        "annotations": {{"summary": "Disk is full on db-01"}}}}]'"""
    address = urlsplit(url)
    prometheus = f"""alerting:
  alertmanagers:
    - scheme: {address.scheme}
      api_version: v2
      authorization:
        type: Bearer
        credentials: {token}
      static_configs:
        - targets: ["{address.netloc}"]"""
    return [
        Guide(title=gettext("Send a first alert"), hint="curl", text=curl),
        Guide(
            title=gettext("Let Prometheus send its alerts"),
            hint=gettext("prometheus.yml: Tocsin stands beside your Alertmanager or takes its place."),
            text=prometheus,
        ),
    ]


def _pagerduty(url: str, token: str) -> list[Guide]:
    curl = f"""curl -X POST {url}/v2/enqueue \\
  -H 'Content-Type: application/json' \\
  -d '{{"routing_key": "{token}", "event_action": "trigger", "dedup_key": "db-01-disk",
       "payload": {{"summary": "Disk is full on db-01", "source": "db-01", "severity": "error"}}}}'"""
    receiver = f"""receivers:
  - name: tocsin
    pagerduty_configs:
      - url: {url}/v2/enqueue
        routing_key: {token}"""
    return [
        Guide(title=gettext("Send a first alert"), hint="curl", text=curl),
        Guide(
            title=gettext("Let Alertmanager send its notifications"),
            hint=gettext("alertmanager.yml: the receiver you have for PagerDuty, with another address."),
            text=receiver,
        ),
    ]
