"""House rules for models: each field is classed, and foreign keys point down or inside."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dev.findings import ROOT, Finding

CLASSES = ("none", "personal", "content", "secret")
"""What a field may hold: nothing of anybody; something of a person; what people write; what must never be shown."""


def floors(root: Path = ROOT) -> dict[str, int]:
    """The height of each room, from the same list that import-linter enforces; the ground is 0."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    lines = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    heights: dict[str, int] = {}
    for height, line in enumerate(reversed(lines)):
        heights |= {room.strip(" ()"): height for room in line.split("|")}
    return heights


def fields_are_classed(model: Any) -> Iterator[Finding]:
    """`FIELD_CLASSES` names each of the model's own fields exactly once, so that erasure and export miss none."""
    classed: Mapping[str, str] = getattr(model, "FIELD_CLASSES", {})
    meta = model._meta
    inherited = {field.name for parent in meta.parents for field in parent._meta.get_fields()}
    named = Counter(name for names in classed.values() for name in names.split())
    wanted = {field.name for field in (*meta.local_fields, *meta.local_many_to_many)} - inherited
    for kind in classed.keys() - set(CLASSES):
        yield _finding(model, "field-class", f"'{kind}' is none of {', '.join(CLASSES)}.")
    for name in sorted(wanted - named.keys()):
        yield _finding(model, "field-class", f"class the field '{name}' in FIELD_CLASSES: {', '.join(CLASSES)}.")
    for name in sorted(named.keys() - wanted):
        yield _finding(model, "field-class", f"FIELD_CLASSES names '{name}', which is no field.")
    for name in sorted(name for name, times in named.items() if times > 1):
        yield _finding(model, "field-class", f"FIELD_CLASSES names '{name}' twice.")


def keys_point_down(model: Any, heights: Mapping[str, int]) -> Iterator[Finding]:
    """A link upward or sideways is a Ref(kind, id) row, so that a lower room never depends on an upper one."""
    here = model._meta.app_label
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        target = getattr(field.remote_field, "model", None)
        if target is None or isinstance(target, str):
            continue
        there = target._meta.app_label
        if there == here or (there in heights and here in heights and heights[there] < heights[here]):
            continue
        yield _finding(model, "key-upward", f"'{field.name}' points at {there}.{target.__name__}: use a Ref.")


def findings(models: Iterable[Any], heights: Mapping[str, int]) -> list[Finding]:
    """All findings over the given models."""
    return sorted(found for model in models for found in (*fields_are_classed(model), *keys_point_down(model, heights)))


def _finding(model: Any, rule: str, message: str) -> Finding:
    return Finding(path=model.__module__, line=0, rule=rule, message=f"{model.__name__}: {message}")
