"""Which alerts a silence matches. Operators as in Alertmanager, without regular expressions (kept for RE2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tocsin.core.errors import InvalidInput


class Operator(StrEnum):
    IS = "="
    IS_NOT = "!="
    BEGINS = "^="
    CONTAINS = "*="


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """`label` is a label's name, or `service`, `name`, `severity`, `integration` of the alert itself."""

    label: str
    op: Operator
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        found = labels.get(self.label, "")
        match self.op:
            case Operator.IS:
                return found == self.value
            case Operator.IS_NOT:
                return found != self.value
            case Operator.BEGINS:
                return found.startswith(self.value)
            case Operator.CONTAINS:
                return self.value in found


def matches(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether all matchers match; a missing label counts as empty."""
    return all(matcher.matches(labels) for matcher in matchers)


def parse_matchers(raw: Sequence[Mapping[str, str]]) -> tuple[Matcher, ...]:
    """Matchers from `{label, op, value}`; InvalidInput names the one that cannot be used.

    At least one must be able to fail on an alert without labels, else the silence would hide everything.
    """
    found = tuple(_matcher(number, each) for number, each in enumerate(raw, 1))
    if matches(found, {}):
        raise InvalidInput("This silence would match every alert: give at least one label that must be there.")
    return found


def _matcher(number: int, raw: Mapping[str, str]) -> Matcher:
    try:
        return Matcher(label=raw["label"], op=Operator(raw.get("op", "=")), value=raw["value"])
    except KeyError as missing:
        raise InvalidInput("Matcher {number} has no {part}.", number=number, part=missing.args[0]) from None
    except ValueError:
        known = " ".join(Operator)
        raise InvalidInput(
            "Matcher {number}: “{operator}” is not one of {known}.", number=number, operator=raw["op"], known=known
        ) from None
