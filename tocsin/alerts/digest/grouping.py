"""The correlation's clusters as groups with stable ids, and critical alerts that stand alone as groups of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Q

from tocsin import correlation
from tocsin.accounts.rules import ENGINE
from tocsin.alerts import facts, rules
from tocsin.alerts.actions.groups import absorb
from tocsin.alerts.digest import calling, leaving, over
from tocsin.alerts.digest.causes import SHOWN, Causes
from tocsin.alerts.digest.figures import figures_of
from tocsin.alerts.digest.known import Known
from tocsin.alerts.digest.placing import Place, Places
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.rows import group_ref
from tocsin.alerts.rules import AlertState, GroupState, Severity
from tocsin.core import live
from tocsin.journal.actions import record

MOST_ALONE = 200
"""New lone groups in one decision: a flood of them is no better news than the first two hundred."""


@dataclass(slots=True)
class Grouping:
    """Takes decisions, keeps groups. Works in the caller's transaction."""

    places: Places = field(default_factory=Places)
    causes: Causes = field(default_factory=Causes)
    _ended: frozenset[str] = frozenset()
    _told: dict[int, frozenset[int]] = field(default_factory=dict)
    """For a group that split off from one that people know of, the alerts it came with. Forgotten with the process:
    then somebody may be called sooner."""

    def apply(self, decision: correlation.Decision, now: datetime) -> int:
        """Make a decision ours; returns how many groups changed. Publishes their topics."""
        known = Known.load(decision)
        self._ended = leaving.ended(_suspects(decision, known), now)
        before = {group.id: _state(group) for group in known.all()}
        self._follow_moves(decision, known)
        for cluster in decision.incidents:
            self._follow(cluster, known, now)
        self._set_aside(decision, known)
        self._stand_alone(known, now)
        self._leave_behind(known, now)
        self.places.save()
        self.places.keep(_alerts_of(decision))
        figures = figures_of(group.id for group in known.open())
        for group in known.open():
            calling.settle(group, figures.get(group.id), now, self._told.get(group.id, frozenset()))
        self._told = {group.id: self._told[group.id] for group in known.open() if group.id in self._told}
        changed = [group for group in known.all() if before.get(group.id) != _state(group)]
        for group in changed:
            group.version += 1
            group.save()
        if changed:
            live.publish(["alerts", *(f"group:{group.uuid}" for group in changed)])
        return len(changed)

    def _follow_moves(self, decision: correlation.Decision, known: Known) -> None:
        for move in decision.moves:
            old, new = known.of_cluster(move.old), known.of_cluster(move.new)
            if move.kind == "merged" and old is not None and new is not None and old.id != new.id:
                self._merge(new, old, known)
                # A part that splits off again may have the old id: it is a failure of its own then, with its own voice.
                # (What people merge stays together: there the cluster goes on, and follows.)
                Group.objects.filter(id=old.id).update(cluster="")

    def _merge(self, into: Group, other: Group, known: Known) -> None:
        moved = absorb(into, other, actor=ENGINE)
        known.gone(other, into)
        self.places.move(other.id, into.id)
        record(facts.GroupsMerged(merged=str(other.uuid), alerts=moved), actor=ENGINE, subject=group_ref(into))

    def _follow(self, cluster: correlation.Cluster, known: Known, now: datetime) -> None:
        """Find or open the cluster's group, take its alerts in, let its causes be judged, close it when it is over."""
        group = known.of_cluster(cluster.id)
        is_over = cluster.state is correlation.ClusterState.RESOLVED
        cluster = self._without_what_stays(cluster, known)
        if not is_over and cluster.members and (group is None or group.state != GroupState.OPEN):
            group = self._adopted(cluster, known) or self._opened(cluster, known, now)
        if group is None or group.state != GroupState.OPEN:
            return
        leads = group.cluster == cluster.id
        if is_over:
            if leads:
                calling.close(group, now)
            return
        for key, why in cluster.members.items():
            self._take_in(int(key), group, why, known)
        if leads:
            self.causes.judge(group, cluster, known, now, self._ended)

    def _without_what_stays(self, cluster: correlation.Cluster, known: Known) -> correlation.Cluster:
        """A failure that goes on after its group was closed is a new one: of the alerts that came, or came again."""
        staying = self._staying(map(int, cluster.members), known)
        if not staying:
            return cluster
        return replace(cluster, members={key: why for key, why in cluster.members.items() if int(key) not in staying})

    def _staying(self, alert_ids: Iterable[int], known: Known) -> frozenset[int]:
        """Those that stay in a closed group; the database is asked only where one is in such a group at all."""
        places = ((alert_id, self.places.group_of(alert_id)) for alert_id in alert_ids)
        closed = [alert_id for alert_id, group_id in places if group_id is not None and not known.is_open(group_id)]
        return over.staying(closed) if closed else frozenset()

    def _take_in(self, alert_id: int, group: Group, why: correlation.Evidence, known: Known) -> None:
        other_id = self.places.group_of(alert_id)
        if other_id is not None and other_id != group.id and other_id in known.lone:
            self._merge(group, known.by_id(other_id), known)
        self.places.put(alert_id, Place(group.id, why))

    def _adopted(self, cluster: correlation.Cluster, known: Known) -> Group | None:
        """A lone group that the cluster has grown around becomes the cluster's."""
        found = (self.places.group_of(int(key)) for key in cluster.members)
        shared = Counter(group_id for group_id in found if group_id is not None and group_id in known.lone)
        if not shared:
            return None
        group = known.by_id(shared.most_common(1)[0][0])
        group.cluster = cluster.id
        known.adopt(group)
        return group

    def _opened(self, cluster: correlation.Cluster, known: Known, now: datetime) -> Group:
        told = [int(key) for key in cluster.members if known.is_called(self.places.group_of(int(key)))]
        group = calling.opened(cluster, known, now)
        if 2 * len(told) >= len(cluster.members):
            self._told[group.id] = frozenset(told)
        return group

    def _set_aside(self, decision: correlation.Decision, known: Known) -> None:
        """What belongs to no incident. A symptom that was over soon is no evidence, yet it stays where it was seen."""
        for each in decision.set_aside:
            place = self.places.aside(each.reason)
            elsewhere = self.places.without(map(int, each.keys), place)
            staying = self._staying(elsewhere, known)
            brief = each.reason == correlation.Reason.BRIEF
            for alert_id in elsewhere:
                group_id = self.places.group_of(alert_id)
                stays = alert_id in staying or brief or group_id in known.lone
                if group_id is None or not stays:
                    self.places.put(alert_id, place)

    def _leave_behind(self, known: Known, now: datetime) -> None:
        """The cause of a group has ended and others go on: they are a failure of their own, which calls people."""
        for group in known.open():
            if group.needs_people_at is None or group.cause_service.key not in self._ended:
                continue
            rest = leaving.what_calls(group, now)
            if rest:
                apart = leaving.leave(group, rest, known, now)
                for alert_id in leaving.alerts_of(apart):
                    self.places.put(alert_id, Place(apart.id, None))

    def _stand_alone(self, known: Known, now: datetime) -> None:
        """Critical alerts on what matters most that no cluster has claimed: one group a service."""
        rows = Alert.objects.filter(
            Q(group__isnull=True) | over.GOES_ON,
            pinned=False,
            state=AlertState.OPEN,
            severity=Severity.CRITICAL,
            service__tier=1,
            first_at__lte=now - rules.MAY_BE_CLAIMED,
        )
        for alert in rows.exclude(set_aside__in=rules.HELD_BACK).select_related("service__team")[:MOST_ALONE]:
            lone = known.lone_of(alert.service)
            if not known.is_open(self.places.group_of(alert.id)) and (lone or self._stands_alone(alert, now)):
                group = lone or calling.opened_alone(alert, known, now)
                self.places.put(alert.id, Place(group.id, None))

    def _stands_alone(self, alert: Alert, now: datetime) -> bool:
        place = self.places.known.get(alert.id)
        return rules.stands_alone(
            tier=alert.service.tier,
            severity=Severity(alert.severity),
            state=AlertState(alert.state),
            set_aside=place.set_aside if place else alert.set_aside,
            flaps=alert.flaps,
            age=now - alert.first_at,
        )


def _alerts_of(decision: correlation.Decision) -> set[int]:
    keys = [key for cluster in decision.incidents for key in cluster.members]
    keys += [key for each in decision.set_aside for key in each.keys]
    return set(map(int, keys))


def _suspects(decision: correlation.Decision, known: Known) -> set[str]:
    """The services that are or may be named as causes."""
    named = {group.cause_service.key for group in known.open() if group.needs_people_at is not None}
    return named | {cause.service for cluster in decision.incidents for cause in cluster.causes[:SHOWN]}


def _state(group: Group) -> tuple[object, ...]:
    """What makes a new version of a group."""
    return (
        group.state,
        group.cluster,
        group.cause_service_id,
        group.cause_state,
        group.confidence,
        group.evidence,
        group.severity,
        group.urgency,
        group.needs_people_at,
        group.first_at,
        group.last_at,
        group.counts,
    )
