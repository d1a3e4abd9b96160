"""A plan as text for people and as JSON for programs, and a document as YAML."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import yaml

from tocsin.main.apply.document import SCHEMA_VERSION, SECTIONS, Document
from tocsin.main.apply.plan import Change, Plain, Verb, fields_of

_SIGNS = {Verb.ADD: "+", Verb.CHANGE: "~", Verb.REMOVE: "-"}
_SHOWN = 100
_WARNINGS = {
    ("people", Verb.REMOVE): "can no longer sign in, nor be paged",
    ("keys", Verb.CHANGE): "its secret stops working; a new one is shown once",
    ("keys", Verb.REMOVE): "its secret stops working",
}

NOTHING = "Nothing to do: everything is as the file says.\n"


def as_text(changes: Sequence[Change]) -> str:
    """Render a plan, one entry a line, with the fields that change below it and a total at the end."""
    if not changes:
        return NOTHING
    return f"{entries(changes)}Plan: {total(changes)}.\n"


def outcome(changes: Sequence[Change], secrets: Mapping[str, str]) -> str:
    """Render what was done, and the secrets of new keys, which nobody can read again."""
    if not changes:
        return NOTHING
    lines = [f"Done: {total(changes)}.\n"]
    if secrets:
        lines.append("\nNew keys. Their secrets are shown this once:\n")
        widest = max(len(name) for name in secrets)
        lines += [f"  {name:<{widest}}  {secret}\n" for name, secret in secrets.items()]
    return entries(changes) + "".join(lines)


def total(changes: Sequence[Change]) -> str:
    """Count the changes by their verbs."""
    counts = Counter(change.verb for change in changes)
    return ", ".join(f"{counts[verb]} to {verb}" for verb in Verb)


def entries(changes: Sequence[Change]) -> str:
    """Render each entry on a line, with the fields that change below it."""
    lines: list[str] = []
    for change in changes:
        lines.append(f"{_SIGNS[change.verb]} {change.kind}/{change.key}")
        if change.verb is Verb.CHANGE:
            lines += [
                f"    {name}: {_short(before)} -> {_short(after)}"
                for name, (before, after) in change.changed_fields().items()
            ]
        if warning := _WARNINGS.get((change.kind, change.verb)):
            lines.append(f"    {warning}")
    return "".join(f"{line}\n" for line in lines)


def _short(value: Plain) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


NO_SECRETS: Mapping[str, str] = MappingProxyType({})


def as_json(changes: Sequence[Change], secrets: Mapping[str, str] = NO_SECRETS) -> str:
    """Render as {changes: [{kind, key, verb, before, after}], secrets: {name of a new key: its secret}}."""
    listed = [
        {
            "kind": change.kind,
            "key": change.key,
            "verb": change.verb,
            "before": fields_of(change.before) if change.before is not None else None,
            "after": fields_of(change.after) if change.after is not None else None,
        }
        for change in changes
    ]
    return json.dumps({"changes": listed, "secrets": dict(secrets)}, ensure_ascii=False, indent=2)


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
