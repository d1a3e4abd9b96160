"""The sentence of a page, in the reader's language and zone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.paging.world import CAUSE, World
from tocsin.accounts import actions as accounts
from tocsin.accounts.rules import SYSTEM
from tocsin.paging.messages import Words, render
from tocsin.paging.rules import Sentence, SentenceKind
from tocsin.ui import __file__ as ui_file

WARSAW = "Europe/Warsaw"
COMPILED = Path(ui_file).parent / "locale/pl/LC_MESSAGES/django.mo"


def english(kind: str, **params: Any) -> Words:
    return render(Sentence(kind=kind, params=params), language="en", zone=WARSAW)


def test_page_says_what_failed_what_it_touches_and_since_when() -> None:
    words = render(CAUSE, language="en", zone=WARSAW)
    assert words.title == "INC-12 · core-sw-waw-02: uplink lost"
    assert words.text == (
        "core-sw-waw-02: uplink lost; it touches 213 services (billing, login, sms-gw and 210 more), "
        "since 24 November, 03:12 CET."
    )


def test_times_are_the_readers() -> None:
    assert "since 24 November, 02:12 UTC" in render(CAUSE, language="en", zone="UTC").text


def test_page_is_polish_for_a_polish_reader() -> None:
    assert COMPILED.is_file(), "run `python hatch_build.py`: the messages are not compiled"
    words = render(CAUSE, language="pl", zone=WARSAW)
    assert words.text.startswith("core-sw-waw-02: uplink lost; dotyka 213 usług (billing, login, sms-gw i jeszcze 210)")
    assert words.text.endswith(", od 24 listopada, 03:12 CET.")


@pytest.mark.parametrize(("number", "said"), [(1, "dotyka 1 usługi"), (3, "dotyka 3 usług"), (25, "dotyka 25 usług")])
def test_polish_counts_as_poles_do(number: int, said: str) -> None:
    sentence = Sentence(kind=SentenceKind.CAUSE, params={"service": "db", "what": "zajęta", "touched": number})
    assert said in render(sentence, language="pl", zone=WARSAW).text


def test_every_kind_has_polish_words() -> None:
    params = CAUSE.params | {"title": "T", "by": "B", "team": "N", "before": "X", "text": "Z"}
    for kind in SentenceKind:
        sentence = Sentence(kind=kind, params=params)
        one, other = (render(sentence, language=language, zone=WARSAW) for language in ("en", "pl"))
        assert one.text != other.text, kind


def test_nothing_touched_so_far_is_said() -> None:
    assert english("cause", service="db-7", what="disk full").text == (
        "db-7: disk full; nothing else is touched so far."
    )


def test_few_touched_services_are_all_named() -> None:
    words = english("cause", service="db-7", what="disk full", touched=2, touches=["billing", "login"])
    assert "it touches 2 services (billing, login)." in words.text


def test_moved_cause_names_the_one_blamed_before() -> None:
    words = english("cause_moved", service="db-7", what="disk full", before="sw-1")
    assert words.text.endswith("The cause was thought to be sw-1 until now.")


_TEXTS = st.text(max_size=20)


@given(
    st.sampled_from([*SentenceKind, "nonsense"]),
    st.dictionaries(
        st.sampled_from(["service", "what", "touched", "touches", "since", "key", "title", "by", "team", "before"]),
        st.none() | _TEXTS | st.integers() | st.lists(_TEXTS | st.none(), max_size=5) | st.booleans() | st.floats(),
    ),
    st.sampled_from(["en", "pl"]),
)
def test_no_params_keep_a_page_from_being_written(kind: str, params: dict[str, Any], language: str) -> None:
    words = render(Sentence(kind=kind, params=params), language=language, zone=WARSAW)
    assert words.title
    assert words.text


def test_each_reader_gets_their_own_language(world: World, on_call: str) -> None:
    details = accounts.PersonDetails(login=on_call, name="Anna", language="pl", zone=WARSAW)
    accounts.save_person(details, actor=SYSTEM)
    world.open()
    world.tick()
    assert "dotyka 213 usług" in world.lines()[0]["text"]
    assert (world.lines()[0]["language"], world.lines()[0]["label"]) == ("pl", "Potwierdzam")


def test_installations_language_is_for_those_who_chose_none(world: World) -> None:
    accounts.save_organisation(name="Sample", language="pl", zone=WARSAW, actor=SYSTEM)
    world.open()
    world.tick()
    assert "03:12 CET" in world.lines()[0]["text"]
    assert world.lines()[0]["language"] == "pl"
