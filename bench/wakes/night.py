"""One storm lived through in event time: the engine asked in small turns, groups kept and people called by the rules.

What the digest does with rows is done here with values; every decision is one of `alerts.rules`. Nobody answers a page,
which is the worst case: a page that somebody has answered stays where it is when the cause moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tocsin import correlation
from tocsin.alerts import rules
from tocsin.alerts.rules import AlertAction, Life, Severity, Told, Urgency
from tocsin.correlation.cases import Case, observation

NEWS_TURN_S, QUIET_TURN_S = 0.5, 1.0
"""How often the digest decides, with news and without."""

CALM_TURN_S = 5.0
"""Long after the last failure began the bench asks less often, to be done today."""

DENSE_S = 120.0


@dataclass(slots=True)
class Alert:
    """One alert's life, as the digest folds it; `truth` is the failure it belongs to, `told_at` when it first was in a
    group about which people had been called."""

    id: int
    service: str
    severity: Severity
    team: str
    truth: str
    life: Life
    group: Group | None = None
    set_aside: str = ""
    told_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Group:
    """A group as far as calling people is concerned."""

    cluster: str
    cause: str
    cause_since: datetime
    confidence: float
    opened_at: datetime
    alerts: dict[int, Alert] = field(default_factory=dict)
    leader: rules.Leader | None = None
    called_at: datetime | None = None
    split: bool = False
    team: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody's phone rang: for which team, for what believed cause, about which true failure."""

    at: datetime
    team: str
    cause: str
    why: str
    about: str


