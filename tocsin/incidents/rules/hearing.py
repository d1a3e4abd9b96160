"""Whether a group's call for people was heard. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tocsin.incidents.rules.states import IncidentState


class Unheard(StrEnum):
    """What the auditor can find wrong with the answer to a call."""

    NO_INCIDENT = "no_incident"
    ENDED_BEFORE = "ended_before"
    NOBODY_PAGED = "nobody_paged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The incident of a group that called. `paged`: a page about it is alive, answered or not."""

    state: IncidentState
    resolved_at: datetime | None
    paged: bool


def unheard(heard: Heard | None, *, called_at: datetime) -> Unheard | None:
    """What is wrong with the answer to a call, or None: somebody is paged, has it, or has ended it since."""
    if heard is None:
        return Unheard.NO_INCIDENT
    if heard.state is IncidentState.RESOLVED:
        ended_since = heard.resolved_at is not None and heard.resolved_at >= called_at
        return None if ended_since else Unheard.ENDED_BEFORE
    if heard.state is IncidentState.TRIGGERED and not heard.paged:
        return Unheard.NOBODY_PAGED
    return None
