"""House rules for migrations: `tocsin migrate --phase pre` runs them under the previous release's code, and on tables
that have grown for years."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dev.findings import Finding, SourceFile

LARGE: dict[str, set[str]] = {
    "alerts": {"alert", "event"},
    "channels": {"delivery"},
    "core": {"job"},
    "journal": {"fact"},
    "paging": {"page", "notification", "policy"},
}
"""Room -> its models whose tables may be large."""

_ROOM = re.compile(r"^tocsin/(\w+)/migrations/\w+\.py$")
_PLAIN_INDEX = re.compile(r"CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)(?:\w+\s+)?ON\s+(?:ONLY\s+)?(\w+)", re.I)


def columns_have_defaults(file: SourceFile) -> Iterator[Finding]:
    """The previous release inserts without naming a column that it does not know."""
    if _ROOM.match(file.path) is None:
        return
    for call in _operations(file.tree, "AddField"):
        field = _argument(call, "field")
        given = {each.arg: each.value for each in field.keywords} if isinstance(field, ast.Call) else {}
        null = given.get("null")
        nullable = isinstance(null, ast.Constant) and null.value is True
        if not (nullable or "db_default" in given or _name(field) == "ManyToManyField"):
            message = "A NOT NULL column needs `db_default`: the previous release inserts without it."
            yield file.finding(call.lineno, "column-without-default", message)


def indexes_are_built_online(file: SourceFile) -> Iterator[Finding]:
    """A plain CREATE INDEX lets nobody write for as long as it takes."""
    matched = _ROOM.match(file.path)
    if matched is None:
        return
    room = matched.group(1)
    message = "The table may be large: tocsin.core.indexes.AddIndexOnline, in a migration with `atomic = False`."
    large = LARGE.get(room, set()) - {_text(call, "name") for call in _operations(file.tree, "CreateModel")}
    for call in _operations(file.tree, "AddIndex"):
        if _text(call, "model_name") in large:
            yield file.finding(call.lineno, "locking-index", message)
    for line, sql in _texts(file.tree):
        for table in _PLAIN_INDEX.findall(sql):
            made = re.search(rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{table}\b", sql, re.I)
            if table in {f"{room}_{model}" for model in large} and made is None:
                yield file.finding(line, "locking-index", message)


MIGRATION_RULES = (columns_have_defaults, indexes_are_built_online)


def _operations(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node) == name)


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text with its line: SQL is among them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _name(node: ast.expr | None) -> str:
    """What is called, without where it comes from."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


_ORDER = {"AddField": ("model_name", "name", "field"), "AddIndex": ("model_name", "index"), "CreateModel": ("name",)}


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    """An argument of an operation, given by name or by its place."""
    named = next((each.value for each in call.keywords if each.arg == name), None)
    place = _ORDER[_name(call)].index(name)
    return named or (call.args[place] if place < len(call.args) else None)


def _text(call: ast.Call, name: str) -> str:
    value = _argument(call, name)
    return str(value.value).lower() if isinstance(value, ast.Constant) else ""
