"""A mapping: how any product's JSON becomes our events, by paths and by templates that only put values into text.

`each` is the path of the list of alerts (`data.alerts[]`); without it, the body is one alert or a list of them. The
other fields are templates: `{{labels.host}} is {{state}}`. A path goes from the alert; `$.` goes from the whole body;
`a[0]` is an element, `a["x.y"]` a name with a dot. What is not there is empty text. There is nothing to call and
nothing to compute, and a template is never read twice. `words` says what the product's words for states and severities
mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from tocsin.alerts.intake.decoding import without_the_deep
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import ALERTS, DESCRIPTION, FINGERPRINT, LABEL_VALUE, TITLE, Refusal
from tocsin.alerts.rules import AlertAction, Severity, from_word
from tocsin.alerts.sources.options import BadOption
from tocsin.alerts.sources.parts import Part, epoch, fitted, when
from tocsin.alerts.sources.source import Decoded, each, gettext_noop

FIELDS = ("title", "key", "state", "severity", "service", "peer", "name", "description", "source", "at")
PATH_MOST = 200
STEPS_MOST = 16
TEMPLATE_MOST = 1000
HOLES_MOST = 20
LABELS_MOST = 32
WORDS_MOST = 64
LIST_MOST = 20
MEANINGS = ("firing", "resolved", "acknowledged", *(severity.name.lower() for severity in Severity))
_ENDS = frozenset(
    {"resolved", "resolve", "ok", "closed", "recovered", "recovery", "cleared", "clear", "normal", "up", "fixed"}
)
_STEP = re.compile(r'\.?([^\s.\[\]{}"$]+)|\[(\d{0,6})\]|\["([^"\]]{1,128})"\]')
_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ANY = msgspec.json.Decoder(Any)
_OBJECT = msgspec.json.Decoder(dict[str, Any])

Step = str | int | None
"""A name, a number in a list, or every element of a list."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value is: from the alert, or from the whole body."""

    steps: tuple[Step, ...]
    whole: bool = False

    def all(self, start: Part) -> Iterator[Part]:
        """What is there; more than one only where a step is every element."""
        found: Iterator[Part] = iter((start,))
        for step in self.steps:
            found = _stepped(found, step)
        return found


def _stepped(found: Iterator[Part], step: Step) -> Iterator[Part]:
    for part in found:
        if step is None:
            yield from part
        elif isinstance(step, str):
            yield part[step]
        elif isinstance(part.value, list) and step < len(part.value):
            yield Part(part.value[step])


@dataclass(frozen=True, slots=True)
class Template:
    """Text and paths, in turn."""

    parts: tuple[str | Path, ...]

    def text(self, alert: Part, body: Part, most: int) -> str:
        """The text with every value in its place, at most so long."""
        texts: list[str] = []
        left = most
        for part in self.parts:
            text = part if isinstance(part, str) else _value(part, body if part.whole else alert)
            texts.append(text[:left])
            left -= len(texts[-1])
            if not left:
                break
        return "".join(texts).strip()


