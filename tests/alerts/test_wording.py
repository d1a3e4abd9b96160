"""Every fact and every reason of this room has words, in each language."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from django.utils import timezone, translation

from tocsin.alerts import facts, wording
from tocsin.alerts.queries import LedgerLine
from tocsin.alerts.rules import AlertState, AsideReason, CauseState, GroupState, Operator
from tocsin.core.refs import Ref
from tocsin.correlation import EvidenceKind
from tocsin.journal.facts import Stored

KINDS = [each for _, each in inspect.getmembers(facts, inspect.isclass) if hasattr(each, "kind")]
PARAMS = {
    "class": "network", "rule": "UplinkDown", "services": 3, "example": "sms-gw", "after_s": 2.5, "before_s": 13.0,
    "change": "deploy", "text": "CHG-881", "later_percent": 87, "quiet": 1, "callers": 6, "via": "host-02", "hops": 2,
}  # fmt: skip
MOMENT = "2026-03-04T03:10:00+00:00"
SAMPLES: dict[Any, Any] = {
    str: "db", int: 3, float: 0.9, bool: True, list[str]: ["a", "b"], dict[str, Any]: {}, datetime: MOMENT,
    datetime | None: MOMENT, list[dict[str, str]]: [{"label": "name", "op": "=~", "value": "disk.*"}],
}  # fmt: skip


@pytest.fixture(params=["en", "pl"])
def language(request: pytest.FixtureRequest) -> str:
    """Both languages of the product."""
    return str(request.param)


def _fact(kind: type) -> Stored:
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in ("kind", "schema_version")}
    data = {name: SAMPLES[hint] for name, hint in hints.items()}
    return Stored(
        id=1,
        uuid=UUID(int=1),
        kind=kind.kind,  # type: ignore[attr-defined]  # each fact has one
        schema_version=1,
        at=datetime(2026, 3, 4, tzinfo=UTC),
        actor_kind="engine",
        actor_id="",
        actor_label="Tocsin",
        subject=Ref("alerts.group", UUID(int=2)),
        reason="",
        data=data | ({"why": "expired"} if kind is facts.AlertsClosed else {}),
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_fact_is_a_sentence(kind: type, language: str) -> None:
    fact = _fact(kind)
    with translation.override(language):
        said = wording.FACTS[fact.kind](fact)
    assert said.endswith(".")
    assert "%(" not in said


def test_a_fact_with_an_end_at_the_edge_of_the_calendar_is_told() -> None:
    fact = _fact(facts.SilenceSaved)
    with timezone.override("Europe/Warsaw"):
        said = wording.FACTS[fact.kind](replace(fact, data=fact.data | {"ends_at": "9999-12-31T23:59:59+00:00"}))
    assert "31 Dec" in said


@pytest.mark.parametrize("kind", list(EvidenceKind))
def test_every_reason_has_words_of_its_own(kind: EvidenceKind, language: str) -> None:
    with translation.override(language):
        is_member = kind.startswith("member_")
        words = (
            wording.why_words({"kind": kind, "params": PARAMS}) if is_member else wording.evidence_words(kind, PARAMS)
        )
    assert words
    assert words != kind.replace("_", " ").capitalize(), "said by its name only"
    assert "%(" not in words


def test_a_reason_of_a_later_version_is_shown_by_its_name() -> None:
    assert wording.evidence_words("phase_of_moon", {}) == "Phase of moon"
    assert wording.why_words(None) == ""


@pytest.mark.parametrize("hops", [1, 2, 5])
def test_distance_to_the_cause_is_counted_in_polish(hops: int) -> None:
    with translation.override("pl"):
        words = wording.why_words({"kind": EvidenceKind.MEMBER_CALLS, "params": PARAMS | {"hops": hops}})
    assert {1: "bezpośrednio", 2: "2 kroki", 5: "5 kroków"}[hops] in words


def test_every_state_and_line_has_words(language: str) -> None:
    with translation.override(language):
        said = [wording.state_word(each) for each in AlertState]
        said += [wording.group_state_word(each) for each in GroupState]
        said += [wording.cause_state_word(each) for each in CauseState]
        said += [wording.aside_words(each) for each in AsideReason]
        said += [wording.line_words(each, "db") for each in LedgerLine]
        said += [wording.operator_word(each) for each in Operator]
    assert all(said)
