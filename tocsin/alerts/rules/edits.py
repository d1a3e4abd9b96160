"""What people change of what a sender says. The sender goes on repeating its own words, and the changes stay.

Edits are kept as plain JSON beside the alert: `{"title", "description", "severity", "labels": {name: value or null},
"tags": {"added": [...], "removed": [...]}}`; a null takes a label away. Tags are the label `tags`, comma separated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

TAGS = "tags"

Edits = Mapping[str, Any]

_NO_TAGS: Mapping[str, list[str]] = {"added": [], "removed": []}


def tags_of(labels: Mapping[str, str]) -> list[str]:
    """The tags among an alert's labels, in their order."""
    return [tag for tag in labels.get(TAGS, "").split(",") if tag]


def edited(labels: Mapping[str, str], edits: Edits) -> dict[str, str]:
    """A sender's labels as people left them."""
    changed: Mapping[str, str | None] = edits.get("labels", {})
    kept = {name: value for name, value in labels.items() if name not in changed}
    kept |= {name: value for name, value in changed.items() if value is not None}
    ruled: Mapping[str, list[str]] = edits.get(TAGS, _NO_TAGS)
    tags = [tag for tag in tags_of(kept) if tag not in ruled["removed"]]
    tags += [tag for tag in ruled["added"] if tag not in tags]
    kept.pop(TAGS, None)
    return kept | ({TAGS: ",".join(tags)} if tags else {})


def relabelled(edits: Edits, changes: Mapping[str, str | None]) -> dict[str, Any]:
    """The edits with labels set, and taken away where the value is None."""
    return {**edits, "labels": {**edits.get("labels", {}), **changes}}


def tagged(edits: Edits, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> dict[str, Any]:
    """The edits with tags added and taken away."""
    ruled: Mapping[str, list[str]] = edits.get(TAGS, _NO_TAGS)
    added, removed = dict.fromkeys(add), dict.fromkeys(remove)
    now = {
        "added": [tag for tag in dict.fromkeys([*ruled["added"], *added]) if tag not in removed],
        "removed": [tag for tag in dict.fromkeys([*ruled["removed"], *removed]) if tag not in added],
    }
    return {**edits, TAGS: now}
