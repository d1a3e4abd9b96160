"""What somebody looks for among alerts: conditions on fields, joined by and, or, not; `queries` ask them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Field(StrEnum):
    """What a condition may be about. The first twelve are text."""

    ID = "id"
    FINGERPRINT = "fingerprint"
    TITLE = "title"
    DESCRIPTION = "description"
    SOURCE = "source"
    SERVICE = "service"
    OWNER = "owner"
    ACKNOWLEDGED_BY = "acknowledged_by"
    TEAM = "team"
    INTEGRATION_ID = "integration_id"
    INTEGRATION_NAME = "integration_name"
    INTEGRATION_KIND = "integration_kind"
    TAG = "tag"
    LABEL_NAME = "label_name"
    LABEL_VALUE = "label_value"
    ANY = "any"
    """Free text: the title, the description, the fingerprint, a tag."""
    NUMBER = "number"
    COUNT = "count"
    SEVERITY = "severity"
    FIRST_AT = "first_at"
    LAST_AT = "last_at"
    SNOOZED_UNTIL = "snoozed_until"
    CLOSED_AT = "closed_at"
    IS_OPEN = "is_open"
    IS_ACKNOWLEDGED = "is_acknowledged"
    IS_SNOOZED = "is_snoozed"
    NEVER = "never"
    """Of what this product has no such thing: true of no alert."""


class Comparison(StrEnum):
    IS = "is"
    """Text: equal but for case; where it holds an asterisk, like the pattern."""
    CONTAINS = "contains"
    EMPTY = "empty"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


Value = str | int | bool | datetime


@dataclass(frozen=True, slots=True)
class Term:
    """`label` narrows a condition on a label's value to the label of that name."""

    field: Field
    comparison: Comparison
    value: Value
    label: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """All of them; none of them: every alert."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of them."""

    conditions: tuple[Condition, ...]


Condition = Term | Not | Every | Some
