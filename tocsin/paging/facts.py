"""What happened to policies and pages. The subject of a page's facts is the page; `about` names what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySaved:
    kind: ClassVar = "paging.policy_saved"
    schema_version: ClassVar = 1
    key: str
    created: bool
    version: int
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRemoved:
    kind: ClassVar = "paging.policy_removed"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOpened:
    """`about_kind` and `about_id` are the Ref of the subject ("incidents.incident"); `team` and `policy` are keys."""

    kind: ClassVar = "paging.page_opened"
    schema_version: ClassVar = 1
    about_kind: str
    about_id: str
    team: str
    policy: str
    urgency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStepTaken:
    """`chosen` and `passed_over`: lists of {"person": uuid or "", "why", "params"}. Steps count from 0."""

    kind: ClassVar = "paging.page_step_taken"
    schema_version: ClassVar = 1
    about_kind: str
    about_id: str
    round: int
    step: int
    because: str
    fell_back: bool
    chosen: list[dict[str, Any]]
    passed_over: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAcknowledged:
    """`via`: screen, link, api, alert, incident or cli. `waited_s` since the page was opened."""

    kind: ClassVar = "paging.page_acknowledged"
    schema_version: ClassVar = 1
    about_kind: str
    about_id: str
    team: str
    via: str
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStopped:
    """`why`: resolved, moved, merged or withdrawn."""

    kind: ClassVar = "paging.page_stopped"
    schema_version: ClassVar = 1
    about_kind: str
    about_id: str
    team: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExhausted:
    """Nobody answered in any round. From now on the team's lead and the administrators are called, at a slower pace."""

    kind: ClassVar = "paging.page_exhausted"
    schema_version: ClassVar = 1
    about_kind: str
    about_id: str
    team: str
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRetold:
    """Those already paged were told that the sentence changed."""

    kind: ClassVar = "paging.page_retold"
    schema_version: ClassVar = 1
    about_kind: str
    about_id: str
    sentence: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHastened:
    """Every message of a step failed, so that the next step was made due at once."""

    kind: ClassVar = "paging.page_hastened"
    schema_version: ClassVar = 1
    about_kind: str
    about_id: str
    round: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequeued:
    """The auditor found an open page without a sound next step and made it due at once; `flaw` says what was wrong."""

    kind: ClassVar = "paging.page_requeued"
    schema_version: ClassVar = 1
    about_kind: str
    about_id: str
    flaw: str
    late_s: float
