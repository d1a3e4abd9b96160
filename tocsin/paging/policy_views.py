"""Policies as screens and the company file show them. Enter by `queries`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tocsin.accounts.queries import people_by_uuid, require_visible, visible_teams
from tocsin.accounts.rules import Actor, Scope
from tocsin.core.errors import NotFound
from tocsin.oncall.queries import rotation_labels
from tocsin.paging.ladders import ladder_of, policy_of
from tocsin.paging.models import Policy
from tocsin.paging.rules import Target, TargetKind

if TYPE_CHECKING:
    from tocsin.accounts.models import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """Whom a step names: the rotation's key and name, or the person's login and name; "" where it is gone."""

    kind: TargetKind
    key: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step; `after_s` since its round began."""

    after_s: int
    targets: tuple[TargetView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """A policy. `own`: it is the one that pages to its team follow."""

    key: str
    name: str
    team: Team
    repeat: int
    version: int
    own: bool
    steps: tuple[StepView, ...]


def policies(actor: Actor) -> list[PolicyView]:
    """Every policy this actor may see, by team and name."""
    rows = Policy.objects.filter(visible_teams(actor), removed_at__isnull=True).select_related("team")
    return _views(list(rows.order_by("team__name", "name")))


def policy_by_key(actor: Actor, key: str) -> PolicyView:
    """One policy this actor may see."""
    row = Policy.objects.filter(key=key, removed_at__isnull=True).select_related("team").first()
    if row is None:
        raise NotFound("There is no policy “{key}”.", key=key)
    require_visible(actor, Scope(team_ids=frozenset({row.team_id})), "There is no such policy.")
    return _views([row])[0]


def _views(rows: Sequence[Policy]) -> list[PolicyView]:
    ladders = {row.id: ladder_of(row) for row in rows}
    targets = [target for ladder in ladders.values() for step in ladder.steps for target in step.targets]
    labels = _labels(targets)
    return [
        PolicyView(
            key=row.key,
            name=row.name,
            team=row.team,
            repeat=row.repeat,
            version=row.version,
            own=policy_of(row.team) == row,
            steps=tuple(
                StepView(after_s=step.after_s, targets=tuple(_target(each, labels) for each in step.targets))
                for step in ladders[row.id].steps
            ),
        )
        for row in rows
    ]


def _labels(targets: Sequence[Target]) -> dict[UUID, tuple[str, str]]:
    people = people_by_uuid(each.id for each in targets if each.kind is TargetKind.PERSON)
    named = {uuid: (person.login, person.name) for uuid, person in people.items()}
    return named | rotation_labels(each.id for each in targets if each.kind is TargetKind.ROTATION)


def _target(target: Target, labels: dict[UUID, tuple[str, str]]) -> TargetView:
    key, label = labels.get(target.id, ("", ""))
    return TargetView(kind=target.kind, key=key, label=label)
