"""What incidents do about facts of the rooms beneath them. Each reaction may run again without a second effect."""

from __future__ import annotations

from uuid import UUID

from tocsin.accounts.rules import ENGINE, Actor, ActorKind
from tocsin.incidents import actions
from tocsin.incidents.queries import KIND
from tocsin.incidents.rules import wants_page
from tocsin.journal.facts import Stored


def on_group_needs_people(fact: Stored) -> None:
    """`alerts.group_needs_people`: open its incident, or open it again, and page the owner of its cause."""
    if wants_page(fact.data["urgency"]):
        actions.group_called(fact.subject.id, team_key=fact.data["team"], said_at=fact.at, actor=ENGINE)


def on_group_cause_moved(fact: Stored) -> None:
    """`alerts.group_cause_moved`: the sentence follows, and the page goes to the new owner."""
    actions.cause_moved(fact.subject.id, team_key=fact.data["team"], actor=ENGINE)


def on_group_cause_judged(fact: Stored) -> None:
    """`alerts.group_cause_confirmed`, `…_cause_rejected`, `…_verdict_withdrawn`: take the verdict over."""
    actions.note_verdict(fact.subject.id)


def on_group_worsened(fact: Stored) -> None:
    """`alerts.group_worsened`: the incident's severity follows, unless a person has set it."""
    actions.group_worsened(fact.subject.id, actor=ENGINE)


def on_group_closed(fact: Stored) -> None:
    """`alerts.group_closed`: resolve what nobody has answered, watch the rest."""
    actions.group_closed(fact.subject.id, actor=ENGINE)


def on_groups_merged(fact: Stored) -> None:
    """`alerts.groups_merged`: two incidents become one."""
    actions.groups_merged(UUID(fact.data["merged"]), actor=ENGINE)


def on_page_step_taken(fact: Stored) -> None:
    """`paging.page_step_taken`: somebody was chosen, so the clock's third moment has come."""
    if fact.data["about_kind"] == KIND and fact.data["chosen"]:
        actions.note_paged(UUID(fact.data["about_id"]), at=fact.at, actor=ENGINE)


def on_page_acknowledged(fact: Stored) -> None:
    """`paging.page_acknowledged`: whoever answers the page has the incident."""
    if fact.data["about_kind"] == KIND:
        author = Actor(kind=ActorKind(fact.actor_kind), id=fact.actor_id, label=fact.actor_label)
        about = UUID(fact.data["about_id"])
        actions.note_page_acknowledged(about, fact.subject.id, at=fact.at, actor=author, via=fact.data["via"])
