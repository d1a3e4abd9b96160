"""Keys and workflows. Pure: a workflow, a state and a wish go in, a Move with its reason comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

_HUMAN_KEY = re.compile(r"([A-Z][A-Z0-9]{1,9})-([1-9][0-9]{0,8})")
_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9]{1,9}")

MAX_TITLE = 200
MAX_TEXT = 65_536


class Category(StrEnum):
    """What every workflow's states come down to, so that items of all types can be counted together."""

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class LinkKind(StrEnum):
    """How an item relates to another record; read as "this item … that record"."""

    RELATES_TO = "relates_to"
    BLOCKS = "blocks"
    CAUSED_BY = "caused_by"
    FOLLOWS_FROM = "follows_from"
    DUPLICATES = "duplicates"


class MoveReason(StrEnum):
    ALLOWED = "allowed"
    ALREADY_THERE = "already_there"
    UNKNOWN_TRANSITION = "unknown_transition"
    WRONG_STATE = "wrong_state"
    HELD_BY_GATE = "held_by_gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    key: str
    category: Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A named move from any of `sources` to `target` (state keys)."""

    key: str
    sources: frozenset[str]
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """States in the order they are usually passed; the first is where an item begins."""

    states: tuple[State, ...]
    transitions: tuple[Transition, ...]

    def __post_init__(self) -> None:
        known = {state.key for state in self.states}
        used = {key for each in self.transitions for key in (*each.sources, each.target)}
        if not known or used - known:
            raise ValueError(f"a workflow moves between its own states only, not {sorted(used - known)}")

    @property
    def initial(self) -> State:
        return self.states[0]

    def state(self, key: str) -> State:
        """The state of that key; KeyError when the workflow has none."""
        for state in self.states:
            if state.key == key:
                return state
        raise KeyError(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemType:
    """A type of item ("incident") and the workflow its items follow."""

    key: str
    workflow: Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a gate is told of the item that wants to move."""

    uuid: UUID
    key: str
    type: str
    state: str
    team_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A gate's answer. `reason` is a sentence for the person who is refused, empty when allowed."""

    allowed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Whether a transition may be taken. `target` is where it leads, None where there is no such transition."""

    reason: MoveReason
    target: State | None = None

    def __bool__(self) -> bool:
        return self.reason is MoveReason.ALLOWED


def move(workflow: Workflow, state: str, transition: str) -> Move:
    """Whether an item in `state` may take `transition`."""
    wanted = next((each for each in workflow.transitions if each.key == transition), None)
    if wanted is None:
        return Move(reason=MoveReason.UNKNOWN_TRANSITION)
    target = workflow.state(wanted.target)
    if state in wanted.sources:
        return Move(reason=MoveReason.ALLOWED, target=target)
    if state == wanted.target:
        return Move(reason=MoveReason.ALREADY_THERE, target=target)
    return Move(reason=MoveReason.WRONG_STATE, target=target)


def moves_from(workflow: Workflow, state: str) -> tuple[str, ...]:
    """The transitions an item in `state` may take, in the workflow's order."""
    return tuple(each.key for each in workflow.transitions if state in each.sources)


def human_key(project: str, number: int) -> str:
    """`INC` and 12 are INC-12."""
    return f"{project}-{number}"


def parse_human_key(text: str) -> tuple[str, int] | None:
    """The project and number of "INC-12" (any case), or None when the text is no key."""
    match = _HUMAN_KEY.fullmatch(text.strip().upper())
    return (match[1], int(match[2])) if match else None


def is_project_key(text: str) -> bool:
    """Whether a text can be the key of a project: 2 to 10 capitals and digits, a capital first."""
    return _PROJECT_KEY.fullmatch(text) is not None
