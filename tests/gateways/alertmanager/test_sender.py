"""Debian's Alertmanager sends: its webhook, Opsgenie and PagerDuty notifiers deliver and resolve here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.gateways.alertmanager.programs import ALERTMANAGER, MISSING, alertmanager
from tests.gateways.alertmanager.serving import Served
from tests.nodes import wait_until
from tocsin.alerts.models import Alert
from tocsin.alerts.rules import AlertState

PATIENCE_S = 60.0

CONFIGURATION = """
route:
  receiver: webhook
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 1h
  routes:
    - {{receiver: webhook, matchers: [to=webhook]}}
    - {{receiver: opsgenie, matchers: [to=opsgenie]}}
    - {{receiver: pagerduty, matchers: [to=pagerduty]}}
receivers:
  - name: webhook
    webhook_configs:
      - url: {url}/in/alertmanager-webhook
        http_config: {{authorization: {{credentials: {token}}}}}
  - name: opsgenie
    opsgenie_configs:
      - {{api_url: {url}/, api_key: {token}, update_alerts: true}}
  - name: pagerduty
    pagerduty_configs:
      - {{url: {url}/v2/enqueue, routing_key: {token}}}
"""
NAMES = {"webhook": "WebhookFailure", "opsgenie": "OpsgenieFailure", "pagerduty": "PagerdutyFailure"}


def tell(url: str, *, over: bool) -> None:
    """What Prometheus would post: an alert for each receiver, firing or over."""
    now = datetime.now(UTC)
    times = {"startsAt": (now - timedelta(minutes=1)).isoformat()}
    times["endsAt"] = (now if over else now + timedelta(hours=1)).isoformat()
    alerts = [
        {"labels": {"alertname": name, "to": to, "service": "db", "severity": "critical"}, **times}
        for to, name in NAMES.items()
    ]
    assert httpx.post(f"{url}/api/v2/alerts", json=alerts).status_code == 200


def states() -> dict[str, str]:
    """By receiver, the state of what it delivered."""
    found = {alert.title: alert.state for alert in Alert.objects.all()}
    return {to: state for title, state in found.items() for to, name in NAMES.items() if name in title}


@pytest.mark.slow
@pytest.mark.skipif(ALERTMANAGER is None, reason=MISSING)
def test_alertmanagers_three_notifiers_deliver_and_resolve(served: Served, tmp_path: Path) -> None:
    configuration = CONFIGURATION.format(url=served.node.url, token=served.sender)
    with alertmanager(tmp_path, configuration) as url:
        tell(url, over=False)
        wait_until(lambda: states() == dict.fromkeys(NAMES, AlertState.OPEN), PATIENCE_S)
        tell(url, over=True)
        wait_until(lambda: states() == dict.fromkeys(NAMES, AlertState.CLOSED), PATIENCE_S)
