"""`python -m dev.house`: every house rule over every file; one line a finding, and exit code 1 when there is one.

Where a rule does not hold, the line says so: `# allow: long-function - one table, read from top to bottom`. For a whole
file that is its first line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from dev.findings import Finding, SourceFile, tracked_files
from dev.links import links_lead_somewhere
from dev.migrations import MIGRATION_RULES
from dev.refusals import refusals_are_sentences
from dev.sources import SOURCE_RULES
from dev.texts import TEXT_RULES


def findings(files: Iterable[SourceFile]) -> list[Finding]:
    """All findings, in the order of files and lines."""
    rules = (*SOURCE_RULES, *MIGRATION_RULES, *TEXT_RULES, links_lead_somewhere, refusals_are_sentences)
    return sorted(found for file in files for rule in rules for found in rule(file) if not file.allows(found))


def main() -> int:
    """Print what was found."""
    found = findings(tracked_files())
    for each in found:
        print(each)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
