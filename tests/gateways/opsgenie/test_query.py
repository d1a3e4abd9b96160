"""Opsgenie's query language: what it means, and that nothing typed into it is more than refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.alerts.rules import Comparison, Every, Field, Not, Some, Term
from tocsin.gateways.opsgenie.query import MOST, QueryRefusal, parse

OPEN = Term(Field.IS_OPEN, Comparison.IS, True)
P1 = Term(Field.SEVERITY, Comparison.IS, 1)


def word(text: str) -> Term:
    return Term(Field.ANY, Comparison.CONTAINS, text)


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("", Every()),
        ("  ", Every()),
        ("status:open", OPEN),
        ("status : OPEN", OPEN),
        ('status:open AND priority:P1 AND tag:"x y"', Every((OPEN, P1, Term(Field.TAG, Comparison.IS, "x y")))),
        ("status:open priority:P1", Every((OPEN, P1))),
        ("status:open or priority:p1", Some((OPEN, P1))),
        ("disk OR status:open priority:P1", Some((word("disk"), Every((OPEN, P1))))),
        ("(disk OR status:open) priority:P1", Every((Some((word("disk"), OPEN)), P1))),
        ("NOT status:open", Not(OPEN)),
        ("not not status:open", OPEN),
        ("NOT (a b)", Not(Every((word("a"), word("b"))))),
        ("priority:(P1 OR P2)", Some((P1, Term(Field.SEVERITY, Comparison.IS, 2)))),
        ("status:(NOT open)", Not(OPEN)),
        ('"status:open"', word("status:open")),
        (r'"a \"quote\""', word('a "quote"')),
        ("message: disk", Term(Field.TITLE, Comparison.CONTAINS, "disk")),
        ("message = disk", Term(Field.TITLE, Comparison.IS, "disk")),
        ("alias:db-1", Term(Field.FINGERPRINT, Comparison.IS, "db-1")),
        ("details.key: host", Term(Field.LABEL_NAME, Comparison.IS, "host")),
        ("details.host: web*", Term(Field.LABEL_VALUE, Comparison.IS, "web*", "host")),
        ("entity: db", Term(Field.LABEL_VALUE, Comparison.IS, "db", "entity")),
        ("owner: null", Term(Field.OWNER, Comparison.EMPTY, "")),
        ('owner: "null"', Term(Field.OWNER, Comparison.IS, "null")),
        ("count: null", Some(())),
        ("count >= 10", Term(Field.COUNT, Comparison.AT_LEAST, 10)),
        (
            "createdAt > 1700000000000",
            Term(Field.FIRST_AT, Comparison.MORE, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ),
        ('createdAt<"01-02-2024T10:00"', Term(Field.FIRST_AT, Comparison.LESS, datetime(2024, 2, 1, 10, tzinfo=UTC))),
        ("createdAt<01-02-2024", Term(Field.FIRST_AT, Comparison.LESS, datetime(2024, 2, 1, tzinfo=UTC))),
    ],
)
def test_a_query_means(query: str, condition: object) -> None:
    assert parse(query) == condition


@pytest.mark.parametrize(
    ("query", "position", "says"),
    [
        ("status:opened", 8, "open or closed"),
        ("weather:fine", 1, "no field “weather”"),
        ("a AND", 6, "ends where a condition"),
        ("a OR OR b", 6, "“OR” stands"),
        ("(a", 3, "closing parenthesis"),
        ("a)", 2, "nothing to be closed"),
        ('a "b', 2, "never closed"),
        ("status:", 8, "ends where a value"),
        ("status:>", 8, "“>” stands"),
        ("status > open", 8, "only be compared by a colon"),
        ("count: many", 8, "is no number"),
        ("createdAt > yesterday", 13, "is no time"),
        ("createdAt > 999999999999999", 13, "out of range"),
        ("priority:P9", 10, "P1 to P5"),
        ("snoozed:maybe", 9, "true or false"),
        ("details.: x", 1, "no field"),
        ("(" * 30, 21, "deep"),
        ("a " * 400, 601, "more than a query can hold"),
        ("x" * (MOST + 1), MOST, "at most"),
        ("a\0b", 2, "NUL"),
    ],
)
def test_a_refusal_says_where(query: str, position: int, says: str) -> None:
    with pytest.raises(QueryRefusal, match=says) as refused:
        parse(query)
    assert refused.value.position == position


PARTS = ["status", "priority", "details.x", "createdAt", "P1", "open", "null", "AND", "or", "NOT", "(", ")", ":", "<="]
PARTS += ['"', '"a b"', "*", "\\", "1700000000000", " ", "99999999999999", "ä", "\u2003"]


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PARTS), max_size=40).map("".join)))
def test_nothing_typed_is_more_than_refused(query: str) -> None:
    position = 1
    try:
        parse(query)
    except QueryRefusal as refused:
        position = refused.position
    assert 1 <= position <= len(query) + 1
