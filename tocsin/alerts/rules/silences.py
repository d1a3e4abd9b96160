"""Which alerts a silence matches. Operators as in Alertmanager, and two for those who know no regular expressions.

Expressions are RE2's, as Alertmanager's are: they take time linear in what they look at, so that none can be written
that stalls the digest. They match the whole value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import re2

from tocsin.core.errors import InvalidInput

LABEL_MOST = 128
VALUE_MOST = 1024
MATCHERS_MOST = 64
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)
_MEMORY = 1024 * 1024
"""What one expression may take; a larger one is refused."""


class Operator(StrEnum):
    IS = "="
    IS_NOT = "!="
    BEGINS = "^="
    CONTAINS = "*="
    LIKE = "=~"
    UNLIKE = "!~"


class SilenceState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


def check_moments(*moments: datetime | None) -> None:
    """Refuse what not every zone and product has a date for: it could be stored, but not shown."""
    if any(moment is not None and not _EARLIEST <= moment < _LATEST for moment in moments):
        raise InvalidInput("A time must lie between the years 1970 and 9990.")


def silence_state(*, starts_at: datetime, ends_at: datetime, ended_at: datetime | None, now: datetime) -> SilenceState:
    """Whether a silence is still to come, in force, or over: by its end, or because somebody ended it."""
    if ended_at is not None or ends_at <= now:
        return SilenceState.EXPIRED
    return SilenceState.PENDING if starts_at > now else SilenceState.ACTIVE


def may_revise(state: SilenceState, *, starts_at: datetime, before: datetime, now: datetime) -> bool:
    """Whether a silence with the same matchers may get this beginning (and another end) and be the same silence: not
    when that changes what has been silenced already."""
    match state:
        case SilenceState.ACTIVE:
            return starts_at == before
        case SilenceState.PENDING:
            return starts_at >= now
        case SilenceState.EXPIRED:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Matchable:
    """What matchers look at: the sender's labels, and what the alert itself is (`service`, `name`, …)."""

    labels: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    def values(self, label: str) -> Sequence[str]:
        """All that is said under this name; a missing label counts as empty."""
        found = [said[label] for said in (self.own, self.labels) if label in said]
        return found or [""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """`label` is a label's name, or `service`, `name`, `severity`, `integration` of the alert itself."""

    label: str
    op: Operator
    value: str

    def matches(self, values: Collection[str]) -> bool:
        """Whether one of these is what it asks for; what says no asks that none of them is."""
        match self.op:
            case Operator.IS:
                return self.value in values
            case Operator.IS_NOT:
                return self.value not in values
            case Operator.BEGINS:
                return any(found.startswith(self.value) for found in values)
            case Operator.CONTAINS:
                return any(self.value in found for found in values)
            case Operator.LIKE:
                return self._is_like(values)
            case Operator.UNLIKE:
                return not self._is_like(values)

    def _is_like(self, values: Collection[str]) -> bool:
        pattern = expression(self.value)
        return any(pattern.fullmatch(found) is not None for found in values)


@lru_cache(maxsize=2_000)
def expression(text: str) -> Any:
    """RE2's expression; InvalidInput says what is wrong with it."""
    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    try:
        return re2.compile(text, options)
    except UnicodeEncodeError:
        raise InvalidInput("A regular expression holds what is no character.") from None
    except re2.error as error:
        said = error.args[0]
        reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise InvalidInput(
            "“{text}” is not a regular expression of RE2: {reason}.", text=text[:60], reason=reason
        ) from None


def matches(matchers: Iterable[Matcher], alert: Matchable) -> bool:
    """Whether all matchers match."""
    return all(matcher.matches(alert.values(matcher.label)) for matcher in matchers)


def parse_matchers(raw: Sequence[Mapping[str, str]], *, narrowing: bool = False) -> tuple[Matcher, ...]:
    """Matchers from `{label, op, value}`; InvalidInput names the one that cannot be used.

    At least one must be able to fail on an alert without labels, else the silence would hide everything: unless they
    are `narrowing` what is named beside them.
    """
    if len(raw) > MATCHERS_MOST:
        raise InvalidInput("These are more than {most} matchers.", most=MATCHERS_MOST)
    found = tuple(_matcher(number, each) for number, each in enumerate(raw, 1))
    if not narrowing and matches(found, Matchable()):
        raise InvalidInput("This silence would match every alert: give at least one label that must be there.")
    return found


def _matcher(number: int, raw: Mapping[str, str]) -> Matcher:
    try:
        matcher = Matcher(label=raw["label"], op=Operator(raw.get("op", "=")), value=raw["value"])
    except KeyError as missing:
        raise InvalidInput("Matcher {number} has no {part}.", number=number, part=missing.args[0]) from None
    except ValueError:
        known = " ".join(Operator)
        raise InvalidInput(
            "Matcher {number}: “{operator}” is not one of {known}.", number=number, operator=raw["op"], known=known
        ) from None
    if not 0 < len(matcher.label) <= LABEL_MOST or len(matcher.value) > VALUE_MOST:
        raise InvalidInput(
            "Matcher {number}: a label has 1 to {label} characters, a value {value} at most.",
            number=number,
            label=LABEL_MOST,
            value=VALUE_MOST,
        )
    if "\0" in matcher.label + matcher.value:
        raise InvalidInput("Matcher {number} holds a NUL character, which cannot be stored.", number=number)
    if matcher.op in {Operator.LIKE, Operator.UNLIKE}:
        expression(matcher.value)
    return matcher
