"""Opsgenie's query language: `status: open AND (priority: P1 OR tag: "db") AND NOT source: test*`.

Words side by side are joined by AND, which binds tighter than OR. `field: value`, `field = value`, and for numbers and
times `< <= > >=`; `field: (a OR b)`; `null` for nothing; `*` for anything. A word without a field is looked for in the
message, the description, the alias and the tags. Times: milliseconds since 1970, or `dd-MM-yyyy[THH:mm]` in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import Comparison, Condition, Every, Field, Not, Severity, Some, Term

MOST = 2000
MOST_TOKENS = 300
DEEPEST = 20


class QueryRefusal(Refusal):
    """What is wrong with a query, and at which character (from 1)."""

    def __init__(self, why: str, position: int) -> None:
        super().__init__(f"query, character {position}: {why}")
        self.position = position


class Kind(Enum):
    """How a field's value is read."""

    TEXT = auto()
    WORDS = auto()
    NUMBER = auto()
    MOMENT = auto()
    PRIORITY = auto()
    TRUTH = auto()
    STATUS = auto()


FIELDS: Mapping[str, tuple[Field, Kind]] = {
    "alertid": (Field.ID, Kind.TEXT),
    "id": (Field.ID, Kind.TEXT),
    "tinyid": (Field.NUMBER, Kind.NUMBER),
    "alias": (Field.FINGERPRINT, Kind.TEXT),
    "message": (Field.TITLE, Kind.WORDS),
    "description": (Field.DESCRIPTION, Kind.WORDS),
    "source": (Field.SOURCE, Kind.TEXT),
    "entity": (Field.LABEL_VALUE, Kind.TEXT),
    "status": (Field.IS_OPEN, Kind.STATUS),
    "priority": (Field.SEVERITY, Kind.PRIORITY),
    "owner": (Field.OWNER, Kind.TEXT),
    "acknowledgedby": (Field.ACKNOWLEDGED_BY, Kind.TEXT),
    "acknowledged": (Field.IS_ACKNOWLEDGED, Kind.TRUTH),
    "isseen": (Field.IS_ACKNOWLEDGED, Kind.TRUTH),
    "snoozed": (Field.IS_SNOOZED, Kind.TRUTH),
    "teams": (Field.TEAM, Kind.TEXT),
    "team": (Field.TEAM, Kind.TEXT),
    "responders": (Field.TEAM, Kind.TEXT),
    "tag": (Field.TAG, Kind.TEXT),
    "tags": (Field.TAG, Kind.TEXT),
    "count": (Field.COUNT, Kind.NUMBER),
    "createdat": (Field.FIRST_AT, Kind.MOMENT),
    "lastoccurredat": (Field.LAST_AT, Kind.MOMENT),
    "updatedat": (Field.LAST_AT, Kind.MOMENT),
    "snoozeduntil": (Field.SNOOZED_UNTIL, Kind.MOMENT),
    "closedat": (Field.CLOSED_AT, Kind.MOMENT),
    "integration.id": (Field.INTEGRATION_ID, Kind.TEXT),
    "integration.name": (Field.INTEGRATION_NAME, Kind.TEXT),
    "integration.type": (Field.INTEGRATION_KIND, Kind.TEXT),
    "details.key": (Field.LABEL_NAME, Kind.TEXT),
    "details.value": (Field.LABEL_VALUE, Kind.TEXT),
    "creator": (Field.SOURCE, Kind.TEXT),
    "closedby": (Field.NEVER, Kind.TEXT),
    "recipients": (Field.NEVER, Kind.TEXT),
}
"""Opsgenie's fields, in lower case. `details.NAME` is a field too: the value of that detail."""

_OPERATORS: Mapping[str, Comparison] = {
    ":": Comparison.IS,
    "=": Comparison.IS,
    "<": Comparison.LESS,
    "<=": Comparison.AT_MOST,
    ">": Comparison.MORE,
    ">=": Comparison.AT_LEAST,
}
_TOKEN = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|(?P<operator><=|>=|[<>=:])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()<>=:"]+))',
    re.S,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words


def parse(text: str) -> Condition:
    """The condition of a query, empty: every alert; QueryRefusal on what is no query, and nothing else ever."""
    if len(text) > MOST:
        raise QueryRefusal(f"a query has at most {MOST} characters", MOST)
    if "\0" in text:
        raise QueryRefusal("a NUL character cannot be looked for", text.index("\0") + 1)
    tokens = list(_tokens(text))
    if not tokens:
        return Every()
    if len(tokens) > MOST_TOKENS:
        raise QueryRefusal("this is more than a query can hold", tokens[MOST_TOKENS].position)
    reader = _Reader(tokens, len(text))
    found = reader.some(reader.piece, 0)
    left = reader.next
    if left is not None:
        raise QueryRefusal("there is nothing to be closed here", left.position)
    return found


def _tokens(text: str) -> Iterator[_Token]:
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise QueryRefusal("a quote is opened and never closed", place + 1)
        kind = match.lastgroup or ""
        words = match[kind]
        if kind == "quoted":
            words = re.sub(r"\\(.)", r"\1", words, flags=re.S)
        yield _Token(kind, words, match.start(kind) + 1)
        place = match.end()


