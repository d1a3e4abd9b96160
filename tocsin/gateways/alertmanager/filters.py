"""Alertmanager's way to write a matcher in a query: `alertname=~"Disk.*"`. No Django."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import Matchable, Matcher, Operator, expression, matches

MOST = 64
LONGEST = 4096
_MATCHER = re.compile(r"""("(?:[^"\\]|\\.)*"|[^\s=!~"{},]+)\s*(=~|!=|!~|=)\s*(.*)""", re.DOTALL)


def parse(texts: Iterable[str]) -> tuple[Matcher, ...]:
    """The matchers of all `filter` parameters; Refusal says which is none."""
    found = tuple(_matcher(text.strip()) for text in texts)
    if len(found) > MOST:
        raise Refusal(f"more than {MOST} filters")
    return found


def passes(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether all of them match these labels; a missing one counts as empty."""
    return matches(matchers, Matchable(labels=labels))


def _matcher(text: str) -> Matcher:
    parts = _MATCHER.fullmatch(text) if len(text) <= LONGEST else None
    if parts is None:
        raise Refusal(f"bad matcher format: {text[:80]}")
    name, operator, value = parts.groups()
    found = Matcher(label=_unquoted(name), op=Operator(operator), value=_unquoted(value))
    if found.op in {Operator.LIKE, Operator.UNLIKE}:
        expression(found.value)
    return found


def _unquoted(text: str) -> str:
    """A value without its quotes; in one, `\\n`, `\\"` and `\\\\` are escapes and other backslashes are themselves."""
    inner = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    found = re.sub(r'\\([n"\\])', lambda escape: "\n" if escape[1] == "n" else escape[1], inner)
    if re.search(r'(?<!\\)(?:\\\\)*"', inner) or (inner is text and text.startswith('"')):
        raise Refusal(f"matcher value contains unescaped double quote: {text[:80]}")
    return found
