"""What happened in an incident, newest first: its own facts, its item's, its groups' and its pages'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tocsin.accounts.queries import names_of
from tocsin.core.refs import Ref
from tocsin.incidents.queries.refs import incident_ref
from tocsin.items.queries import comments, item_ref
from tocsin.journal.facts import Stored
from tocsin.journal.ports import sentence
from tocsin.journal.queries import facts_about

if TYPE_CHECKING:
    from tocsin.items.models import Item

TOLD = frozenset(
    {
        "incidents.incident_opened",
        "incidents.incident_acknowledged",
        "incidents.incident_work_begun",
        "incidents.incident_watched",
        "incidents.incident_resolved",
        "incidents.incident_reopened",
        "incidents.incident_severity_changed",
        "incidents.incident_commanded",
        "incidents.incident_cause_named",
        "incidents.incident_merged",
        "incidents.incident_requeued",
        "incidents.incident_unattended",
        "gateways.incident_deleted",
        "items.item_assigned",
        "items.item_commented",
        "items.item_linked",
        "items.item_unlinked",
        "alerts.group_opened",
        "alerts.group_cause_confirmed",
        "alerts.group_cause_rejected",
        "alerts.group_verdict_withdrawn",
        "alerts.group_closed",
        "alerts.group_split",
        "alerts.groups_merged",
        "paging.page_opened",
        "paging.page_step_taken",
        "paging.page_acknowledged",
        "paging.page_stopped",
        "paging.page_exhausted",
        "paging.page_retold",
        "paging.page_hastened",
    }
)
"""Kinds of fact the timeline tells. The others say the same from another room, or nothing a responder needs."""

_PEOPLE = {"incidents.incident_commanded": ("commander",), "items.item_assigned": ("before", "after")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """A fact by `kind` and `params`, and as `text` in the language that is active.

    In `params` a person's UUID has `…_name` beside it, and `chosen` has `chosen_names`. `html` is a comment's text,
    rendered and safe; empty for all other kinds.
    """

    id: int
    at: datetime
    kind: str
    params: dict[str, Any]
    text: str
    reason: str
    actor_kind: str
    actor_label: str
    html: str


def timeline(item: Item, others: Iterable[Ref], *, limit: int = 300) -> list[TimelineEntry]:
    """The newest entries about an incident the actor has been let see; `others` are its groups and pages."""
    about = [incident_ref(item.uuid), item_ref(item), *others]
    facts = [fact for fact in facts_about(about, limit=limit) if fact.kind in TOLD]
    texts = {str(comment.uuid): comment.html for comment in comments(item)}
    names = names_of(person for fact in facts for person in _people_in(fact))
    return [_entry(fact, texts, names) for fact in facts]


def _people_in(fact: Stored) -> list[str]:
    """The UUIDs of the people a fact speaks of."""
    chosen = [each["person"] for each in fact.data.get("chosen", ())]
    return [*(fact.data[field] for field in _PEOPLE.get(fact.kind, ())), *chosen]


def _entry(fact: Stored, texts: dict[str, str], names: dict[str, str]) -> TimelineEntry:
    named: dict[str, Any] = {f"{field}_name": names.get(fact.data[field], "") for field in _PEOPLE.get(fact.kind, ())}
    if fact.data.get("chosen"):
        named["chosen_names"] = [names[each["person"]] for each in fact.data["chosen"] if each["person"] in names]
    fact = replace(fact, data=fact.data | named)
    return TimelineEntry(
        id=fact.id,
        at=fact.at,
        kind=fact.kind,
        params=fact.data,
        text=sentence(fact),
        reason=fact.reason,
        actor_kind=fact.actor_kind,
        actor_label=fact.actor_label,
        html=texts.get(fact.data.get("comment", ""), ""),
    )
