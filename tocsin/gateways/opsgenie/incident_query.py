"""Opsgenie's query language asked of incidents, in memory: there are few of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.alerts.rules import Comparison, Condition, Every, Field, Not, Some, Term

Amount = int | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An incident as conditions see it: `texts` by field, `amounts` (None: none) and `truths` likewise."""

    texts: Mapping[Field, tuple[str, ...]]
    amounts: Mapping[Field, Amount | None]
    truths: Mapping[Field, bool]
    details: Mapping[str, str]


def holds(condition: Condition, seen: Seen) -> bool:
    """Whether an incident is what somebody looks for. A field that incidents lack is empty."""
    if isinstance(condition, Every):
        return all(holds(each, seen) for each in condition.conditions)
    if isinstance(condition, Some):
        return any(holds(each, seen) for each in condition.conditions)
    if isinstance(condition, Not):
        return not holds(condition.condition, seen)
    return _term(condition, seen)


_ORDERED: Mapping[Comparison, Callable[[Amount, Amount], bool]] = {
    Comparison.IS: lambda one, other: one == other,
    Comparison.LESS: lambda one, other: one < other,  # type: ignore[operator]  # the query's reader gives both one type
    Comparison.AT_MOST: lambda one, other: one <= other,  # type: ignore[operator]  # as above
    Comparison.MORE: lambda one, other: one > other,  # type: ignore[operator]  # as above
    Comparison.AT_LEAST: lambda one, other: one >= other,  # type: ignore[operator]  # as above
}


def _term(term: Term, seen: Seen) -> bool:
    if isinstance(term.value, bool):
        return seen.truths.get(term.field, False) == term.value
    if term.comparison is Comparison.EMPTY:
        return not any(_texts(term, seen)) and seen.amounts.get(term.field) is None
    if isinstance(term.value, str):
        return any(_says(text, term.comparison, term.value) for text in _texts(term, seen))
    amount = seen.amounts.get(term.field)
    return amount is not None and _ORDERED[term.comparison](amount, term.value)


def _texts(term: Term, seen: Seen) -> tuple[str, ...]:
    if term.field is Field.LABEL_NAME:
        return tuple(seen.details)
    if term.field is Field.LABEL_VALUE:
        return tuple(value for name, value in seen.details.items() if term.label in ("", name))
    if term.field is Field.ANY:
        return tuple(text for field in (Field.TITLE, Field.DESCRIPTION, Field.TAG) for text in seen.texts[field])
    return seen.texts.get(term.field, ())


def _says(text: str, comparison: Comparison, wanted: str) -> bool:
    text, wanted = text.casefold(), wanted.casefold()
    if "*" in wanted:
        pattern = ".*".join(re.escape(part) for part in wanted.split("*"))
        found = re.search(pattern, text, re.S) if comparison is Comparison.CONTAINS else None
        return bool(found or re.fullmatch(pattern, text, re.S))
    return wanted in text if comparison is Comparison.CONTAINS else text == wanted
