"""Grafana's webhook contact point: Alertmanager's group with Grafana's links, signed if one likes.

The signature is the bare hexadecimal HMAC-SHA256 of the body in `X-Grafana-Alerting-Signature`; where the contact point
names a header for the time, of that header's seconds, a colon and the body.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from tocsin.alerts.intake.http import Request
from tocsin.alerts.sources.grouped import group_of
from tocsin.alerts.sources.options import Option, Shape
from tocsin.alerts.sources.parts import Part
from tocsin.alerts.sources.signed import check_signature, check_time
from tocsin.alerts.sources.source import Decoded, Forbidden, Guide, Setup, gettext_noop
from tocsin.alerts.sources.wires import FIRST

SIGNATURE = b"x-grafana-alerting-signature"
LINKS = {
    "valueString": "grafana_values",
    "dashboardURL": "grafana_dashboard",
    "panelURL": "grafana_panel",
    "imageURL": "grafana_image",
    "silenceURL": "grafana_silence",
}


class Grafana:
    """`POST /in/grafana`."""

    kind: ClassVar = "grafana"
    label: ClassVar = gettext_noop("Grafana alerting")
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/grafana \\
  -H 'Authorization: Bearer $token' \\
  -H 'Content-Type: application/json' \\
  -d '{"status": "firing", "alerts": [{"status": "firing",
        "labels": {"alertname": "DiskFull", "service": "db-01", "severity": "warning"},
        "annotations": {"summary": "Disk is full on db-01"}}]}'""",
        ),
        Guide(
            title=gettext_noop("Add a contact point"),
            hint=gettext_noop("Alerting → Contact points → Webhook; then press Test, and name it in a policy."),
            text="""URL:                                    $url/in/grafana
HTTP method:                            POST
Authorization header - Scheme:          Bearer
Authorization header - Credentials:     $token""",
        ),
        Guide(
            title=gettext_noop("Sign what it sends"),
            hint=gettext_noop("The same contact point, HMAC signature; the names of the headers stay as they are."),
            text="Secret:     $secret",
        ),
        Guide(
            title=gettext_noop("Or provision it as a file"),
            hint="/etc/grafana/provisioning/alerting/tocsin.yaml",
            text="""apiVersion: 1
contactPoints:
  - orgId: 1
    name: tocsin
    receivers:
      - uid: tocsin
        type: webhook
        settings:
          url: $url/in/grafana
          httpMethod: POST
          authorization_scheme: Bearer
          authorization_credentials: $token
          hmacConfig:
            secret: $secret""",
        ),
    )
    options: ClassVar = (
        Option(name="signature_required", label=gettext_noop("Refuse what is not signed"), shape=Shape.FLAG),
        Option(
            name="timestamp_header",
            label=gettext_noop("Header that carries the signed time"),
            hint=gettext_noop("As named in the contact point; empty when the time is not signed."),
        ),
    )

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The alerts of a group, each in its own state; Forbidden when the signature is wrong or wanted and missing."""
        self._check(request, setup)
        return group_of(request, _links)

    def _check(self, request: Request, setup: Setup) -> None:
        signature = request.header(SIGNATURE)
        if not signature:
            if setup.options.get("signature_required"):
                raise Forbidden("The signature is missing, and this integration requires one")
            return
        message = request.body
        if header := str(setup.options.get("timestamp_header", "")):
            stamp = request.header(header.lower().encode("latin-1", "replace"))
            check_time(stamp, self._now())
            message = stamp.encode() + b":" + message
        check_signature(signature, message, setup.secrets)


def _links(alert: Part) -> dict[str, str]:
    return {label: text for name, label in LINKS.items() if (text := alert[name].text)}
