"""Debian's Icinga 2 and Nagios 4 with one host and one service, notifying by what the guide of the source tells to add.

Both check by running a program every second and take the same commands through a pipe.
"""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tests.nodes import wait_until
from tocsin.alerts.sources.registry import KINDS

HOST, SERVICE = "db-01", "disk"
STARTS_S = 30.0
ICINGA_FOLDERS = ("Config", "Data", "Log", "Cache", "Spool", "InitRun")
PROBE = """#!/bin/sh
# A plugin: says the first line of the file it is given, and ends with the number on the second.
sed -n 1p "$1"
exit "$(sed -n 2p "$1")"
"""

ICINGA2 = """
include <itl>
object CheckerComponent "checker" {{ }}
object NotificationComponent "notification" {{ }}
object ExternalCommandListener "command" {{ command_path = "{pipe}" }}
object FileLogger "log" {{ path = "{folder}/monitor.log" }}
object CheckCommand "probe" {{ command = [ "{folder}/probe", "$probe_file$" ] }}
object Host "db-01" {{
  display_name = "Database 1"
  address = "192.0.2.1"
  check_command = "probe"
  vars.probe_file = "{folder}/host"
  check_interval = 1s
  retry_interval = 1s
  max_check_attempts = 1
}}
object Service "disk" {{
  host_name = "db-01"
  check_command = "probe"
  vars.probe_file = "{folder}/service"
  check_interval = 1s
  retry_interval = 1s
  max_check_attempts = 1
  enable_flapping = true
}}
object Host "sw-01" {{
  display_name = "Switch 1"
  check_command = "probe"
  enable_active_checks = false
}}
object Dependency "uplink" {{
  parent_host_name = "sw-01"
  child_host_name = "db-01"
}}
include "tocsin.conf"
"""

NAGIOS = """
log_file={folder}/monitor.log
cfg_file={folder}/objects.cfg
cfg_file={folder}/tocsin.cfg
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
status_file={folder}/status.dat
state_retention_file={folder}/retention.dat
lock_file={folder}/nagios.pid
temp_file={folder}/nagios.tmp
temp_path={folder}
check_result_path={folder}/results
query_socket={folder}/query.sock
nagios_user={user}
nagios_group={group}
check_external_commands=1
command_file={pipe}
check_result_reaper_frequency=1
interval_length=1
max_service_check_spread=1
max_host_check_spread=1
cached_host_check_horizon=0
enable_flap_detection=1
use_syslog=0
check_for_updates=0
enable_environment_macros=0
illegal_macro_output_chars=`~$&|'"<>
"""
NAGIOS_OBJECTS = """
define timeperiod {{
  timeperiod_name  24x7
  alias            Always
  sunday           00:00-24:00
  monday           00:00-24:00
  tuesday          00:00-24:00
  wednesday        00:00-24:00
  thursday         00:00-24:00
  friday           00:00-24:00
  saturday         00:00-24:00
}}
define command {{
  command_name  probe
  command_line  {folder}/probe $ARG1$
}}
define host {{
  host_name               db-01
  alias                   Database 1
  address                 192.0.2.1
  parents                 sw-01
  check_command           probe!{folder}/host
  check_interval          1
  retry_interval          1
  max_check_attempts      1
  check_period            24x7
  notification_period     24x7
  notification_interval   0
  notification_options    d,u,r,f,s
  contacts                tocsin
}}
define host {{
  host_name               sw-01
  alias                   Switch 1
  check_command           probe!{folder}/host
  active_checks_enabled   0
  max_check_attempts      1
  check_period            24x7
  notification_period     24x7
  contacts                tocsin
}}
define service {{
  host_name               db-01
  service_description     disk
  check_command           probe!{folder}/service
  check_interval          1
  retry_interval          1
  max_check_attempts      1
  check_period            24x7
  notification_period     24x7
  notification_interval   0
  notification_options    w,u,c,r,f,s
  contacts                tocsin
}}
"""


