"""Names in a text. Text alone never merges two services; that it names one is evidence a caller has written down."""

import re
from collections.abc import Callable

_TOKEN = re.compile(r"[^\s,;()\[\]{}\"'`<>=|]+")
_EDGES = ".:!?-/_*#"
_SUFFIXES = ("-service", "-svc", "_service", "service", "-pod", "-pods", "'s")
_MASK = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+(?:[.,:]\d+)*")
MAX_TEXT = 2_000


def mentions(text: str, find: Callable[[str], int | None]) -> tuple[int, ...]:
    """The known services that a text names, in order of appearance."""
    found: dict[int, None] = {}
    for token in _TOKEN.findall(text[:MAX_TEXT]):
        for form in _forms(token):
            number = find(form)
            if number is not None:
                found[number] = None
                break
    return tuple(found)


def _forms(token: str) -> list[str]:
    bare = token.strip(_EDGES)
    forms = [token, bare]
    forms += [bare[: -len(suffix)] for suffix in _SUFFIXES if bare.endswith(suffix) and len(bare) > len(suffix)]
    forms += [form.lower() for form in forms if form != form.lower()]
    return forms


def template(text: str) -> str:
    """The text with numbers, ids and addresses masked: what two repeats of one message have in common."""
    return _MASK.sub("#", text[:MAX_TEXT])
