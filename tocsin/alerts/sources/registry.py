"""The kinds of sender there are. Another adds one line here, or an entry point in the group `tocsin.sources`."""

from __future__ import annotations

from tocsin.alerts.sources.alertmanager_webhook import AlertmanagerWebhook
from tocsin.alerts.sources.generic import Generic
from tocsin.alerts.sources.grafana import Grafana
from tocsin.alerts.sources.source import Kind
from tocsin.alerts.sources.wires import Alertmanager, Opsgenie, PagerDuty
from tocsin.core.registry import Registry

KINDS: Registry[Kind] = Registry(
    "tocsin.sources",
    (
        Opsgenie(),
        Alertmanager(),
        PagerDuty(),
        Generic(),
        AlertmanagerWebhook(),
        Grafana(),
    ),
)
