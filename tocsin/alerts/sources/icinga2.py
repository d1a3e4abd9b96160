"""Icinga 2: two notification commands that post a form by curl.

A host is an alert, and so is each of its services. `PROBLEM` begins it, `RECOVERY` ends it, `ACKNOWLEDGEMENT` says that
somebody has it; the ends of flapping and of a downtime count by the state they tell. The service is the host."""

from __future__ import annotations

from typing import ClassVar

from tocsin.alerts.intake.http import Request
from tocsin.alerts.sources.plugin_states import notification
from tocsin.alerts.sources.source import Decoded, Guide, Setup, gettext_noop
from tocsin.alerts.sources.wires import FIRST

_CALL = (
    '    "/usr/bin/curl", "-fsS", "-m", "20", "-o", "/dev/null",\n'
    '    "-H", "Authorization: Bearer $token", "$url/in/icinga2",\n'
)


def _command(name: str, fields: dict[str, str]) -> str:
    """A command without a shell: no output of a check can break out of its argument."""
    common = {
        "type": "notification.type",
        "host": "host.name",
        "alias": "host.display_name",
        "address": "host.address",
        "time": "icinga.timet",
        "author": "notification.author",
        "comment": "notification.comment",
    }
    lines = ",\n".join(
        f'    "--data-urlencode", "{field}=$${macro}$$"' for field, macro in {**common, **fields}.items()
    )
    return f'object NotificationCommand "{name}" {{\n  command = [\n{_CALL}{lines}\n  ]\n}}\n'


_HOST = _command("tocsin-host", {"state": "host.state", "output": "host.output", "attempt": "host.check_attempt"})
_SERVICE = _command(
    "tocsin-service",
    {
        "check": "service.name",
        "state": "service.state",
        "output": "service.output",
        "attempt": "service.check_attempt",
    },
)


class Icinga2:
    """`POST /in/icinga2`."""

    kind: ClassVar = "icinga2"
    label: ClassVar = "Icinga 2"
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/icinga2 -H 'Authorization: Bearer $token' \\
  --data-urlencode 'type=PROBLEM' --data-urlencode 'host=db-01' --data-urlencode 'check=disk' \\
  --data-urlencode 'state=CRITICAL' --data-urlencode 'output=DISK CRITICAL - free space: / 412 MB (2%)'""",
        ),
        Guide(
            title=gettext_noop("Add the commands and notify all"),
            hint="/etc/icinga2/conf.d/tocsin.conf",
            text=f"""{_HOST}
{_SERVICE}
object User "tocsin" {{
}}

apply Notification "tocsin" to Host {{
  command = "tocsin-host"
  users = [ "tocsin" ]
  assign where true
}}

apply Notification "tocsin" to Service {{
  command = "tocsin-service"
  users = [ "tocsin" ]
  assign where true
}}""",
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The one event of a notification."""
        return notification(request)
