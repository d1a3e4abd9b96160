"""Every word has its Polish."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import ngettext

from dev import messages
from tocsin.core.errors import InvalidInput, NotFound
from tocsin.ui.acts import said

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def test_every_message_is_translated_to_polish() -> None:
    assert messages.missing("pl") == [], "run python -m dev.messages and fill in the empty lines"


def test_translations_keep_their_placeholders() -> None:
    for message in messages.load("pl"):
        if not message.id:
            continue
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = [set(PLACEHOLDER.findall(source)) for source in sources]  # "once more" needs no number
        forms = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        for form in forms:
            assert set(PLACEHOLDER.findall(form)) in wanted, message.id


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


def test_refusal_is_said_in_the_language_of_the_reader() -> None:
    reason = NotFound("There is no team “{key}”.", key="noc")
    refused = InvalidInput("Person “{login}”: {reason}", login="anna", reason=reason)
    assert refused.message == "Person “anna”: There is no team “noc”."
    with translation.override("pl"):
        assert said(refused) == "Osoba „anna”: Nie ma zespołu „noc”."
    assert str(refused) == refused.message, "logs stay English"


def test_braces_of_a_user_are_not_filled_in() -> None:
    assert InvalidInput("“{text}” is no time", text="{login}").message == "“{login}” is no time"
    assert InvalidInput("as it came: {x}").message == "as it came: {x}"


def test_collector_finds_the_sentences_of_refusals() -> None:
    found = {message.id for message in messages.collect() if message.id}
    assert "There is no team “{key}”." in found
    assert "This key belongs to another team." in found, "the reason of a verdict"
    assert "There is no such rotation." in found, "what a caller gives"
