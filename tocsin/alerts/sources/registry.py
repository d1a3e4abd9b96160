"""The kinds of sender there are. Another adds one line here, or an entry point in the group `tocsin.sources`."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.alerts.sources.alertmanager_webhook import AlertmanagerWebhook
from tocsin.alerts.sources.cloudevents import CloudEvents
from tocsin.alerts.sources.cloudwatch import CloudWatch
from tocsin.alerts.sources.datadog import Datadog
from tocsin.alerts.sources.email import Email
from tocsin.alerts.sources.generic import Generic
from tocsin.alerts.sources.grafana import Grafana
from tocsin.alerts.sources.icinga2 import Icinga2
from tocsin.alerts.sources.nagios import Nagios
from tocsin.alerts.sources.options import Option
from tocsin.alerts.sources.sentry import Sentry
from tocsin.alerts.sources.source import Kind
from tocsin.alerts.sources.uptime_kuma import UptimeKuma
from tocsin.alerts.sources.wires import Alertmanager, Opsgenie, PagerDuty
from tocsin.alerts.sources.zabbix import Zabbix
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
        CloudEvents(),
        UptimeKuma(),
        Sentry(),
        Datadog(),
        CloudWatch(),
        Nagios(),
        Icinga2(),
        Zabbix(),
        Email(),
    ),
)


def options_of(kind: str) -> Sequence[Option]:
    """What may be set for an integration of that kind."""
    found: Sequence[Option] = getattr(KINDS.get(kind), "options", ()) if kind in KINDS else ()
    return found
