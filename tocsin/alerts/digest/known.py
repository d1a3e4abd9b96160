"""The groups a decision is about, locked: the open ones and those of its clusters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q

from tocsin import correlation
from tocsin.accounts.rules import ENGINE
from tocsin.alerts.models import Group
from tocsin.alerts.rules import GroupState
from tocsin.assets import actions as assets

if TYPE_CHECKING:
    from tocsin.assets.models import Service


class Known:
    """Groups by id and by cluster. `lone` are the open ones that follow no cluster: alone, or made by hand."""

    def __init__(self, rows: Iterable[Group]) -> None:
        self._by_id = {group.id: group for group in rows}
        self._by_cluster = {group.cluster: group for group in self._by_id.values() if group.cluster}
        self._merged: dict[int, Group] = {}
        self._services: dict[str, Service] = {}
        self.lone = {g.id for g in self._by_id.values() if not g.cluster and g.state == GroupState.OPEN}

    @classmethod
    def load(cls, decision: correlation.Decision) -> Known:
        """Lock in the order of ids, as every writer of several groups does."""
        clusters = {cluster.id for cluster in decision.incidents}
        clusters |= {name for move in decision.moves for name in (move.old, move.new)}
        rows = Group.objects.select_for_update(of=("self",)).select_related("cause_service__team").order_by("id")
        return cls(rows.filter(Q(state=GroupState.OPEN) | Q(cluster__in=clusters)))

    def all(self) -> list[Group]:
        return list(self._by_id.values())

    def open(self) -> list[Group]:
        return [group for group in self._by_id.values() if group.state == GroupState.OPEN]

    def by_id(self, group_id: int) -> Group:
        return self._by_id[group_id]

    def is_called(self, group_id: int | None) -> bool:
        """Whether people have been called about that group."""
        group = self._by_id.get(group_id or 0)
        return group is not None and group.needs_people_at is not None

    def of_cluster(self, cluster: str) -> Group | None:
        """The group of a cluster; that of a merged one is the group it was merged into, while that is known."""
        group = self._by_cluster.get(cluster)
        while group is not None and (into := self._survivor(group)) is not None:
            group = into
        return group

    def _survivor(self, group: Group) -> Group | None:
        """What a group was merged into: by this decision, else by an earlier one."""
        return self._merged.get(group.id) or self._by_id.get(group.merged_into_id or 0)

    def is_open(self, group_id: int | None) -> bool:
        group = self._by_id.get(group_id or 0)
        return group is not None and group.state == GroupState.OPEN

    def lone_of(self, service: Service) -> Group | None:
        """The lone group about that service."""
        found = (self._by_id[group_id] for group_id in self.lone)
        return next((group for group in found if group.cause_service_id == service.id), None)

    def adopt(self, group: Group) -> None:
        """Know a new group, or one that has become a cluster's."""
        self._by_id[group.id] = group
        if group.cluster:
            self._by_cluster[group.cluster] = group
            self.lone.discard(group.id)
        else:
            self.lone.add(group.id)

    def gone(self, other: Group, into: Group) -> None:
        """`other` was merged: the database has closed it already."""
        del self._by_id[other.id]
        self._merged[other.id] = into
        self.lone.discard(other.id)

    def service(self, key: str) -> Service:
        """A service by key; one that was only ever named by its callers appears with this."""
        if key not in self._services:
            self._services |= assets.see_services([key], actor=ENGINE)
        return self._services[key]
