"""Workflows and keys, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.items.chores import WORKFLOW
from tocsin.items.rules import (
    Category,
    MoveReason,
    State,
    Transition,
    Workflow,
    human_key,
    move,
    moves_from,
    parse_human_key,
)


def test_transition_leads_to_its_target() -> None:
    decision = move(WORKFLOW, "open", "begin")
    assert decision
    assert decision.target == State(key="doing", category=Category.IN_PROGRESS)


@pytest.mark.parametrize(
    ("state", "transition", "reason"),
    [
        ("done", "begin", MoveReason.WRONG_STATE),
        ("doing", "begin", MoveReason.ALREADY_THERE),
        ("open", "fly", MoveReason.UNKNOWN_TRANSITION),
    ],
)
def test_refused_transition_says_why(state: str, transition: str, reason: MoveReason) -> None:
    decision = move(WORKFLOW, state, transition)
    assert not decision
    assert decision.reason is reason


def test_only_possible_transitions_are_offered() -> None:
    assert moves_from(WORKFLOW, "open") == ("begin", "finish")
    assert moves_from(WORKFLOW, "done") == ("reopen",)


def test_workflow_that_leads_out_of_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="heaven"):
        Workflow(
            states=WORKFLOW.states,
            transitions=(Transition(key="ascend", sources=frozenset({"open"}), target="heaven"),),
        )


@given(st.from_regex(r"[A-Z][A-Z0-9]{1,9}", fullmatch=True), st.integers(1, 999_999_999))
def test_human_key_is_read_back(project: str, number: int) -> None:
    assert parse_human_key(human_key(project, number)) == (project, number)
    assert parse_human_key(f" {human_key(project, number).lower()} ") == (project, number)


@pytest.mark.parametrize("text", ["", "INC", "INC-", "INC-0", "INC-012", "1NC-4", "I-4", "INC-1 OR 1=1", "INC-١"])
def test_what_is_no_key_is_not_read(text: str) -> None:
    assert parse_human_key(text) is None