@dataclass(slots=True)
class Night:
    """Runs one case. `tiers` and `teams` are by service; who is not there is of tier 3 and of the sender's team."""

    case: Mapping[str, Any]
    tiers: Mapping[str, int]
    teams: Mapping[str, str]
    calls: list[Call] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    alerts: dict[int, Alert] = field(default_factory=dict)
    _newest: dict[str, Alert] = field(default_factory=dict)
    _by_cluster: dict[str, Group] = field(default_factory=dict)

    def run(self) -> None:
        """From the first delivery to a minute after the last."""
        run = Case({key: self.case[key] for key in ("topology", "changes") if key in self.case})
        numbered = list(enumerate(zip(self.case["alerts"], self.case["truth"]["alert_incident"], strict=True)))
        waiting = sorted(((observation(n, a), truth) for n, (a, truth) in numbered), key=lambda p: p[0].arrival)
        place = 0
        for now in self._turns(waiting[0][0].arrival, waiting[-1][0].arrival + 60.0):
            seen = []
            while place < len(waiting) and waiting[place][0].arrival <= now:
                seen.append(self._fold(*waiting[place]))
                place += 1
            run.engine.observe([one for one in seen if one is not None])
            self._follow(run.engine.decide(now), datetime.fromtimestamp(now, UTC))

    def _turns(self, first: float, last: float) -> Iterator[float]:
        starts = sorted(i["start_ts"] for i in self.case["truth"]["incidents"])
        now = first
        while now <= last:
            near = any(-5.0 <= now - start <= DENSE_S for start in starts)
            yield now
            now += NEWS_TURN_S if near else CALM_TURN_S if now > starts[-1] else QUIET_TURN_S * 2

    def _fold(self, seen: correlation.Observation, truth: str) -> correlation.Observation | None:
        received = datetime.fromtimestamp(seen.arrival, UTC)
        action = AlertAction.FIRE if seen.firing else AlertAction.RESOLVE
        before = self._newest.get(seen.fingerprint)
        told = Told(action=action, order=received, at=datetime.fromtimestamp(seen.at, UTC), received_at=received)
        life, new = rules.fold(before.life if before else None, told)
        if life is None:
            return None
        if new or before is None:
            severity = Severity(int(seen.severity))
            before = Alert(len(self.alerts), seen.service, severity, seen.source, truth, life)
            self.alerts[before.id] = self._newest[seen.fingerprint] = before
        before.life = life
        return replace(seen, key=str(before.id)) if life.count else None

    # Groups follow the decision

    def _follow(self, decision: correlation.Decision, now: datetime) -> None:
        for move in decision.moves:
            old, new = self._by_cluster.get(move.old), self._by_cluster.get(move.new)
            if move.kind == "merged" and old is not None and new is not None and old is not new:
                self._merge(new, old)
        for cluster in decision.incidents:
            self._take(cluster, now)
        self._set_aside(decision)
        self._stand_alone(now)
        for group in self.groups:
            if not group.gone:
                self._settle(group, now)

    def _settle(self, group: Group, now: datetime) -> None:
        if group.called_at is None and group.alerts:
            self._judge(group, now)
        if group.called_at is not None:
            for alert in group.alerts.values():
                alert.told_at = alert.told_at or now

    def _set_aside(self, decision: correlation.Decision) -> None:
        for each in decision.set_aside:
            for key in each.keys:
                alert = self.alerts[int(key)]
                if alert.group is None or not (each.reason == "brief" or not alert.group.cluster):
                    self._leave(alert)
                    alert.set_aside = each.reason

    def _take(self, cluster: correlation.Cluster, now: datetime) -> None:
        group = self._by_cluster.get(cluster.id)
        over = cluster.state is correlation.ClusterState.RESOLVED
        if group is None and not over:
            group = self._adopted(cluster) or self._opened(cluster, now)
        if group is None or group.gone:
            return
        if over:
            group.gone = group.cluster == cluster.id
            return
        for key in cluster.members:
            alert = self.alerts[int(key)]
            if alert.group is not None and alert.group is not group and not alert.group.cluster:
                self._merge(group, alert.group)
            self._put(alert, group)
        if group.cluster == cluster.id:
            self._cause(group, cluster, now)

    def _opened(self, cluster: correlation.Cluster, now: datetime) -> Group:
        best = cluster.causes[0]
        group = Group(cluster.id, best.service, now, best.confidence, now)
        before = [self.alerts[int(key)].group for key in cluster.members]
        group.split = 2 * sum(g is not None and g.called_at is not None for g in before) >= len(before)
        self.groups.append(group)
        self._by_cluster[cluster.id] = group
        return group

    def _adopted(self, cluster: correlation.Cluster) -> Group | None:
        found = (self.alerts[int(key)].group for key in cluster.members)
        shared = Counter(id(g) for g in found if g is not None and not g.cluster)
        if not shared:
            return None
        best = shared.most_common(1)[0][0]
        group = next(g for g in self.groups if id(g) == best)
        group.cluster = cluster.id
        self._by_cluster[cluster.id] = group
        return group

    def _put(self, alert: Alert, group: Group) -> None:
        if alert.group is not group:
            self._leave(alert)
            alert.group = group
            group.alerts[alert.id] = alert

    def _leave(self, alert: Alert) -> None:
        if alert.group is not None:
            alert.group.alerts.pop(alert.id, None)
            alert.group = None

    def _merge(self, into: Group, other: Group) -> None:
        for alert in list(other.alerts.values()):
            self._put(alert, into)
        other.gone = True
        for name, group in list(self._by_cluster.items()):
            if group is other:
                self._by_cluster[name] = into

    def _stand_alone(self, now: datetime) -> None:
        for alert in self.alerts.values():
            if alert.group is None and alert.severity is Severity.CRITICAL and self._stands_alone(alert, now):
                lone = (g for g in self.groups if not g.gone and not g.cluster and g.cause == alert.service)
                group = next(lone, None)
                if group is None:
                    group = Group("", alert.service, alert.life.first_at, rules.ALONE, now)
                    self.groups.append(group)
                self._put(alert, group)

    def _stands_alone(self, alert: Alert, now: datetime) -> bool:
        return rules.stands_alone(
            tier=self.tiers.get(alert.service, 3),
            severity=alert.severity,
            state=alert.life.state,
            set_aside=alert.set_aside,
            flaps=alert.life.flaps,
            age=now - alert.life.first_at,
        )

    # Causes and calls

    def _cause(self, group: Group, cluster: correlation.Cluster, now: datetime) -> None:
        confidence = {cause.service: cause.confidence for cause in cluster.causes}
        group.confidence = confidence.get(group.cause, group.confidence)
        best = cluster.causes[0]
        group.leader = rules.leader(group.leader, named=group.cause, best=best.service, now=now)
        if group.leader is None:
            return
        if rules.may_move(
            called=group.called_at is not None, held=now - group.leader.since, confidence=best.confidence
        ):
            group.leader = None
            group.cause, group.cause_since, group.confidence = best.service, now, best.confidence
            if group.called_at is not None:
                self._move_page(group, now)

    def _owner(self, group: Group) -> str:
        first = next(iter(group.alerts.values()), None)
        return self.teams.get(group.cause) or (first.team if first else "")

    def _move_page(self, group: Group, now: datetime) -> None:
        team = self._owner(group)
        if team and team != group.team:
            group.team = team
            self._ring(group, now, "cause_moved")

    def _judge(self, group: Group, now: datetime) -> None:
        alerts = [a for a in group.alerts.values() if a.life.is_open] or list(group.alerts.values())
        worst = min(alerts, key=lambda a: (self.tiers.get(a.service, 3) + a.severity, self.tiers.get(a.service, 3)))
        tier = self.tiers.get(worst.service, 3)
        fresh = any(a.life.is_open for a in group.alerts.values())
        urging = rules.urgency(tier=tier, severity=worst.severity, fresh=fresh)
        standing = rules.Standing(
            urgency=Urgency(urging.urgency),
            severity=worst.severity,
            confidence=group.confidence,
            first_at=min(a.life.first_at for a in group.alerts.values()),
            cause_since=group.cause_since,
            opened_at=group.opened_at,
            split=group.split and not any(self._is_news(a) for a in alerts),
        )
        readiness = rules.ready_to_page(standing, now=now)
        if readiness:
            group.called_at, group.team = now, self._owner(group)
            self._ring(group, now, readiness.why)

    def _is_news(self, alert: Alert) -> bool:
        """Critical, on what matters most, and nobody has been called about it."""
        return alert.severity is Severity.CRITICAL and self.tiers.get(alert.service, 3) == 1 and alert.told_at is None

    def _ring(self, group: Group, now: datetime, why: str) -> None:
        about = Counter(a.truth for a in group.alerts.values()).most_common(1)[0][0]
        self.calls.append(Call(at=now, team=group.team, cause=group.cause, why=why, about=about))

    def critical_waits_s(self) -> list[float]:
        """How long each critical alert on what matters most waited until people were called about it, where they were
        and it lasted; what belongs to no failure is left out."""
        return [
            (alert.told_at - alert.life.first_at).total_seconds()
            for alert in self.alerts.values()
            if alert.severity is Severity.CRITICAL
            and self.tiers.get(alert.service, 3) == 1
            and alert.told_at is not None
        ]