def _value(path: Path, start: Part) -> str:
    """Text, numbers and truth as text; lists of them with commas; nothing of an object."""
    found = next(path.all(start), Part()).value
    parts = [Part(each) for each in found[:LIST_MOST]] if isinstance(found, list) else [Part(found)]
    return ", ".join(part.text for part in parts if not isinstance(part.value, (dict, list)) and part.value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A mapping, ready for use."""

    each: Path | None
    fields: Mapping[str, Template]
    labels: Mapping[str, Template] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


def settle_mapping(given: Any) -> dict[str, Any]:
    """The mapping as it is kept; BadOption says what is wrong, and where."""
    if not isinstance(given, Mapping):
        raise BadOption(gettext_noop("mapping: give an object of paths and templates."))
    kept = {name: value for name, value in given.items() if value not in (None, "", {})}
    if kept:
        compiled(msgspec.json.encode(kept))
    return kept


@lru_cache(maxsize=256)
def compiled(mapping: bytes) -> Compiled:
    """A mapping (as JSON) compiled; BadOption says what is wrong, and where."""
    given = _OBJECT.decode(mapping)
    for name in given:
        if name not in {"each", "labels", "words", *FIELDS}:
            raise BadOption(
                gettext_noop("{place}: there is no such field. A mapping has: {known}."),
                place=f"mapping.{str(name)[:40]}",
                known=", ".join(("each", *FIELDS, "labels", "words")),
            )
    if "title" not in given:
        raise BadOption(gettext_noop("mapping.title: this one is needed; it names the alert to people."))
    return Compiled(
        each=_path(given["each"], "mapping.each", 0, every=True) if "each" in given else None,
        fields={name: _template(given[name], f"mapping.{name}") for name in FIELDS if name in given},
        labels=_table(given, "labels", LABELS_MOST, _template),
        words={word.lower(): meaning for word, meaning in _table(given, "words", WORDS_MOST, _meaning).items()},
    )


def _table(given: Mapping[str, Any], name: str, most: int, read: Callable[[Any, str], Any]) -> dict[str, Any]:
    table = given.get(name, {})
    if not isinstance(table, dict) or len(table) > most:
        sentence = gettext_noop("{place}: give an object with at most {most} entries.")
        raise BadOption(sentence, place=f"mapping.{name}", most=most)
    return {key: read(value, f"mapping.{name}.{key[:40]}") for key, value in table.items()}


def _meaning(value: Any, where: str) -> str:
    if value not in MEANINGS:
        raise BadOption(gettext_noop("{place}: a word means one of {known}."), place=where, known=", ".join(MEANINGS))
    return str(value)


def _template(text: Any, where: str) -> Template:
    if not isinstance(text, str) or len(text) > TEMPLATE_MOST:
        raise BadOption(
            gettext_noop("{place}: give text of at most {most} characters."), place=where, most=TEMPLATE_MOST
        )
    parts: list[str | Path] = []
    end = 0
    for hole in _HOLE.finditer(text):
        parts += [text[end : hole.start()], _path(hole[1].strip(), where, hole.start() + 2)]
        end = hole.end()
    rest = text[end:]
    for braces in ("{{", "}}"):
        if braces in rest or any(isinstance(part, str) and braces in part for part in parts):
            sentence = gettext_noop("{place}: {braces} without its other half.")
            raise BadOption(sentence, place=_place(where, text.index(braces)), braces=braces)
    if len(parts) > HOLES_MOST * 2:
        raise BadOption(gettext_noop("{place}: put at most {most} values into one text."), place=where, most=HOLES_MOST)
    return Template(tuple(part for part in (*parts, rest) if part != ""))


def _path(text: Any, where: str, offset: int, *, every: bool = False) -> Path:
    """`offset`: where the path stands in its template. `every`: it may name all elements of a list."""
    if not isinstance(text, str) or not text or len(text) > PATH_MOST:
        sentence = gettext_noop("{place}: give a path of 1 to {most} characters, such as a.b[0].")
        raise BadOption(sentence, place=_place(where, offset), most=PATH_MOST)
    whole = text == "$" or text.startswith(("$.", "$["))
    position = 1 if whole else 0
    steps: list[Step] = []
    while position < len(text):
        found = _STEP.match(text, position)
        place = _place(where, offset + position)
        if found is None or (not steps and not whole and text[0] == "."):
            raise BadOption(
                gettext_noop("{place}: no path goes on like this: {rest}"), place=place, rest=text[position:][:20]
            )
        step: Step = found[1] or found[3] or (int(found[2]) if found[2] else None)
        if step is None and not every:
            raise BadOption(gettext_noop("{place}: only “each” may take all of a list; write [0]."), place=place)
        steps.append(step)
        position = found.end()
    if len(steps) > STEPS_MOST:
        raise BadOption(gettext_noop("{place}: a path has at most {most} steps."), place=where, most=STEPS_MOST)
    return Path(tuple(steps), whole)


def _place(where: str, position: int) -> str:
    return f"{where}:{position + 1}"


def mapped(mapping: Mapping[str, Any], request: Request) -> Decoded:
    """The events of a request by a mapping that was saved."""
    try:
        plan = compiled(msgspec.json.encode(mapping))
    except BadOption as bad:  # saved by another version
        raise Refusal(f"the mapping of this integration cannot be used: {bad}") from None
    body = Part(without_the_deep(_ANY, request.body))
    found: list[Part] = []
    for alert in _alerts(plan, body):
        found.append(alert)
        if len(found) > ALERTS:
            raise Refusal(f"more than {ALERTS} alerts in one request")
    if not found:
        raise Refusal("there is no alert where the mapping looks for them")
    return each(found, lambda alert: _event(plan, _texts(plan, alert, body), alert, body, request))


def _alerts(plan: Compiled, body: Part) -> Iterator[Part]:
    if plan.each is not None:
        return plan.each.all(body)
    return iter(body) if isinstance(body.value, list) else iter((body,))


def _texts(plan: Compiled, alert: Part, body: Part) -> dict[str, str]:
    most = {"description": DESCRIPTION, "title": TITLE, "key": FINGERPRINT}
    found = {name: template.text(alert, body, most.get(name, LABEL_VALUE)) for name, template in plan.fields.items()}
    return dict.fromkeys(FIELDS, "") | found


def _event(plan: Compiled, texts: Mapping[str, str], alert: Part, body: Part, request: Request) -> NewEvent:
    if not texts["title"]:
        raise Refusal("title is empty")
    severity = plan.words.get(texts["severity"].lower(), texts["severity"])
    return fitted(
        NewEvent(
            action=_action(plan, texts["state"].lower()),
            fingerprint=texts["key"] or f"{texts['service']}/{texts['title']}",
            at=when(texts["at"]) or _seconds(texts["at"]),
            sent_at=request.sent_at,
            severity=from_word(severity),
            service=texts["service"],
            peer=texts["peer"],
            name=texts["name"],
            title=texts["title"],
            description=texts["description"],
            source=texts["source"],
            labels={name: template.text(alert, body, LABEL_VALUE) for name, template in plan.labels.items()},
        )
    )


def _action(plan: Compiled, state: str) -> AlertAction:
    """Whatever is not known to end or to acknowledge fires: an alert too many is better than one too few."""
    state = plan.words.get(state, state)
    if state in _ENDS:
        return AlertAction.RESOLVE
    return AlertAction.ACKNOWLEDGE if state in {"acknowledged", "acknowledge", "ack"} else AlertAction.FIRE


def _seconds(text: str) -> Any:
    """Seconds since 1970, or the milliseconds or more that some count."""
    found = epoch(text)
    return found or epoch(text[:-3])