@dataclass(frozen=True, slots=True)
class Monitor:
    """A running one, whose files are in `folder`."""

    folder: Path

    def service(self, code: int, text: str) -> None:
        """What the check of the service says from now on: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""
        _say(self.folder / "service", code, text)

    def host(self, code: int, text: str) -> None:
        """What the check of the host says from now on."""
        _say(self.folder / "host", code, text)

    def command(self, name: str, *arguments: object) -> None:
        """Give one of the commands that Icinga took over from Nagios."""
        with (self.folder / "pipe").open("w") as pipe:
            pipe.write(f"[{int(time.time())}] {';'.join(map(str, (name, *arguments)))}\n")

    def objects(self) -> str:
        """Its map as `tocsin import` takes it."""
        cache = self.folder / "objects.cache"
        if cache.exists():
            return cache.read_text()
        _icinga2(self.folder, "daemon", "-C", "-c", str(self.folder / "icinga2.conf"))  # it writes what `list` reads
        return _icinga2(self.folder, "object", "list")

    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "monitor.log").read_text()


def _say(file: Path, code: int, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(f"{text}\n{code}\n")
    new.replace(file)  # a check must not see half of it


@contextmanager
def icinga2(folder: Path, url: str, token: str) -> Iterator[Monitor]:
    """Icinga 2 in the foreground until the block ends."""
    _prepare(folder)
    (folder / "icinga2.conf").write_text(ICINGA2.format(folder=folder, pipe=folder / "pipe"))
    (folder / "tocsin.conf").write_text(_guide("icinga2", url, token))
    for home in ICINGA_FOLDERS:
        (folder / home.lower()).mkdir()
    command = ["icinga2", "daemon", "-c", folder / "icinga2.conf", *_icinga_folders(folder)]
    with _running(folder, command, **_icinga_user()) as monitor:
        yield monitor


def _icinga_folders(folder: Path) -> list[str]:
    return [f"-D{name}Dir={folder / name.lower()}" for name in ICINGA_FOLDERS]


def _icinga_user() -> dict[str, str]:
    """Debian's build would become another user, who may not write here."""
    user = getpass.getuser()
    return {"ICINGA2_USER": user, "ICINGA2_GROUP": user}


def _icinga2(folder: Path, *arguments: str) -> str:
    """What a command of Icinga 2 prints; it must not fail."""
    command = ["icinga2", *arguments, *_icinga_folders(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | _icinga_user())
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


@contextmanager
def nagios(folder: Path, url: str, token: str) -> Iterator[Monitor]:
    """Nagios 4 in the foreground until the block ends."""
    _prepare(folder)
    (folder / "results").mkdir()
    user = getpass.getuser()
    settings = {"folder": folder, "pipe": folder / "pipe", "user": user, "group": user}
    (folder / "nagios.cfg").write_text(NAGIOS.format(**settings))
    (folder / "objects.cfg").write_text(NAGIOS_OBJECTS.format(**settings))
    (folder / "tocsin.cfg").write_text(_guide("nagios", url, token))
    with _running(folder, ["nagios4", folder / "nagios.cfg"]) as monitor:
        yield monitor


MONITORS: dict[str, tuple[str, Callable[..., object]]] = {
    "icinga2": ("icinga2", icinga2),
    "nagios": ("nagios4", nagios),
}
"""By kind of source: the program, and what runs it."""
MISSING = {
    "icinga2": "needs Icinga 2 (Debian: apt-get install icinga2-bin)",
    "nagios": "needs Nagios 4 (Debian: apt-get install nagios4-core)",
}


def is_here(kind: str) -> bool:
    return shutil.which(MONITORS[kind][0]) is not None


def _guide(kind: str, url: str, token: str) -> str:
    """What the guide of the source tells people to add to their configuration."""
    (_, guide, *_) = KINDS.get(kind).guides
    return Template(guide.text).substitute(url=url, token=token)


def _prepare(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    probe = folder / "probe"
    probe.write_text(PROBE)
    probe.chmod(0o755)
    _say(folder / "host", 0, "PING OK")
    _say(folder / "service", 0, "DISK OK")


@contextmanager
def _running(folder: Path, command: Sequence[object], **environment: str) -> Iterator[Monitor]:
    arguments = [str(each) for each in command]
    with (
        (folder / "output").open("wb") as output,
        subprocess.Popen(arguments, stdout=output, stderr=output, env=os.environ | environment) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or (folder / "pipe").is_fifo(), STARTS_S)
            assert process.poll() is None, (folder / "output").read_text()
            yield Monitor(folder)
        finally:
            process.terminate()