class _Reader:
    """Goes through the tokens once, left to right."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens, self._place, self._length = tokens, 0, length

    @property
    def next(self) -> _Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def sees(self, kind: str, *words: str) -> bool:
        """Whether a token of that kind is next; of words, one of these."""
        token = self.next
        return token is not None and token.kind == kind and (not words or token.text.lower() in words)

    def take(self, what: str) -> _Token:
        token = self.next
        if token is None:
            raise QueryRefusal(f"the query ends where {what} should be", self._length + 1)
        self._place += 1
        return token

    def some(self, piece: Callable[[int], Condition], depth: int) -> Condition:
        """Pieces joined by OR, each of them some joined by AND."""
        found = [self._every(piece, depth)]
        while self.sees("word", "or"):
            self.take("OR")
            found.append(self._every(piece, depth))
        return found[0] if len(found) == 1 else Some(tuple(found))

    def _every(self, piece: Callable[[int], Condition], depth: int) -> Condition:
        found = [self._maybe_not(piece, depth)]
        while self.next is not None and not self.sees("close") and not self.sees("word", "or"):
            if self.sees("word", "and"):
                self.take("AND")
            found.append(self._maybe_not(piece, depth))
        return found[0] if len(found) == 1 else Every(tuple(found))

    def _maybe_not(self, piece: Callable[[int], Condition], depth: int) -> Condition:
        negated = False
        while self.sees("word", "not"):
            self.take("NOT")
            negated = not negated
        token = self.take("a condition")
        if token.kind == "open":
            found = self._parentheses(piece, token, depth)
        elif token.kind in {"close", "operator"} or token.is_word("and", "or"):
            raise QueryRefusal(f"“{token.text}” stands where a condition should be", token.position)
        else:
            self._place -= 1
            found = piece(depth)
        return Not(found) if negated else found

    def _parentheses(self, piece: Callable[[int], Condition], opened: _Token, depth: int) -> Condition:
        if depth >= DEEPEST:
            raise QueryRefusal(f"parentheses are at most {DEEPEST} deep", opened.position)
        found = self.some(piece, depth + 1)
        if self.take("a closing parenthesis").kind != "close":
            raise QueryRefusal("this parenthesis is never closed", opened.position)
        return found

    def piece(self, depth: int) -> Condition:
        """A word, or a field with what it is compared with."""
        token = self.take("a condition")
        if not self.sees("operator"):
            return Term(Field.ANY, Comparison.CONTAINS, token.text)
        operator = self.take("an operator")
        if self.sees("open"):
            opened = self.take("a value")
            return self._parentheses(lambda _: _term(token, operator, self.take("a value")), opened, depth)
        value = self.take("a value")
        if value.kind in {"close", "operator"}:
            raise QueryRefusal(f"“{value.text}” stands where a value should be", value.position)
        return _term(token, operator, value)


def _term(name: _Token, operator: _Token, value: _Token) -> Condition:
    label = ""
    lowered = name.text.lower()
    found = FIELDS.get(lowered)
    if found is None and lowered.startswith("details."):
        found, label = (Field.LABEL_VALUE, Kind.TEXT), name.text[len("details.") :]
    if found is None or lowered == "details.":
        raise QueryRefusal(f"there is no field “{name.text[:40]}”", name.position)
    if lowered == "entity":
        label = "entity"
    field, kind = found
    comparison = _OPERATORS[operator.text]
    if comparison is not Comparison.IS and kind not in {Kind.NUMBER, Kind.MOMENT}:
        raise QueryRefusal(f"{name.text} can only be compared by a colon", operator.position)
    if value.is_word("null"):
        return _empty(field, kind, label)
    if kind == Kind.WORDS and operator.text == ":":
        comparison = Comparison.CONTAINS
    return Term(field, comparison, _READERS[kind](value), label)


def _empty(field: Field, kind: Kind, label: str) -> Condition:
    """Nothing there. What is always there is never nothing."""
    always = {Field.ID, Field.INTEGRATION_ID, Field.LABEL_NAME} | (set() if label else {Field.LABEL_VALUE})
    if kind in {Kind.TEXT, Kind.WORDS, Kind.MOMENT} and field not in always:
        return Term(field, Comparison.EMPTY, "", label)
    return Some(())


def _number(token: _Token) -> int:
    if token.text.isascii() and token.text.isdigit() and len(token.text) < 19:
        return int(token.text)
    raise QueryRefusal(f"“{token.text[:40]}” is no number", token.position)


def _moment(token: _Token) -> datetime:
    if token.text.isascii() and token.text.isdigit():
        if len(token.text) > 14:
            raise QueryRefusal("this time is out of range", token.position)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(token.text))
    for form in ("%d-%m-%Y", "%d-%m-%YT%H:%M", "%d-%m-%YT%H:%M:%S"):
        try:
            return datetime.strptime(token.text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    message = "is no time: give milliseconds since 1970, or dd-MM-yyyy, or that with THH:mm in quotes"
    raise QueryRefusal(f"“{token.text[:40]}” {message}", token.position)


def _priority(token: _Token) -> int:
    text = token.text.upper()
    if len(text) == 2 and text[0] == "P" and text[1] in "12345":
        return int(Severity(int(text[1])))
    raise QueryRefusal(f"priority is P1 to P5, not “{token.text[:40]}”", token.position)


def _truth(token: _Token) -> bool:
    if token.text.lower() not in {"true", "false"}:
        raise QueryRefusal(f"this is true or false, not “{token.text[:40]}”", token.position)
    return token.text.lower() == "true"


def _status(token: _Token) -> bool:
    if token.text.lower() not in {"open", "closed"}:
        raise QueryRefusal(f"status is open or closed, not “{token.text[:40]}”", token.position)
    return token.text.lower() == "open"


_READERS: Mapping[Kind, Callable[[_Token], str | int | bool | datetime]] = {
    Kind.TEXT: lambda token: token.text,
    Kind.WORDS: lambda token: token.text,
    Kind.NUMBER: _number,
    Kind.MOMENT: _moment,
    Kind.PRIORITY: _priority,
    Kind.TRUTH: _truth,
    Kind.STATUS: _status,
}
