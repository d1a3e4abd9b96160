"""Deliveries become alerts and groups, once, whoever digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alerts.world import CALLERS, World, fire, later, resolve
from tocsin import correlation
from tocsin.accounts.queries import team_by_key
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions, queries
from tocsin.alerts.digest import Digest
from tocsin.alerts.intake import NewEvent, Target
from tocsin.alerts.models import Alert, Batch, Group
from tocsin.alerts.queries import LedgerLine
from tocsin.alerts.rules import AlertAction, AlertState, GroupState, Severity, Urgency
from tocsin.assets.models import Service
from tocsin.core import clock as moments
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.journal.queries import latest_facts
from tocsin.paging.actions import open_page
from tocsin.paging.rules import PageState, Sentence, SentenceKind

pytestmark = pytest.mark.django_db


def facts(kind: str) -> list[dict[str, object]]:
    return [fact.data for fact in latest_facts(kind=kind)]


def test_a_repeat_is_one_alert_with_a_count(world: World) -> None:
    world.told(fire())
    world.told(fire(), fire())
    assert (world.alert("a").count, Alert.objects.count(), Batch.objects.count()) == (3, 1, 0)


def test_a_firing_after_its_end_opens_a_new_alert(world: World) -> None:
    world.told(fire(), resolve(), fire())
    first, second = Alert.objects.order_by("id")
    assert (first.state, second.state) == (AlertState.CLOSED, AlertState.OPEN)
    assert first.superseded_at == second.follows_at == second.first_at


def test_the_latest_firing_is_what_the_alert_says(world: World) -> None:
    world.told(fire(severity=Severity.WARNING))
    world.told(fire(severity=Severity.CRITICAL, title="worse"))
    assert (world.alert("a").severity, world.alert("a").title) == (Severity.CRITICAL, "worse")


def test_an_alert_can_be_closed_by_the_id_we_gave_it(world: World) -> None:
    world.told(fire("a"), fire("b"))
    close = NewEvent(action=AlertAction.RESOLVE, target=Target.ID, fingerprint=str(world.alert("a").uuid))
    tiny = NewEvent(action=AlertAction.ACKNOWLEDGE, target=Target.TINY, fingerprint=str(world.alert("b").id), by="x")
    world.told(close, tiny)
    assert (world.alert("a").state, world.alert("b").state) == (AlertState.CLOSED, AlertState.ACKNOWLEDGED)


@pytest.mark.parametrize(("alert", "state"), [("db-down", PageState.ACKNOWLEDGED), ("app-0-errors", PageState.OPEN)])
def test_an_acknowledgement_by_the_sender_answers_the_page_of_the_cause_alone(
    world: World, alert: str, state: PageState
) -> None:
    world.outage()
    group, incident = Group.objects.get(), Ref("incidents.incident", uuid7())
    actions.attach_incident(group.uuid, incident, actor=SYSTEM)
    sentence = Sentence(kind=SentenceKind.CAUSE, params={})
    page = open_page(subject=incident, team=team_by_key("network"), sentence=sentence, actor=SYSTEM)
    world.told(NewEvent(action=AlertAction.ACKNOWLEDGE, fingerprint=alert, by="Nadia"))
    page.refresh_from_db()
    assert page.state == state
    (fact,) = latest_facts(kind="alerts.alert_acknowledged")
    assert (fact.actor_label, fact.data["of_cause"]) == ("Nadia", state is PageState.ACKNOWLEDGED)


def test_an_end_of_something_unknown_shows_nothing(world: World) -> None:
    world.told(resolve("never-fired"))
    assert queries.inbox(SYSTEM, queries.InboxFilter(state=queries.StateFilter.ALL)).rows == ()


def test_an_unknown_service_appears_by_itself(world: World) -> None:
    world.told(fire(service="new-one"))
    assert Service.objects.get(key="new-one").source == "seen"


def test_one_fact_tells_of_all_alerts_a_digest_opened(world: World) -> None:
    world.told(fire("a"), fire("b"))
    (fact,) = facts("alerts.alerts_opened")
    assert len(fact["alerts"]) == 2


def test_an_outage_becomes_one_group_with_its_cause_on_top(world: World) -> None:
    world.outage()
    group = Group.objects.get()
    assert group.cause_service.key == "db"
    assert group.counts["alerts"] == 1 + len(CALLERS)
    (row,) = queries.inbox(SYSTEM, queries.InboxFilter()).rows
    assert (row.service, row.alerts, row.team) == ("db", 9, "network")


def test_a_critical_outage_calls_the_owner_of_the_cause_within_ten_seconds(world: World, clock) -> None:
    world.outage()
    for _ in range(9):
        clock.forward(seconds=1)
        world.turn()
    (fact,) = facts("alerts.group_needs_people")
    assert (fact["cause"], fact["team"], fact["urgency"]) == ("db", "network", Urgency.PAGE)
    group = Group.objects.get()
    assert group.needs_people_at - group.first_at < timedelta(seconds=10)


def test_people_are_called_once(world: World, clock) -> None:
    world.outage()
    for _ in range(20):
        clock.forward(seconds=2)
        world.turn()
    assert len(facts("alerts.group_needs_people")) == 1


def test_what_splits_off_from_a_group_that_people_know_of_calls_nobody_else_for_a_minute(
    world: World, clock, monkeypatch
) -> None:
    world.outage()
    for _ in range(9):
        clock.forward(seconds=1)
        world.turn()
    engine = world.digest._observer.engine
    decide = engine.decide

    def split(now: float) -> correlation.Decision:
        (whole,) = decide(now).incidents
        apart = dict(list(whole.members.items())[-4:])
        rest = {key: why for key, why in whole.members.items() if key not in apart}
        causes = (replace(whole.causes[0], service="app-7", confidence=0.6),)
        parts = (replace(whole, members=rest), replace(whole, id="apart", members=apart, causes=causes))
        return correlation.Decision(incidents=parts, set_aside=())

    monkeypatch.setattr(engine, "decide", split)
    for _ in range(50):
        clock.forward(seconds=1)
        world.turn()
    assert Group.objects.count() == 2
    assert len(facts("alerts.group_needs_people")) == 1
    for _ in range(15):
        clock.forward(seconds=1)
        world.turn()
    assert [fact["cause"] for fact in facts("alerts.group_needs_people")] == ["app-7", "db"]


def test_quiet_noise_calls_nobody(world: World, clock) -> None:
    for number, key in enumerate(CALLERS):
        clock.forward(minutes=20)
        world.told(fire(f"disk-{number}", service=key, name="DiskUsage", severity=Severity.WARNING))
    clock.forward(seconds=30)
    world.turn()
    assert facts("alerts.group_needs_people") == []


def test_a_lone_critical_alert_on_tier_one_gets_a_group_of_its_own(world: World, clock) -> None:
    world.told(fire(severity=Severity.CRITICAL, name="DatabaseDown"))
    for _ in range(9):
        clock.forward(seconds=1)
        world.turn()
    group = Group.objects.get()
    assert (group.cause_service.key, group.urgency) == ("db", Urgency.PAGE)
    assert len(facts("alerts.group_needs_people")) == 1


def test_a_lone_group_closes_when_its_alert_is_over(world: World, clock) -> None:
    world.told(fire(severity=Severity.CRITICAL, name="DatabaseDown"))
    clock.forward(seconds=5)
    world.turn()
    world.told(resolve())
    clock.forward(minutes=10)
    world.turn()
    assert Group.objects.get().state == GroupState.CLOSED
    assert len(facts("alerts.group_closed")) == 1


def test_an_outage_that_people_closed_is_over_and_the_next_one_calls_again(world: World, clock) -> None:
    for nth in (1, 2):
        alerts = world.outage()
        for _ in range(9):
            clock.forward(seconds=1)
            world.turn()
        assert len(facts("alerts.group_needs_people")) == nth
        for alert in alerts:
            actions.close(alert, actor=SYSTEM)
        for _ in range(30):
            clock.forward(minutes=1)
            world.turn()
        assert not Group.objects.filter(state=GroupState.OPEN).exists()


def test_a_failure_that_goes_on_after_its_group_was_closed_calls_again(world: World, clock) -> None:
    world.told(*(fire(f"{key}-errors", service=key, name="HighErrorRate", peer="db") for key in CALLERS[:4]))
    world.told(fire("db-down", service="db", name="DatabaseDown", severity=Severity.CRITICAL))
    for _ in range(9):
        clock.forward(seconds=1)
        world.turn()
    closed = Group.objects.get()
    actions.close_group(closed.uuid, actor=SYSTEM)
    told = [fire(f"{key}-down", service=key, name="Down", peer="db", severity=Severity.CRITICAL) for key in CALLERS]
    world.told(*told)
    for _ in range(20):
        clock.forward(seconds=1)
        world.turn()
    group = Group.objects.get(state=GroupState.OPEN)
    assert len(facts("alerts.group_needs_people")) == 2
    assert set(group.alerts.values_list("name", flat=True)) == {"Down"}
    assert closed.alerts.count() == 5, "what was closed with it stays with it"


def test_an_outage_whose_sender_fell_silent_is_over(world: World, clock) -> None:
    began = moments.now()
    world.told(
        fire("db-down", name="DatabaseDown", severity=Severity.CRITICAL, lasts_s=60.0),
        *(fire(f"{key}-errors", service=key, name="HighErrorRate", peer="db", lasts_s=60.0) for key in CALLERS),
    )
    assert Group.objects.get().state == GroupState.OPEN
    for _ in range(30):
        clock.forward(minutes=1)
        actions.expire_due(heard_since=began)
        world.turn()
    assert Group.objects.get().state == GroupState.CLOSED


def test_a_restart_keeps_the_group(world: World, clock) -> None:
    world.outage()
    before = Group.objects.get().uuid
    world.digest = Digest(owner="test")
    clock.forward(seconds=2)
    world.told(fire("app-0-more", service="app-0", name="HighLatency", peer="db"))
    assert Group.objects.get().uuid == before


def test_another_engine_waits_for_the_lease_and_takes_over_after_it(world: World, clock) -> None:
    world.told(fire("a"))
    world.deliver(fire("b"))
    other = Digest(owner="other")
    assert other.run_once() == 0
    clock.forward(seconds=6)
    assert other.run_once() == 1
    assert world.digest.run_once() == 0


def test_a_broken_correlation_does_not_keep_critical_alerts_from_paging(world: World, clock, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tocsin.correlation.Engine.decide", broken)
    world.told(fire(severity=Severity.CRITICAL))
    for _ in range(9):
        clock.forward(seconds=1)
        world.turn()
    assert len(facts("alerts.group_needs_people")) == 1


@pytest.mark.parametrize("step", ["observe", "resume", "learn_topology"])
def test_a_correlation_that_fails_keeps_no_delivery_waiting(world: World, clock, monkeypatch, step: str) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    world.outage()
    monkeypatch.setattr(f"tocsin.correlation.Engine.{step}", broken)
    world.digest = Digest(owner="test")
    world.told(fire("late", service="app-0", severity=Severity.CRITICAL))
    assert (Batch.objects.count(), world.alert("late").state) == (0, AlertState.OPEN)
    for _ in range(9):
        clock.forward(seconds=1)
        world.turn()
    assert [fact["cause"] for fact in facts("alerts.group_needs_people")] == ["db"]


def test_a_correlation_that_failed_is_built_anew(world: World, clock, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("tocsin.correlation.Engine.observe", broken)
        world.outage()
    assert Group.objects.count() == 0
    monkeypatch.setattr("tocsin.alerts.digest.turn.REBUILD_S", 0.0)
    world.turn()
    assert Group.objects.get().counts["alerts"] == 1 + len(CALLERS)


def test_the_ledger_adds_up_and_names_every_line(world: World, clock) -> None:
    world.told(fire("noise", service="elsewhere", name="DiskUsage", severity=Severity.WARNING))
    world.outage()
    world.told(fire("db-down", service="db", name="DatabaseDown", severity=Severity.CRITICAL))
    world.told(resolve("app-0-errors"), fire("odd", service="elsewhere", name="Odd", severity=Severity.INFO))
    found = queries.ledger(SYSTEM, Group.objects.get().uuid)
    assert sum(found.lines.values()) == found.total == 12
    assert found.lines[LedgerLine.EVIDENCE] == 1
    assert found.lines[LedgerLine.SYMPTOMS] == 8
    assert found.lines[LedgerLine.REPEATS] == 1
    assert found.lines[LedgerLine.RECOVERIES] == 1


def test_the_histogram_counts_every_firing_of_the_group(world: World) -> None:
    world.outage()
    buckets = queries.histogram(SYSTEM, Group.objects.get().uuid)
    assert sum(sum(bucket.counts.values()) for bucket in buckets) == 9


def test_a_silence_hides_the_page_but_not_the_alert(world: World, clock) -> None:
    silence = actions.SilenceDetails(
        key="mnt",
        matchers=[{"label": "service", "op": "=", "value": "db"}],
        reason="maintenance",
        starts_at=moments.now() - timedelta(minutes=1),
        ends_at=later(hours=1),
    )
    actions.save_silence(silence, actor=SYSTEM)
    world.told(fire(severity=Severity.CRITICAL, name="DatabaseDown"))
    for _ in range(9):
        clock.forward(seconds=1)
        world.turn()
    assert facts("alerts.group_needs_people") == []
    (row,) = queries.inbox(SYSTEM, queries.InboxFilter()).rows
    assert row.set_aside == "silenced"
