"""Every word has its Polish."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import ngettext

from dev import messages

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def test_every_message_is_translated_to_polish() -> None:
    assert messages.missing("pl") == [], "run python -m dev.messages and fill in the empty lines"


def test_translations_keep_their_placeholders() -> None:
    for message in messages.load("pl"):
        if not message.id:
            continue
        wanted = set(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[1]))
        forms = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        for form in forms:
            assert set(PLACEHOLDER.findall(form)) == wanted, message.id


def test_polish_has_its_plural_forms() -> None:
    def words(count: int) -> str:
        return ngettext("and %(n)s more service further down", "and %(n)s more services further down", count)

    with translation.override("pl"):
        forms = [words(count) % {"n": count} for count in (1, 2, 5, 12, 22)]
    assert forms == [
        "i jeszcze 1 usługa dalej",
        "i jeszcze 2 usługi dalej",
        "i jeszcze 5 usług dalej",
        "i jeszcze 12 usług dalej",
        "i jeszcze 22 usługi dalej",
    ]


def test_collector_finds_words_of_templates_and_code() -> None:
    found = {message.id for message in messages.collect() if message.id}
    assert "Skip to content" in found
    assert "Acknowledged" in found


def test_untranslated_message_is_named_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tocsin").mkdir()
    (tmp_path / "tocsin/new.py").write_text('from django.utils.translation import gettext\nx = gettext("Brand new")\n')
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "PACKAGE", tmp_path / "tocsin")
    assert messages.missing("pl") == ["tocsin/new.py: 'Brand new'"]
