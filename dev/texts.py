"""House rules for any text file: suppressions carry reasons, and nothing names the machine it was written on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dev.findings import Finding, SourceFile

SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma)\b(?P<rest>.*)")
"""In Python; the rest is its codes and, after them, the reason."""

CODES_AND_REASON = re.compile(
    r"^(?::\s*(?P<noqa>[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)|\[(?P<mypy>[\w, -]+)\]|:\s*(?P<word>no cover))(?P<reason>.*)$"
)
REASON = re.compile(r"^\s*(?:#|-|—|:)?\s*(?P<words>\S.*)$")

MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/\w|/opt/py" + r"pi|/tmp/pl" + r"an\b")
REGISTRY_HOSTS = re.compile(
    "|".join(re.escape(host) for host in ("py" + "pi.org", "files.python" + "hosted.org", "registry.npm" + "js.org"))
)
BINARY_LIKE = (".svg", ".lock", ".jsonl")


def suppressions_carry_reasons(file: SourceFile) -> Iterator[Finding]:
    """`# noqa: S308 - escaped above`: which rule, and why not here. Lines in a row may share the first one's reason."""
    if not file.path.endswith(".py") or file.path.startswith(("dev/texts.py", "tests/dev/")):
        return
    explained: dict[str, int] = {}
    for number, line in enumerate(file.lines, 1):
        found = SUPPRESSION.search(line)
        if found is None:
            continue
        parsed = CODES_AND_REASON.match(found["rest"].strip())
        if parsed is None:
            yield file.finding(number, "bare-suppression", "Name the rule that is suppressed, and say why.")
            continue
        codes = parsed["noqa"] or parsed["mypy"] or parsed["word"]
        if REASON.match(parsed["reason"]) or explained.get(codes, -9) >= number - 2:
            explained[codes] = number
        else:
            yield file.finding(number, "suppression-without-reason", f"Say why {codes} does not hold here.")


def no_machine_paths(file: SourceFile) -> Iterator[Finding]:
    """A path of one machine, or a registry's address, breaks on the next machine."""
    if file.path.startswith(("dev/texts.py", "tests/dev/")) or file.path.endswith(BINARY_LIKE):
        return
    for number, line in enumerate(file.lines, 1):
        if MACHINE_PATHS.search(line):
            yield file.finding(number, "machine-path", "This path exists on one machine only.")
        if REGISTRY_HOSTS.search(line):
            yield file.finding(
                number, "registry-host", "Name packages and versions; which registry is the reader's choice."
            )


TEXT_RULES: tuple[Callable[[SourceFile], Iterator[Finding]], ...] = (suppressions_carry_reasons, no_machine_paths)
