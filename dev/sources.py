"""House rules for Python: each takes one file and yields findings."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from dev.findings import Finding, SourceFile

LONGEST_FILE = 400
LONGEST_FUNCTION = 30
CLOCK_ATTRIBUTES = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("time", "time"),
}
SQL_CLOCK = re.compile(
    r"(?<!tocsin_)\bnow\(\)|\b(current_timestamp|current_date|localtimestamp)\b|\bclock_timestamp\(", re.I
)
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "managers", "manager", "common", "misc", "services"}
UNFINISHED = re.compile(r"#.*\b(TO" + r"DO|FIX" + r"ME|X{3})\b")
LONGEST_SLEEP_S = 0.1
CHECKING = re.compile(r"^(raises|fail|until)$|^wait_|expect|assert")
SIGNAL_MODULES = {"dispatch", "signals"}


def bare_clock(file: SourceFile) -> Iterator[Finding]:
    """Time is the database's, so that all nodes agree and tests can travel."""
    message = "Take `now` as a parameter, or use tocsin.core.clock.now() / tocsin_now() in SQL."
    if not file.is_product or file.path == "tocsin/core/clock.py":
        return
    docs = _docstrings(file.tree)
    for node in ast.walk(file.tree):
        called = isinstance(node, ast.Call) and _dotted(node.func) in CLOCK_ATTRIBUTES
        in_sql = isinstance(node, ast.Constant) and node not in docs and SQL_CLOCK.search(str(node.value))
        if isinstance(node, ast.expr) and (called or in_sql):
            yield file.finding(node.lineno, "bare-clock", message)


def no_signals(file: SourceFile) -> Iterator[Finding]:
    """What happens after a write is listed on one page, main/wiring.py."""
    message = "No Django signals: record a fact, and name the reaction in main/wiring.py."
    if not file.is_product:
        return
    for node in ast.walk(file.tree):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if any(module.startswith("django.") and SIGNAL_MODULES & set(module.split(".")) for module in modules):
            yield file.finding(getattr(node, "lineno", 1), "no-signals", message)


def no_save_overrides(file: SourceFile) -> Iterator[Finding]:
    """Models hold; actions do."""
    if not file.is_product or not _is_module(file.path, "models"):
        return
    for cls in (node for node in ast.walk(file.tree) if isinstance(node, ast.ClassDef)):
        for method in (node for node in cls.body if isinstance(node, ast.FunctionDef)):
            if method.name in {"save", "delete", "full_clean"}:
                yield file.finding(
                    method.lineno, "no-save-override", f"{cls.name}.{method.name}: write an action instead."
                )


def short_functions(file: SourceFile) -> Iterator[Finding]:
    """A function fits on a screen; its docstring is not counted."""
    if not file.is_product:
        return
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        length = (node.end_lineno or node.lineno) - body[0].lineno + 1 if body else 0
        if length > LONGEST_FUNCTION:
            message = f"{node.name} has {length} lines, at most {LONGEST_FUNCTION}: look for the missing noun."
            yield file.finding(node.lineno, "long-function", message)


def short_files(file: SourceFile) -> Iterator[Finding]:
    """A file is read in a sitting."""
    if not file.path.endswith(".py") or "/migrations/" in file.path:
        return
    length = len(file.lines)
    if length > LONGEST_FILE:
        yield file.finding(1, "long-file", f"{length} lines, at most {LONGEST_FILE}: make a package of it.")


def telling_names(file: SourceFile) -> Iterator[Finding]:
    """A module is named after what lives there."""
    if not file.is_product:
        return
    for part in file.path.removesuffix(".py").split("/")[1:]:
        if part in EMPTY_NAMES:
            yield file.finding(1, "empty-name", f"'{part}' says nothing: name the thing that lives there.")


def door_plates(file: SourceFile) -> Iterator[Finding]:
    """A module says what it is for."""
    if file.path.endswith("/apps.py"):  # Django's own registration, the same in every room
        return
    if file.is_product and file.text.strip() and ast.get_docstring(file.tree) is None:
        yield file.finding(1, "no-docstring", "Say in a sentence what lives in this module.")


def nothing_unfinished(file: SourceFile) -> Iterator[Finding]:
    """Unfinished work is an issue, not a comment."""
    if not file.path.endswith((".py", ".ts", ".css", ".html")):
        return
    for number, line in enumerate(file.lines, 1):
        if UNFINISHED.search(line):
            yield file.finding(number, "unfinished", "Finish it, or file an issue; no reminders in the code.")


def tests_do_not_sleep(file: SourceFile) -> Iterator[Finding]:
    """A fixed sleep is too long on a quick machine and too short on a slow one."""
    if not file.path.startswith("tests/") or not file.path.endswith(".py"):
        return
    for node in ast.walk(file.tree):
        if not (isinstance(node, ast.Call) and _dotted(node.func)[-1:] == ("sleep",) and node.args):
            continue
        length = node.args[0]
        if (
            isinstance(length, ast.Constant)
            and isinstance(length.value, int | float)
            and length.value > LONGEST_SLEEP_S
        ):
            yield file.finding(node.lineno, "sleeping-test", "Wait for the condition (poll briefly), not for a time.")


def tests_check_something(file: SourceFile) -> Iterator[Finding]:
    """A test that only runs code passes whatever comes out of it."""
    if not file.path.startswith("tests/") or "/test_" not in file.path or not file.path.endswith(".py"):
        return
    functions = {
        node.name: node for node in ast.walk(file.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for name, node in functions.items():
        if name.startswith("test_") and not _checks(node, functions, {name}):
            yield file.finding(node.lineno, "test-without-check", f"{name}: assert what should come out of it.")


def _checks(node: ast.AST, functions: Mapping[str, ast.AST], seen: set[str]) -> bool:
    """Whether it asserts, expects a refusal, waits for something, or calls what does so in the same file."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assert):
            return True
        if not isinstance(each, ast.Call):
            continue
        called = each.func.attr if isinstance(each.func, ast.Attribute) else getattr(each.func, "id", "")
        if CHECKING.search(called):
            return True
        if called in functions and called not in seen and _checks(functions[called], functions, seen | {called}):
            return True
    return False


SOURCE_RULES: tuple[Callable[[SourceFile], Iterator[Finding]], ...] = (
    bare_clock,
    no_signals,
    no_save_overrides,
    short_functions,
    short_files,
    telling_names,
    door_plates,
    nothing_unfinished,
    tests_do_not_sleep,
    tests_check_something,
)


def _dotted(function: ast.expr) -> tuple[str, str] | tuple[()]:
    """The last two names of `a.b.c(...)`."""
    if isinstance(function, ast.Attribute):
        owner = function.value
        if isinstance(owner, ast.Name):
            return owner.id, function.attr
        if isinstance(owner, ast.Attribute):
            return owner.attr, function.attr
    return ()


def _docstrings(tree: ast.Module) -> set[ast.AST]:
    """Strings that stand as statements: docstrings and attribute docs."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _is_module(path: str, name: str) -> bool:
    return path.endswith(f"/{name}.py") or f"/{name}/" in path
