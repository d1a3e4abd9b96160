"""A plan as text for people and as JSON for programs, and a document as YAML."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import yaml

from tocsin.main.apply.document import SCHEMA_VERSION, SECTIONS, Document
from tocsin.main.apply.plan import Change, Plain, Verb, fields_of

_SIGNS = {Verb.ADD: "+", Verb.CHANGE: "~", Verb.REMOVE: "-"}
_SHOWN = 100


def as_text(changes: Sequence[Change]) -> str:
    """Render a plan, one entry a line, with the fields that change below it and a total at the end."""
    if not changes:
        return "Nothing to do: everything is as the file says.\n"
    lines: list[str] = []
    for change in changes:
        lines.append(f"{_SIGNS[change.verb]} {change.kind}/{change.key}")
        if change.verb is Verb.CHANGE:
            lines += [
                f"    {name}: {_short(before)} -> {_short(after)}"
                for name, (before, after) in change.changed_fields().items()
            ]
    counts = Counter(change.verb for change in changes)
    total = ", ".join(f"{counts[verb]} to {verb}" for verb in Verb)
    return "\n".join([*lines, f"Plan: {total}."]) + "\n"


def _short(value: Plain) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def as_json(changes: Sequence[Change]) -> str:
    """Render a plan as a JSON array of {kind, key, verb, before, after}."""
    return json.dumps(
        [
            {
                "kind": change.kind,
                "key": change.key,
                "verb": change.verb,
                "before": fields_of(change.before) if change.before is not None else None,
                "after": fields_of(change.after) if change.after is not None else None,
            }
            for change in changes
        ],
        ensure_ascii=False,
        indent=2,
    )


class _Writer(yaml.SafeDumper):
    """Indents lists under their key, as the documentation's examples do, and never writes anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists too."""
        del indentless
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:
        """Write equal values out each time."""
        del data
        return True


def dump(document: Document) -> str:
    """Write a document as a company file; reading it back gives an equal document. Secrets are not part of it."""
    top: dict[str, Plain] = {"tocsin": SCHEMA_VERSION}
    for name in SECTIONS:
        section = document.section(name)
        if section is None:
            continue
        entries: list[Plain] = [fields_of(one) for one in section.values()]
        top[name] = entries[0] if name == "organisation" else entries
    return yaml.dump(top, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=118)
