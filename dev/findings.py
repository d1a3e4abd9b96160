"""What a rule finds, and the files it looks at."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One breach: where, which rule, and what to do."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file by its path below the project and its text."""

    path: str
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def tree(self) -> ast.Module:
        """The parsed module; the same object each time, so that nodes can be compared."""
        return _parsed(self.path, self.text)

    @property
    def is_product(self) -> bool:
        """Whether the file is Python of the product, migrations apart: Django writes those."""
        return self.path.startswith("tocsin/") and self.path.endswith(".py") and "/migrations/" not in self.path

    def allows(self, finding: Finding) -> bool:
        """Whether the finding's line says `# allow: RULE - why`."""
        line = self.lines[finding.line - 1] if 0 < finding.line <= len(self.lines) else ""
        return re.search(rf"#\s*allow:\s*{re.escape(finding.rule)}\s+-\s+\S", line) is not None

    def finding(self, line: int, rule: str, message: str) -> Finding:
        """A finding in this file."""
        return Finding(path=self.path, line=line, rule=rule, message=message)


@lru_cache(maxsize=8)
def _parsed(path: str, text: str) -> ast.Module:
    return ast.parse(text, path)


def tracked_files(root: Path = ROOT) -> Iterator[SourceFile]:
    """Every text file that is, or is about to be, under version control."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for name in sorted(set(filter(None, listed.split("\0")))):
        try:
            yield SourceFile(name, (root / name).read_text(encoding="utf-8"))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # a picture, or a file that was deleted and not yet committed so
