"""What a group says of its named cause once a cluster has grown around it: how sure, and by what evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.alerts.test_closed_groups import called_alone
from tests.alerts.world import World
from tocsin import correlation
from tocsin.alerts import rules
from tocsin.alerts.digest.causes import Causes
from tocsin.alerts.digest.known import Known
from tocsin.alerts.models import Group
from tocsin.alerts.rules import CauseState
from tocsin.core import clock as clocks

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.django_db

OTHERS = tuple(f"service-{number}" for number in range(7))


def judged(group: Group, *services: str) -> None:
    """Let the group be judged by a cluster with these suspects, best first."""
    names = correlation.Evidence(kind=correlation.EvidenceKind.SILENT, points=-1.0)
    causes = [
        correlation.Cause(service=service, score=9.0 - place, confidence=0.5 - place / 100, evidence=(names,))
        for place, service in enumerate(services)
    ]
    cluster = correlation.Cluster(
        id="c1",
        causes=tuple(causes),
        members={},
        opened_at=0.0,
        decided_at=0.0,
        first_at=0.0,
        last_at=0.0,
        services=1,
        failing=1,
        severity=correlation.Severity.CRITICAL,
    )
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
