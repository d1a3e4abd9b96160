"""What people do to alerts and groups: allowed, recorded, and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alerts.world import CALLERS, World, fire, later
from tocsin.accounts.queries import actor_for_person
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions, queries
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.rules import AlertState, CauseState, GroupState, Severity
from tocsin.core import clock as moments
from tocsin.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.journal.queries import latest_facts
from tocsin.paging import actions as paging

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert(world: World) -> Alert:
    world.told(fire())
    return world.alert("a")


@pytest.fixture
def group(world: World) -> Group:
    world.outage()
    return Group.objects.get()


def kinds() -> list[str]:
    return [fact.kind for fact in latest_facts(kind="alerts.", limit=50)]


def test_acknowledging_is_recorded_once(alert: Alert, alice) -> None:
    actor = actor_for_person(alice)
    actions.acknowledge(alert.uuid, actor=actor)
    actions.acknowledge(alert.uuid, actor=actor)
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == (AlertState.ACKNOWLEDGED, "Alice")
    assert kinds().count("alerts.alert_acknowledged") == 1


def test_who_may_only_look_cannot_acknowledge(alert: Alert, bob) -> None:
    with pytest.raises(Forbidden):
        actions.acknowledge(alert.uuid, actor=actor_for_person(bob))


def test_a_stranger_is_told_there_is_no_such_alert(alert: Alert, charlie) -> None:
    stranger = actor_for_person(charlie)
    with pytest.raises(NotFound):
        actions.acknowledge(alert.uuid, actor=stranger)
    with pytest.raises(NotFound):
        queries.alert_by_id(stranger, alert.uuid)
    assert queries.inbox(stranger, queries.InboxFilter()).rows == ()


def test_unacknowledging_makes_it_open_again(alert: Alert) -> None:
    actions.acknowledge(alert.uuid, actor=SYSTEM)
    assert actions.unacknowledge(alert.uuid, actor=SYSTEM).state == AlertState.OPEN


def test_a_snooze_ends_by_itself(alert: Alert, clock) -> None:
    actions.snooze(alert.uuid, until=later(minutes=30), actor=SYSTEM)
    clock.forward(minutes=29)
    assert actions.wake_snoozed() == 0
    clock.forward(minutes=2)
    assert actions.wake_snoozed() == 1
    alert.refresh_from_db()
    assert (alert.state, alert.snoozed_until) == (AlertState.OPEN, None)


def test_a_snooze_into_the_past_is_refused(alert: Alert) -> None:
    with pytest.raises(InvalidInput):
        actions.snooze(alert.uuid, until=later(minutes=-1), actor=SYSTEM)


def test_closing_by_hand_is_final_until_the_next_firing(world: World, alert: Alert) -> None:
    actions.close(alert.uuid, actor=SYSTEM)
    with pytest.raises(Conflict):
        actions.acknowledge(alert.uuid, actor=SYSTEM)
    world.told(fire())
    with pytest.raises(Conflict, match="newer"):
        actions.reopen(alert.uuid, actor=SYSTEM)


def test_reopening_undoes_a_close(alert: Alert) -> None:
    actions.close(alert.uuid, actor=SYSTEM)
    assert actions.reopen(alert.uuid, actor=SYSTEM).state == AlertState.OPEN


def test_acknowledging_the_cause_acknowledges_the_page_of_its_incident(world: World, group: Group, monkeypatch) -> None:
    incident = Ref("incidents.incident", uuid7())
    actions.attach_incident(group.uuid, incident, actor=SYSTEM)
    answered: list[Ref] = []
    monkeypatch.setattr(paging, "acknowledge_for", lambda subject, **_: answered.append(subject))
    actions.acknowledge(world.alert("app-0-errors").uuid, actor=SYSTEM)
    assert answered == []
    actions.acknowledge(world.alert("db-down").uuid, actor=SYSTEM)
    assert answered == [incident]


def test_a_confirmed_cause_is_not_moved_by_the_engine(world: World, group: Group, clock) -> None:
    actions.confirm_cause(group.uuid, service="app-3", actor=SYSTEM)
    clock.forward(seconds=5)
    world.turn()
    group.refresh_from_db()
    assert (group.cause_service.key, group.cause_state) == ("app-3", CauseState.CONFIRMED)
    assert "alerts.group_cause_moved" in kinds()


def test_a_rejected_cause_never_comes_back(world: World, group: Group, clock) -> None:
    actions.reject_cause(group.uuid, actor=SYSTEM)
    for _ in range(5):
        clock.forward(seconds=2)
        world.turn()
    group.refresh_from_db()
    assert group.rejected == ["db"]
    detail = queries.group_detail(SYSTEM, group.uuid)
    assert detail.cause.service != "db" or detail.cause_state is CauseState.REJECTED


def test_what_is_kept_apart_stays_apart(world: World, group: Group, clock) -> None:
    apart = actions.keep_apart(group.uuid, [world.alert("app-0-errors").uuid], actor=SYSTEM)
    clock.forward(seconds=2)
    world.told(fire("app-0-errors", service="app-0", name="HighErrorRate", peer="db"))
    assert world.alert("app-0-errors").group_id == apart.id
    group.refresh_from_db()
    assert group.counts["alerts"] == len(CALLERS)


def test_keeping_everything_apart_is_refused(world: World, group: Group) -> None:
    everything = list(Alert.objects.filter(group=group).values_list("uuid", flat=True))
    with pytest.raises(InvalidInput):
        actions.keep_apart(group.uuid, everything, actor=SYSTEM)


def test_what_belongs_together_stays_together(world: World, group: Group, clock) -> None:
    apart = actions.keep_apart(group.uuid, [world.alert("app-0-errors").uuid], actor=SYSTEM)
    actions.belong_together(apart.uuid, group.uuid, actor=SYSTEM)
    clock.forward(seconds=2)
    world.turn()
    group.refresh_from_db()
    assert group.state == GroupState.CLOSED
    assert group.merged_into_id == apart.id
    assert Alert.objects.filter(group=apart).count() == 9
    assert Group.objects.filter(state=GroupState.OPEN).count() == 1


def test_a_group_closed_by_hand_is_not_opened_by_the_same_failure(world: World, group: Group, clock) -> None:
    actions.close_group(group.uuid, actor=SYSTEM)
    clock.forward(seconds=2)
    world.turn()
    assert Group.objects.filter(state=GroupState.OPEN).count() == 0


def test_a_group_has_one_incident(group: Group) -> None:
    incident = Ref("incidents.incident", uuid7())
    actions.attach_incident(group.uuid, incident, actor=SYSTEM)
    actions.attach_incident(group.uuid, incident, actor=SYSTEM)
    with pytest.raises(Conflict):
        actions.attach_incident(group.uuid, Ref("incidents.incident", uuid7()), actor=SYSTEM)
    assert queries.groups_of_incident(incident) == [group]


def test_saving_an_unchanged_integration_writes_nothing(world: World) -> None:
    before = len(kinds())
    details = actions.IntegrationDetails(key="sample", name="Sample", kind="opsgenie", team="network")
    actions.save_integration(details, actor=SYSTEM)
    assert len(kinds()) == before


def test_a_removed_integration_is_not_listed(world: World) -> None:
    assert [row.keys for row in queries.integrations(SYSTEM)] == [1]
    actions.remove_integration("sample", actor=SYSTEM)
    assert queries.integrations(SYSTEM) == []


def test_an_ended_silence_hides_nothing_more(world: World) -> None:
    details = actions.SilenceDetails(
        key="mnt",
        matchers=[{"label": "service", "op": "=", "value": "db"}],
        reason="maintenance",
        starts_at=moments.now() - timedelta(minutes=1),
        ends_at=later(hours=1),
    )
    actions.save_silence(details, actor=SYSTEM)
    world.told(fire())
    assert world.alert("a").set_aside == "silenced"
    actions.end_silence("mnt", actor=SYSTEM)
    world.told(fire())
    assert world.alert("a").set_aside != "silenced"
    assert queries.silences(SYSTEM) == []
    assert len(queries.silences(SYSTEM, ended=True)) == 1


def test_the_inbox_goes_on_where_it_stopped(world: World) -> None:
    world.told(*(fire(f"a-{n}", service=f"other-{n}", severity=Severity.INFO) for n in range(5)))
    first = queries.inbox(SYSTEM, queries.InboxFilter(), limit=3)
    rest = queries.inbox(SYSTEM, queries.InboxFilter(), after=first.after, limit=3)
    assert len({row.id for row in (*first.rows, *rest.rows)}) == 5
    assert rest.after == ""


def test_the_inbox_filters_by_text_and_severity(world: World) -> None:
    world.told(fire("a", name="Alpha"), fire("b", name="Beta", severity=Severity.INFO))
    found = queries.inbox(SYSTEM, queries.InboxFilter(text="beta"))
    assert [row.title for row in found.rows] == ["Beta on db"]
    assert len(queries.inbox(SYSTEM, queries.InboxFilter(at_least=Severity.MAJOR)).rows) == 1


def test_partitions_are_made_ahead_and_old_ones_dropped(world: World, clock) -> None:
    world.told(fire())
    clock.forward(days=20)
    assert actions.maintain_partitions() > 0
    assert actions.maintain_partitions() == 0


def test_options_are_read_as_the_kind_declares_them_and_record_one_fact(world: World) -> None:
    from tocsin.journal.models import Fact

    asked = actions.IntegrationDetails(
        key="mine", name="Mine", kind="generic", options={"mapping": {"title": "{{a}}", "key": ""}}
    )
    saved = actions.save_integration(asked, actor=SYSTEM)
    assert saved.options == {"mapping": {"title": "{{a}}"}}
    before = Fact.objects.count()
    actions.save_integration(asked, actor=SYSTEM)
    assert Fact.objects.count() == before
    actions.save_integration(replace(asked, options={}), actor=SYSTEM)
    fact = Fact.objects.order_by("-id")[0]
    assert (Fact.objects.count(), fact.data["changed"]) == (before + 1, ["options"])
    for options in ({"mapping": {"title": "{{"}}, {"other": 1}):
        with pytest.raises(InvalidInput):
            actions.save_integration(replace(asked, options=options), actor=SYSTEM)


def test_options_stay_where_none_are_given_and_go_with_the_kind_they_are_of(world: World) -> None:
    details = actions.IntegrationDetails(key="g", name="G", kind="grafana", options={"signature_required": True})
    actions.save_integration(details, actor=SYSTEM)
    unsaid = replace(details, name="Renamed", options=None)
    assert actions.save_integration(unsaid, actor=SYSTEM).options == {"signature_required": True}
    assert actions.save_integration(replace(unsaid, kind="zabbix"), actor=SYSTEM).options == {}


def test_a_secret_is_kept_sealed_for_this_integration_and_opens_for_the_intake_only(world: World) -> None:
    from tocsin.accounts.queries import keyring
    from tocsin.alerts.intake.secrets import given_secrets

    details = actions.IntegrationDetails(key="s", name="S", kind="sentry", options={"client_secret": "hush"})
    row = actions.save_integration(details, actor=SYSTEM)
    sealed = row.options["client_secret"]
    assert "hush" not in sealed
    assert given_secrets(keyring(), row.uuid, row.options) == ["hush"]
    for same in ("hush", sealed):
        again = actions.save_integration(replace(details, options={"client_secret": same}), actor=SYSTEM)
        assert again.options == {"client_secret": sealed}
    other = actions.save_integration(replace(details, key="o", options={"client_secret": "x"}), actor=SYSTEM)
    with pytest.raises(InvalidInput, match="sealed elsewhere"):
        actions.save_integration(replace(details, key="o", options={"client_secret": sealed}), actor=SYSTEM)
    assert given_secrets(keyring(), other.uuid, {"client_secret": sealed}) == []
