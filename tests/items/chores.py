"""A workflow to try the engine with."""

from __future__ import annotations

from tocsin.items.rules import Category, ItemType, State, Transition, Workflow

WORKFLOW = Workflow(
    states=(
        State(key="open", category=Category.TODO),
        State(key="doing", category=Category.IN_PROGRESS),
        State(key="done", category=Category.DONE),
    ),
    transitions=(
        Transition(key="begin", sources=frozenset({"open"}), target="doing"),
        Transition(key="finish", sources=frozenset({"open", "doing"}), target="done"),
        Transition(key="reopen", sources=frozenset({"done"}), target="open"),
    ),
)
CHORE = ItemType(key="chore", workflow=WORKFLOW)
