from dataclasses import replace
from math import fsum

from tests.correlation.cases import NOON, alert, company, outage
from tocsin.correlation import Change, ClusterState, Edge, Engine, EvidenceKind, Severity


def test_a_failing_database_is_named_and_its_callers_are_in_its_incident() -> None:
    engine = company()
    engine.observe(outage("red", 0.0))
    (incident,) = engine.decide(NOON + 200.0).incidents
    assert incident.causes[0].service == "red-db"
    assert incident.services == 11
    assert all(why.kind.startswith("member_") for why in incident.members.values())


def test_a_second_fire_gets_its_own_incident() -> None:
    engine = company()
    engine.observe([*outage("red", 0.0), *outage("blue", 60.0)])
    incidents = engine.decide(NOON + 300.0).incidents
    assert {i.causes[0].service for i in incidents} == {"red-db", "blue-db"}


def test_one_stray_alert_opens_nothing_and_stays_visible() -> None:
    engine = company()
    engine.observe([alert("other-3", "LatencyHigh", 0.0)])
    decision = engine.decide(NOON + 5.0)
    assert decision.incidents == ()
    assert [key for group in decision.set_aside for key in group.keys] == ["other-3/LatencyHigh@0.0"]


def test_the_id_stays_while_a_storm_arrives() -> None:
    engine = company()
    storm = outage("red", 0.0)
    ids = set()
    for number, delivery in enumerate(storm):
        engine.observe([delivery])
        if number % 3 == 2:
            ids |= {i.id for i in engine.decide(delivery.arrival).incidents}
    assert len(ids) == 1


def test_evidence_adds_up_to_the_score_to_the_last_bit() -> None:
    engine = company()
    engine.observe(outage("red", 0.0))
    for incident in engine.decide(NOON + 200.0).incidents:
        for cause in incident.causes:
            assert cause.score == fsum(e.points for e in cause.evidence)


def test_without_its_change_a_cause_scores_exactly_the_points_of_the_change_less() -> None:
    with_change, without = company(), company()
    with_change.learn_changes([Change(at=NOON - 120.0, service="red-db", kind="deploy")])
    causes = []
    for engine in (with_change, without):
        engine.observe(outage("red", 0.0))
        causes.append(engine.decide(NOON + 200.0).incidents[0].causes[0])
    (change,) = [e for e in causes[0].evidence if e.kind is EvidenceKind.CHANGED]
    assert abs(causes[0].score - change.points - causes[1].score) < 1e-9


def test_a_resolved_incident_absorbs_nothing_new_and_the_next_one_points_back_to_it() -> None:
    engine = company()
    storm = outage("red", 0.0)
    engine.observe(storm)
    first = engine.decide(NOON + 200.0).incidents[0]
    engine.observe([alert(d.service, d.name, 300.0, firing=False) for d in storm[:11]])
    (over,) = engine.decide(NOON + 1000.0).incidents
    assert (over.id, over.state) == (first.id, ClusterState.RESOLVED)
    engine.observe(outage("red", 1100.0))
    (again,) = engine.decide(NOON + 1300.0).incidents
    assert again.id != first.id
    assert again.again_of == first.id
    assert not set(again.members) & set(first.members)


def test_silenced_alerts_are_set_aside_with_the_reason_given() -> None:
    engine = company()
    engine.observe([replace(d, set_aside="silenced") for d in outage("red", 0.0)])
    decision = engine.decide(NOON + 200.0)
    assert decision.incidents == ()
    assert [g.reason for g in decision.set_aside] == ["silenced"]


def test_an_engine_that_lost_its_memory_takes_the_old_id_back() -> None:
    engine, reborn = company(), company()
    storm = outage("red", 0.0)
    engine.observe(storm)
    before = engine.decide(NOON + 200.0).incidents[0]
    reborn.observe(storm)
    prints = [d.fingerprint for d in storm]
    reborn.resume("group-7", prints, opened_at=NOON + 20.0, decided_at=NOON + 30.0, cause=before.causes[0].service)
    (after,) = reborn.decide(NOON + 200.0).incidents
    assert after.id == "group-7"
    assert after.opened_at == NOON + 20.0
    assert after.causes == before.causes


def test_trouble_that_speaks_again_after_its_incident_was_resolved_is_not_hidden() -> None:
    engine = company()
    storm = outage("red", 0.0)
    engine.observe(storm)
    first = engine.decide(NOON + 200.0).incidents[0]
    (over,) = engine.decide(NOON + 3600.0).incidents
    assert over.state is ClusterState.RESOLVED
    engine.observe([replace(d, at=d.at + 4000.0, arrival=d.arrival + 4000.0) for d in storm])
    (again,) = engine.decide(NOON + 4200.0).incidents
    assert (again.causes[0].service, again.again_of) == ("red-db", first.id)


def test_a_decision_repeated_is_the_same_decision() -> None:
    engine = company()
    engine.observe([*outage("red", 0.0), *outage("blue", 60.0)])
    first, second = engine.decide(NOON + 300.0), engine.decide(NOON + 300.0)
    assert [(i.id, i.causes, dict(i.members)) for i in first.incidents] == [
        (i.id, i.causes, dict(i.members)) for i in second.incidents
    ]


def test_a_sender_whose_alerts_come_back_is_not_taken_for_one_that_repeats_them() -> None:
    engine = company()
    for turn in range(10):
        at = 60.0 * turn
        engine.observe(
            [alert("red-db", at=at, key=f"{turn}"), alert("red-db", at=at + 20.0, key=f"{turn}", firing=False)]
        )
    (rhythm,) = engine.units.rhythms.values()
    assert rhythm.interval_s() is None
    engine.observe([alert("red-db", at=700.0 + 30.0 * repeat, key="10") for repeat in range(9)])
    assert rhythm.interval_s() == 30.0


def test_a_hundred_failures_at_once_are_each_named() -> None:
    """When a power feed or a bad roll-out takes much along that has nothing else in common."""
    engine = Engine()
    engine.learn_topology([], [Edge(caller=f"app-{n}-{c}", callee=f"db-{n}") for n in range(100) for c in range(4)])
    for n in range(100):
        engine.observe([alert(f"db-{n}", "DiskSaturated", n / 2, severity=Severity.CRITICAL)])
        engine.observe([alert(f"app-{n}-{c}", "UpstreamTimeout", n / 2 + 3.0 + c, peer=f"db-{n}") for c in range(4)])
    incidents = engine.decide(NOON + 90.0).incidents
    assert {i.causes[0].service for i in incidents} == {f"db-{n}" for n in range(100)}
    assert all(i.services == 5 for i in incidents)
