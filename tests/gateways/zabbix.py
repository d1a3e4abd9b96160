"""Debian's Zabbix: its own runner of webhooks, and the media type for Opsgenie that its database begins with.

The script is read from the installed package each time; it is Zabbix' and not ours to keep.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

RUNNER = shutil.which("zabbix_js")
DATA = Path("/usr/share/zabbix-server-pgsql/data.sql.gz")
MISSING = "needs Zabbix (Debian: apt-get install zabbix-server-pgsql)"
OPSGENIE = {
    "alert_subject": "Disk is full",
    "alert_message": "98% used",
    "event_source": "0",
    "event_nseverity": "5",
    "event_update_action": "",
    "trigger_id": "13",
    "zbxurl": "https://zabbix.example/",
    "zbxuser": "Ann Ex",
    "severity_disaster": "P1",
    "severity_high": "P2",
    "severity_resolved": "P5",
    "severity_default": "P5",
}
"""The parameters of that media type, as Zabbix fills them in for an event of the severity disaster."""
_SCRIPT = re.compile(
    r"INSERT INTO media_type \([^)]*\) values \('\d+','4','Opsgenie',.*?E'(.*?(?<!'))'(?!')", re.DOTALL
)


def opsgenie_script() -> str:
    """The JavaScript of the media type Opsgenie."""
    found = _SCRIPT.search(gzip.decompress(DATA.read_bytes()).decode())
    assert found is not None, "this build carries no media type for Opsgenie"
    return re.sub(r"\\(.)", lambda escape: {"n": "\n"}.get(escape[1], escape[1]), found[1].replace("''", "'"))


def run(folder: Path, script: str, parameters: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Let Zabbix' engine run a webhook with these parameters, their macros already filled in."""
    file = folder / "script.js"
    file.write_text(script)
    command = [str(RUNNER), "-s", str(file), "-p", json.dumps(parameters), "-t", "30"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)
