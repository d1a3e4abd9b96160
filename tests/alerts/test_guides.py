"""What people copy works as it stands: the first command is an alert here, and each macro is the product's own."""

from __future__ import annotations

import re
import shlex
from string import Template
from urllib.parse import urlencode

import pytest

from tests.alerts.test_sources_fuzz import SOURCES
from tocsin.alerts.intake.http import Request
from tocsin.alerts.rules import AlertAction
from tocsin.alerts.sources.registry import KINDS
from tocsin.alerts.sources.source import Setup, Source

KNOWN = {
    "url": "https://tocsin.example",
    "scheme": "https",
    "host": "tocsin.example",
    "token": "tcs0",
    "secret": "hush",
}


def filled(kind: str) -> list[str]:
    return [Template(guide.text).safe_substitute(KNOWN) for guide in KINDS.get(kind).guides]


def requested(command: str) -> Request:
    """What curl would send."""
    words = iter(shlex.split(command.replace("\\\n", " ").partition("| curl")[2] or command))
    path, headers, body, fields = "", [], "", []
    for word in words:
        if word.startswith(KNOWN["url"]):
            path = word.removeprefix(KNOWN["url"])
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers.append((name.lower().encode(), value.encode()))
        elif word == "-d":
            body = next(words)
        elif word == "--data-urlencode":
            fields.append(tuple(next(words).split("=", 1)))
    if command.startswith("printf"):
        body = shlex.split(command)[1].replace("\\n", "\n").replace("%%", "%")
    return Request("POST", path, {"headers": headers, "query_string": b""}, (body or urlencode(fields)).encode())


@pytest.mark.parametrize("source", [each for each in SOURCES if each.kind != "cloudwatch"], ids=lambda each: each.kind)
def test_the_first_command_sends_one_alert_with_the_key(source: Source) -> None:
    command = filled(source.kind)[0]
    request = requested(command)
    assert request.path in {f"/in/{source.kind}", f"/in/{source.kind}/tcs0"}
    assert "tcs0" in request.path or request.token("bearer") == "tcs0"
    found = source.decode(request, Setup())
    assert [event.action for event in found.events] == [AlertAction.FIRE]
    assert found.events[0].service
    assert found.refused == ()


@pytest.mark.parametrize("kind", [each.kind for each in KINDS])
def test_nothing_of_a_guide_is_left_to_be_filled_in(kind: str) -> None:
    for text in filled(kind):
        assert not re.search(r"\$(url|scheme|token|secret)\b", text)
        assert "$$" not in text


@pytest.mark.parametrize(
    ("kind", "macros"),
    [
        ("nagios", ["'host=$HOSTNAME$'", "'check=$SERVICEDESC$'", "'state=$SERVICESTATE$'", "'state=$HOSTSTATE$'"]),
        ("icinga2", ['"host=$host.name$"', '"check=$service.name$"', '"time=$icinga.timet$"']),
        ("datadog", ['"monitor": "$ALERT_ID"', '"date_ms": "$DATE"']),
        ("zabbix", ["event_id       {EVENT.ID}", "tags           {EVENT.TAGSJSON}"]),
    ],
)
def test_the_macros_of_a_product_stay_as_it_writes_them(kind: str, macros: list[str]) -> None:
    text = "\n".join(filled(kind))
    assert [macro for macro in macros if macro not in text] == []


@pytest.mark.parametrize("kind", ["nagios", "icinga2", "zabbix", "datadog"])
def test_every_field_that_a_guide_sends_is_read(kind: str) -> None:
    """A misspelt field would be lost in silence, since these decoders take what they find."""
    import inspect
    import sys

    from tocsin.alerts.sources import plugin_states

    module = plugin_states if kind in {"nagios", "icinga2"} else sys.modules[type(KINDS.get(kind)).__module__]
    read = set(re.findall(r"\"([a-z_]+)\"", inspect.getsource(module)))
    text = "\n".join(filled(kind)[1:])
    patterns = {
        "nagios": r"--data-urlencode '([a-z_]+)=",
        "icinga2": r"\"--data-urlencode\", \"([a-z_]+)=",
        "zabbix": r"^([a-z_]+) +\{",
        "datadog": r"^  \"([a-z_]+)\": \"\$",
    }
    sent = set(re.findall(patterns[kind], text, re.MULTILINE))
    assert len(sent) > 8
    assert sent - read == set()
