"""The company files that the documentation shows can be applied as they stand, right after `tocsin init`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.console import Console

from tocsin.main.progress import Lines

DOCS = Path(__file__).parents[3] / "docs"
FILES = [
    (page.name, text)
    for page in sorted(DOCS.rglob("*.md"))
    for text in re.findall(r"^```yaml\n(tocsin: 1\n.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
]


def test_some_are_shown() -> None:
    assert {"apply.md", "first-alert.md"} <= {name for name, _ in FILES}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "text"), FILES, ids=[name for name, _ in FILES])
def test_documented_file_applies_once_and_leaves_an_administrator(name: str, text: str) -> None:
    from tocsin.accounts.actions import PersonDetails, save_person
    from tocsin.accounts.queries import people
    from tocsin.accounts.rules import SYSTEM, Role
    from tocsin.main.apply.execute import apply

    save_person(PersonDetails(login="admin", name="Administrator", role=Role.ADMIN), actor=SYSTEM)
    assert apply(text, file=name, actor=SYSTEM, progress=Lines(Console(quiet=True), "", 0)).changes
    assert apply(text, file=name, actor=SYSTEM, progress=Lines(Console(quiet=True), "", 0)).changes == ()
    assert any(person.role == Role.ADMIN for person in people(SYSTEM))
