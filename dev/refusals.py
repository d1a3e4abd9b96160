"""House rule: the sentence of a refusal stands in the code as it is, so that it can be said in any language."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dev.findings import Finding, SourceFile

REFUSALS = ("TocsinError", "InvalidInput", "NotFound", "Forbidden", "Conflict", "Unavailable", "HttpError")
"""What people may be shown. What keeps a node from starting (ConfigError, PostgresError) is told in English."""

TO_SENDERS = "tocsin/alerts/sources/"
"""What refuses a request of a machine is told in English: its sender logs it, nobody reads it on a screen."""


def refusals_are_sentences(file: SourceFile) -> Iterator[Finding]:
    """`NotFound("There is no team “{key}”.", key=key)`, never an f-string or words made elsewhere."""
    if not file.is_product or file.path.startswith(TO_SENDERS):
        return
    imports = [node for node in ast.walk(file.tree) if isinstance(node, ast.ImportFrom)]
    foreign = {each.name for node in imports if not str(node.module).startswith("tocsin.core") for each in node.names}
    names = set(REFUSALS) - foreign
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in names:
            continue
        sentence = node.args[0] if node.args else None
        if not isinstance(sentence, ast.Constant):
            message = "Write the sentence out, with {name} for what differs, and give name=… beside it."
            yield file.finding(node.lineno, "refusals", message)
