"""Links between the documents lead somewhere: the file exists, and so does the heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dev.findings import ROOT, Finding, SourceFile

LINK = re.compile(r"\[[^\]\n]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6}\s+(?P<words>.+?)\s*#*$", re.M)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)


def links_lead_somewhere(file: SourceFile, root: Path = ROOT) -> Iterator[Finding]:
    """Relative links of Markdown files; what begins with a scheme is left to the reader's browser."""
    if not file.path.endswith(".md"):
        return
    for number, line in enumerate(FENCE.sub(_blank, file.text).splitlines(), 1):
        for link in LINK.finditer(line):
            problem = _problem(file, link["target"], root)
            if problem:
                yield file.finding(number, "dead-link", f"{link['target']}: {problem}")


def _blank(fence: re.Match[str]) -> str:
    return "\n" * fence[0].count("\n")


def _problem(file: SourceFile, target: str, root: Path) -> str:
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        return ""
    name, _, anchor = target.partition("#")
    path = (root / file.path).parent / name if name else root / file.path
    if not path.exists():
        return "there is no such file."
    if anchor and path.suffix == ".md" and anchor not in anchors(path.read_text(encoding="utf-8")):
        return "there is no such heading."
    return ""


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    found: set[str] = set()
    for heading in HEADING.finditer(FENCE.sub(_blank, text)):
        anchor = re.sub(r"[^\w\- ]", "", heading["words"].lower()).replace(" ", "-")
        found.add(anchor if anchor not in found else f"{anchor}-1")
    return found
