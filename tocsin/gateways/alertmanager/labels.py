"""Where annotations are kept, and what an alert's label set is, so that what was posted can be read back.

A summary is the alert's title, a description its description. Other annotations are labels with a prefix, which no
sender's label has: they are shown with the others, and are no part of the alert's identity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b

from tocsin.alerts.intake.limits import LABEL_KEY, LABEL_VALUE, LABELS

PREFIX = "annotation:"
HELD_ELSEWHERE = frozenset({"summary", "description"})
_FINGERPRINT = re.compile("[0-9a-f]{16}")


def fingerprint(labels: Mapping[str, str]) -> str:
    """16 hex digits over the label set, whatever its order."""
    digest = blake2b(digest_size=8)
    for name in sorted(labels):
        digest.update(f"{name}\xff{labels[name]}\xff".encode())
    return digest.hexdigest()


def with_annotations(labels: dict[str, str], annotations: Mapping[str, str]) -> dict[str, str]:
    """The labels, and the annotations that have no place of their own, as far as there is room: a long value is cut.

    No alert is refused because of what is written beside it.
    """
    beside = {
        PREFIX + name: value[:LABEL_VALUE]
        for name, value in annotations.items()
        if value and name not in HELD_ELSEWHERE and len(name) <= LABEL_KEY - len(PREFIX)
    }
    room = max(0, LABELS - len(labels))
    return {**labels, **dict(list(beside.items())[:room])} if beside else labels


def apart(labels: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The labels proper, and the annotations kept among them."""
    own = {name: value for name, value in labels.items() if not name.startswith(PREFIX)}
    annotations = {name.removeprefix(PREFIX): value for name, value in labels.items() if name.startswith(PREFIX)}
    return own, annotations


def shown_fingerprint(known: str, integration: str) -> str:
    """An alert's own where it came with one of Alertmanager's form, else one of its alias and its sender."""
    if _FINGERPRINT.fullmatch(known):
        return known
    return fingerprint({"integration": integration, "alias": known})
