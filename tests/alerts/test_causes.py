"""What a group says of its named cause once a cluster has grown around it: how sure, and by what evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from tests.alerts.test_closed_groups import called_alone
from tests.alerts.world import World, fire
from tocsin import correlation
from tocsin.alerts import rules
from tocsin.alerts.digest.causes import Causes
from tocsin.alerts.digest.grouping import Grouping
from tocsin.alerts.digest.known import Known
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.rules import CauseState
from tocsin.core import clock as clocks

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.django_db

OTHERS = tuple(f"service-{number}" for number in range(7))


SILENT = correlation.Evidence(kind=correlation.EvidenceKind.SILENT, points=-1.0)
MEMBER = correlation.Evidence(kind=correlation.EvidenceKind.MEMBER_CAUSE, points=0.0)


def cluster_of(name: str, *services: str, members: Sequence[Alert] = ()) -> correlation.Cluster:
    """A cluster with these suspects, best first."""
    causes = [
        correlation.Cause(service=service, score=9.0 - place, confidence=0.5 - place / 100, evidence=(SILENT,))
        for place, service in enumerate(services)
    ]
    return correlation.Cluster(
        id=name,
        causes=tuple(causes),
        members={str(alert.id): MEMBER for alert in members},
        opened_at=0.0,
        decided_at=0.0,
        first_at=0.0,
        last_at=0.0,
        services=1,
        failing=1,
        severity=correlation.Severity.CRITICAL,
    )


def judged(group: Group, *services: str) -> None:
    """Let the group be judged by a cluster with these suspects, best first."""
    cluster = cluster_of("c1", *services)
    known = Known.load(correlation.Decision(incidents=(cluster,), set_aside=()))
    Causes().judge(group, cluster, known, clocks.now(), frozenset())


def test_cause_that_stood_alone_is_sure_no_more_when_the_cluster_does_not_suspect_it(
    world: World, clock: Clock
) -> None:
    group = called_alone(world, clock)
    assert (group.cause_service.key, group.confidence) == ("db", rules.ALONE)
    judged(group, *OTHERS)
    assert (group.cause_service.key, group.confidence) == ("db", 0.0)


def test_what_a_person_has_confirmed_stays_as_sure_as_it_was(world: World, clock: Clock) -> None:
    group = called_alone(world, clock)
    group.cause_state = CauseState.CONFIRMED
    judged(group, *OTHERS)
    assert (group.cause_service.key, group.confidence) == ("db", rules.ALONE)


def test_named_cause_shows_its_evidence_wherever_it_stands(world: World, clock: Clock) -> None:
    group = called_alone(world, clock)
    judged(group, *OTHERS, "db")
    shown = [told["service"] for told in group.evidence]
    assert shown == [*OTHERS[:5], "db"]
    assert group.evidence[-1]["evidence"]
    assert group.confidence == 0.43


def test_part_that_was_merged_and_splits_off_again_names_its_own_cause(world: World) -> None:
    world.told(fire("one", service="db"), fire("other", service="net"))
    one, other = world.alert("one"), world.alert("other")
    grouping, now = Grouping(), clocks.now()

    def decided(*clusters: correlation.Cluster, moves: tuple[correlation.Move, ...] = ()) -> list[tuple[str, str]]:
        grouping.apply(correlation.Decision(incidents=clusters, set_aside=(), moves=moves), now)
        rows = Alert.objects.filter(id__in=[one.id, other.id]).order_by("fingerprint")
        return [(alert.fingerprint, alert.group.cause_service.key) for alert in rows if alert.group is not None]

    small, large = cluster_of("small", "net", members=[other]), cluster_of("large", "db", members=[one])
    assert decided(small, large) == [("one", "db"), ("other", "net")]
    merged = correlation.Move(kind="merged", old="large", new="small", units=1)
    together = cluster_of("small", "net", members=[other, one])
    assert decided(together, moves=(merged,)) == [("one", "net"), ("other", "net")]
    split = correlation.Move(kind="split", old="small", new="large", units=1)
    assert decided(small, large, moves=(split,)) == [("one", "db"), ("other", "net")]
