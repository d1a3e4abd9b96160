"""A mapping puts values into texts, says where it is wrong, and can do nothing else."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.alerts.sources.generic import Generic
from tocsin.alerts.sources.mapping import FIELDS, settle_mapping
from tocsin.alerts.sources.options import BadOption
from tocsin.alerts.sources.source import Decoded, Setup


def mapped(mapping: dict[str, Any], body: object) -> Decoded:
    request = Request("POST", "/in/generic", {"headers": [], "query_string": b""}, json.dumps(body).encode())
    return Generic().decode(request, Setup(options={"mapping": settle_mapping(mapping)}))


def title(template: str, alert: object) -> str:
    return mapped({"title": f"={template}"}, alert).events[0].title.removeprefix("=")


@pytest.mark.parametrize(
    ("template", "alert", "text"),
    [
        ("{{a}}", {"a": "x"}, "x"),
        ("{{ a.b }} on {{c[1]}}", {"a": {"b": 1.5}, "c": ["x", True]}, "1.5 on true"),
        ('{{a["x.y"].z}}', {"a": {"x.y": {"z": "deep"}}}, "deep"),
        ("{{a[0][1]}}", {"a": [[1, 2]]}, "2"),
        ("{{tags}}", {"tags": ["a", 2, None, {"no": 1}]}, "a, 2"),
        ("{{object}}|{{null}}|{{gone.far[3]}}|", {"object": {"a": 1}, "null": None}, "|||"),
        ("{{$.a}}", {"a": "whole"}, "whole"),
        ("{{a}}", {"a": "{{b}}", "b": "read twice"}, "{{b}}"),
        ("{{__class__}}{{a.__len__}}{{a.upper}}", {"a": "x"}, ""),
        ("{not} a } hole {", {}, "{not} a } hole {"),
        ("{{zażółć gęślą}}", {}, None),
        ("{{ключ}}", {"ключ": "да"}, "да"),
    ],
)
def test_a_template_puts_values_into_text_and_nothing_more(template: str, alert: object, text: str | None) -> None:
    if text is None:
        with pytest.raises(BadOption):
            title(template, alert)
        return
    assert title(template, alert) == text


def test_every_element_of_a_list_inside_of_lists_is_an_alert() -> None:
    body = {"site": "waw", "hosts": [{"checks": [{"n": 1}, {"n": 2}]}, {"checks": []}, {"checks": [{"n": 3}]}, {}]}
    found = mapped({"each": "hosts[].checks[]", "title": "check {{n}} in {{$.site}}"}, body)
    assert [event.title for event in found.events] == ["check 1 in waw", "check 2 in waw", "check 3 in waw"]


def test_fields_labels_words_and_times_come_from_the_mapping() -> None:
    mapping = {
        "title": "{{what}}",
        "key": "{{id}}",
        "state": "{{status}}",
        "severity": "{{level}}",
        "service": "{{host}}",
        "peer": "{{calls}}",
        "at": "{{ms}}",
        "labels": {"site": "{{place.site}}"},
        "words": {"gone": "resolved", "5": "critical"},
    }
    alert = {"what": "Disk full", "id": 7, "host": "db", "calls": "san", "ms": 1795507200000, "place": {"site": "waw"}}
    fired, ended, acknowledged = mapped(
        mapping,
        [alert | {"status": "BAD", "level": 5}, alert | {"status": "Gone"}, alert | {"status": "ack", "level": "warn"}],
    ).events
    assert (fired.action, fired.severity, fired.fingerprint) == (AlertAction.FIRE, Severity.CRITICAL, "7")
    assert (fired.service, fired.peer, fired.labels) == ("db", "san", {"site": "waw"})
    assert fired.at is not None
    assert fired.at.isoformat() == "2026-11-24T08:00:00+00:00"
    assert (ended.action, acknowledged.action) == (AlertAction.RESOLVE, AlertAction.ACKNOWLEDGE)


def test_an_alert_without_a_title_does_not_sink_its_neighbours() -> None:
    found = mapped({"title": "{{a}}"}, [{"a": "x"}, {}, 5])
    assert [event.title for event in found.events] == ["x"]
    assert found.refused == ("alert 2: title is empty", "alert 3: title is empty")
    with pytest.raises(Refusal, match="no alert where"):
        mapped({"each": "alerts[]", "title": "x"}, {"alarms": []})
    with pytest.raises(Refusal, match="more than 1000"):
        mapped({"each": "a[]", "title": "x"}, {"a": [0] * 1001})


@pytest.mark.parametrize(
    ("mapping", "place"),
    [
        ({"title": "x {{a..b}}"}, "mapping.title:6:"),
        ({"title": "x {{a b}}"}, "mapping.title:6:"),
        ({"title": "{{a[x]}}"}, "mapping.title:4:"),
        ({"title": "{{.a}}"}, "mapping.title:3:"),
        ({"title": "{{}}"}, "mapping.title:3:"),
        ({"title": "{{a[]}}"}, "mapping.title:4: only “each”"),
        ({"title": "ab {{a"}, "mapping.title:4: {{"),
        ({"title": "ab}} {{a}}"}, "mapping.title:3: }}"),
        ({"title": "{{a()}}x{{"}, "mapping.title"),
        ({"title": 5}, "mapping.title: give text"),
        ({"title": "x" * 1001}, "mapping.title: give text"),
        ({"title": "{{a}}" * 21}, "mapping.title: put at most"),
        ({"title": "{{" + "a." * 20 + "a}}"}, "mapping.title: a path has"),
        ({"title": "x", "each": "a["}, "mapping.each:2:"),
        ({"title": "x", "each": 5}, "mapping.each:1:"),
        ({"title": "x", "labels": []}, "mapping.labels: give an object"),
        ({"title": "x", "labels": {"a": "{{"}}, "mapping.labels.a:1:"),
        ({"title": "x", "words": {"a": "bad"}}, "mapping.words.a: a word means"),
        ({"title": "x", "words": {str(n): "info" for n in range(65)}}, "mapping.words: give an object"),
        ({"titel": "x"}, "mapping.titel: there is no such field"),
        ({"key": "x"}, "mapping.title: this one is needed"),
        (["title"], "mapping: give an object"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place(mapping: Any, place: str) -> None:
    with pytest.raises(BadOption) as refused:
        settle_mapping(mapping)
    assert str(refused.value).startswith(place)


def test_nothing_is_mapped_by_an_empty_mapping() -> None:
    assert settle_mapping({"title": "", "labels": {}}) == {}


TEXTS = some.text(some.sampled_from('{}[]."$a0 _é\0'), max_size=40)
VALUES = some.recursive(
    some.none() | some.integers() | TEXTS, lambda inner: some.lists(inner) | some.dictionaries(TEXTS, inner)
)


@settings(max_examples=300, deadline=None)
@given(
    mapping=some.dictionaries(some.sampled_from(["each", *FIELDS]), TEXTS | VALUES)
    | some.fixed_dictionaries({"title": TEXTS, "labels": some.dictionaries(TEXTS, TEXTS)}),
    body=VALUES,
)
def test_any_mapping_is_refused_or_gives_text_that_stands_in_it_or_in_the_body(
    mapping: dict[str, Any], body: Any
) -> None:
    began = time.monotonic()
    try:
        found = mapped(mapping, body)
    except (BadOption, Refusal):
        found = Decoded()
    assert time.monotonic() - began < 1.0
    known = json.dumps([mapping, body], ensure_ascii=False) + ",\N{REPLACEMENT CHARACTER}–"
    for event in found.events:
        assert set(event.title) <= set(known) | set("01"), event.title


def test_a_large_body_under_a_greedy_mapping_is_done_in_a_second() -> None:
    body = {"big": "x" * 1_000_000, "deep": [[0] * 300 for _ in range(300)], "alerts": [{"n": n} for n in range(1000)]}
    greedy = {name: "{{$.big}}{{$.deep}}" * 9 + "{{n}}" for name in FIELDS if name not in {"state", "at"}}
    began = time.monotonic()
    found = mapped({"each": "alerts[]", **greedy}, body)
    assert len(found.events) == 1000
    assert time.monotonic() - began < 1.0


def test_the_mapping_of_the_documentation_gives_what_is_said_there() -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/connect.md").read_text()
    body, mapping = (
        json.loads(text) for text in re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE)[:2]
    )
    event = mapped(mapping, body).events[0]
    assert (event.title, event.fingerprint, event.service) == ("Disk full on db-01 in waw", "7", "db-01")
    assert (event.severity, event.labels) == (Severity.CRITICAL, {"site": "waw"})
