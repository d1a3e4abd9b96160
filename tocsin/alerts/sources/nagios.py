"""Nagios 4: two notification commands that post a form by curl.

A host is an alert, and so is each of its services. `PROBLEM` begins it, `RECOVERY` ends it, `ACKNOWLEDGEMENT` says that
somebody has it; the ends of flapping and of a downtime count by the state they tell. The service is the host.

Each field stands in single quotes: from what checks and people write, Nagios takes the quotes out of the macros used
here (illegal_macro_output_chars), which it does not for $NOTIFICATIONCOMMENT$.
"""

from __future__ import annotations

from typing import ClassVar

from tocsin.alerts.intake.http import Request
from tocsin.alerts.sources.plugin_states import notification
from tocsin.alerts.sources.source import Decoded, Guide, Setup, gettext_noop
from tocsin.alerts.sources.wires import FIRST

_CALL = "/usr/bin/curl -fsS -m 20 -H 'Authorization: Bearer $token' -o /dev/null"
_COMMON = (
    "--data-urlencode 'type=$$NOTIFICATIONTYPE$$' --data-urlencode 'host=$$HOSTNAME$$' "
    "--data-urlencode 'alias=$$HOSTALIAS$$' --data-urlencode 'address=$$HOSTADDRESS$$' "
    "--data-urlencode 'time=$$TIMET$$'"
)
_HOST = (
    "--data-urlencode 'state=$$HOSTSTATE$$' --data-urlencode 'output=$$HOSTOUTPUT$$' "
    "--data-urlencode 'author=$$HOSTACKAUTHOR$$' --data-urlencode 'comment=$$HOSTACKCOMMENT$$' "
    "--data-urlencode 'long_output=$$LONGHOSTOUTPUT$$' --data-urlencode 'attempt=$$HOSTATTEMPT$$'"
)
_SERVICE = (
    "--data-urlencode 'check=$$SERVICEDESC$$' --data-urlencode 'state=$$SERVICESTATE$$' "
    "--data-urlencode 'output=$$SERVICEOUTPUT$$' --data-urlencode 'long_output=$$LONGSERVICEOUTPUT$$' "
    "--data-urlencode 'author=$$SERVICEACKAUTHOR$$' --data-urlencode 'comment=$$SERVICEACKCOMMENT$$' "
    "--data-urlencode 'attempt=$$SERVICEATTEMPT$$'"
)


class Nagios:
    """`POST /in/nagios`."""

    kind: ClassVar = "nagios"
    label: ClassVar = "Nagios"
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/nagios -H 'Authorization: Bearer $token' \\
  --data-urlencode 'type=PROBLEM' --data-urlencode 'host=db-01' --data-urlencode 'check=Disk /' \\
  --data-urlencode 'state=CRITICAL' --data-urlencode 'output=DISK CRITICAL - free space: / 412 MB (2%)'""",
        ),
        Guide(
            title=gettext_noop("Add the commands and a contact"),
            hint=gettext_noop("A file in the folder of Nagios' objects; then add the contact to your contact groups."),
            text=f"""define command {{
  command_name  notify-host-by-tocsin
  command_line  {_CALL} {_COMMON} {_HOST} '$url/in/nagios'
}}

define command {{
  command_name  notify-service-by-tocsin
  command_line  {_CALL} {_COMMON} {_SERVICE} '$url/in/nagios'
}}

define contact {{
  contact_name                   tocsin
  alias                          Tocsin
  host_notifications_enabled     1
  service_notifications_enabled  1
  host_notification_period       24x7
  service_notification_period    24x7
  host_notification_options      d,u,r,f,s
  service_notification_options   w,u,c,r,f,s
  host_notification_commands     notify-host-by-tocsin
  service_notification_commands  notify-service-by-tocsin
}}""",
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The one event of a notification."""
        return notification(request)
