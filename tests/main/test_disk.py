"""A disk that fills up is told of, costs days of the event log that need not be kept, and at last the least alerts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.db import connection

from tests.alerts.conftest import away, door, stored_world, world
from tests.alerts.world import World, resolve
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions
from tocsin.alerts.intake import Delivery
from tocsin.alerts.intake import disk as intake_disk
from tocsin.alerts.models import Alert
from tocsin.alerts.rules import AlertState, Severity
from tocsin.alerts.rules.disk import EASED, DiskState, least_taken, state_of
from tocsin.core.config import ConfigError, load
from tocsin.core.errors import Unavailable
from tocsin.core.ids import uuid7
from tocsin.journal.queries import latest_facts
from tocsin.main import disk
from tocsin.main.front.health import Examiner

if TYPE_CHECKING:
    from tests.alerts.test_intake import Door
    from tests.conftest import Database

__all__ = ["away", "door", "stored_world", "world"]


class Injected:
    """How full the disk of a test is, and whether the database is on it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fill, self.has_database = 0.5, True
        for module in (disk, intake_disk):
            monkeypatch.setattr(module, "fill_of", lambda _: self.fill)
            monkeypatch.setattr(module, "holds_database", lambda _: self.has_database)


@pytest.fixture
def injected(monkeypatch: pytest.MonkeyPatch) -> Injected:
    return Injected(monkeypatch)


def guard(world: World) -> None:
    disk.guard(django_settings.CONFIG)
    world.turn()


def told() -> list[str]:
    kinds = ("main.disk_low", "main.disk_eased", "main.event_log_shortened")
    return [fact.kind for fact in reversed(latest_facts(limit=100)) if fact.kind in kinds]


def days() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^alerts_event_[0-9]{8}$' ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def own_alert() -> Alert:
    return Alert.objects.get(name="DiskNearlyFull", superseded_at__isnull=True)


@pytest.mark.django_db
def test_a_disk_that_is_nearly_full_is_one_alert_and_one_fact_until_it_has_room(
    world: World, injected: Injected
) -> None:
    for injected.fill in (0.79, 0.83, 0.84, 0.79):
        guard(world)
    assert told() == ["main.disk_low"]
    assert (own_alert().state, own_alert().labels["percent"], own_alert().severity) == ("open", "79", Severity.MAJOR)
    injected.fill = 0.8 - EASED - 0.01
    guard(world)
    guard(world)
    assert told() == ["main.disk_low", "main.disk_eased"]
    assert own_alert().state == AlertState.CLOSED


@pytest.mark.django_db
def test_the_nearly_full_disk_of_the_database_costs_the_oldest_days_and_each_is_a_fact(
    world: World, injected: Injected, clock
) -> None:
    for _ in range(6):
        clock.forward(days=1)
        actions.maintain_partitions()
    before = days()
    fills = iter([0.85, 0.85, 0.85, 0.7])
    type(injected).fill = property(lambda _: next(fills), lambda *_: None)
    disk.guard(django_settings.CONFIG)
    del type(injected).fill
    assert days() == before[2:]
    assert told() == ["main.disk_low", "main.event_log_shortened", "main.event_log_shortened"]
    injected.fill = 0.85
    guard(world)
    least = django_settings.CONFIG.event_days_least
    assert len(days()) == least + 1 + 2, "the least there is to keep, today, and two made ahead"
    said = latest_facts(kind="main.event_log_shortened")[0].data
    assert (said["days"], said["percent"]) == (least, 85)


@pytest.mark.django_db
def test_a_disk_without_the_database_costs_no_day(world: World, injected: Injected, clock) -> None:
    for _ in range(6):
        clock.forward(days=1)
        actions.maintain_partitions()
    before, injected.fill, injected.has_database = days(), 0.99, False
    guard(world)
    assert (days(), own_alert().labels["state"]) == (before, "low")


@pytest.mark.parametrize(
    ("fill", "least"),
    [
        (0.94, Severity.INFO),
        (0.95, Severity.MINOR),
        (0.971, Severity.MAJOR),
        (0.991, Severity.CRITICAL),
        (1.0, Severity.CRITICAL),
    ],
)
def test_the_least_important_is_refused_first(fill: float, least: Severity) -> None:
    assert least_taken(fill, full=0.95) == least
    assert least_taken(fill, full=1.01) == Severity.INFO


def test_what_was_low_is_low_until_it_is_well_below_the_mark() -> None:
    marks = {"low": 0.8, "full": 0.95, "has_database": True}
    assert state_of(0.79, was_low=False, **marks) is DiskState.ROOM
    assert state_of(0.79, was_low=True, **marks) is DiskState.SHORT
    assert state_of(0.96, was_low=True, **marks) is DiskState.FULL


async def test_with_the_disk_full_ends_and_critical_alerts_are_taken_and_the_rest_is_told(
    door: Door, injected: Injected
) -> None:
    injected.fill = 0.995
    door.intake._disk.look()
    for severity in (Severity.WARNING, Severity.MAJOR):
        with pytest.raises(Unavailable, match="nearly full") as refused:
            await door.intake.accept(door.delivery("a", severity=severity))
        assert (refused.value.status, refused.value.code) == (503, "disk_full")
    await door.intake.accept(door.delivery("a", severity=Severity.CRITICAL))
    await door.intake.accept(Delivery(sender=door.sender, request_id=uuid7(), events=(resolve("a"),)))
    assert door.rows("SELECT action FROM alerts_event ORDER BY received_at") == [("fire",), ("resolve",)]
    injected.has_database = False
    door.intake._disk.look()
    await door.intake.accept(door.delivery("b", severity=Severity.INFO))


async def test_a_node_whose_disk_is_low_says_so(door: Door, injected: Injected, fresh_database: Database) -> None:
    injected.fill = 0.81
    door.intake._disk.look()
    examiner = Examiner(fresh_database.app_dsn)
    report = await examiner.examine(frozenset({"intake"}), "elsewhere", await door.intake.spool_state())
    await examiner.close()
    assert (report.status, report.disk) == ("degraded", 0.81)


@pytest.mark.django_db
def test_every_screen_says_that_a_disk_is_nearly_full(world: World, injected: Injected, cast, client) -> None:
    client.force_login(cast["alice"])
    injected.fill = 0.83
    guard(world)
    assert "is 83 % full: the event log is kept for less" in client.get("/alerts").content.decode()
    injected.fill = 0.96
    guard(world)
    assert "is 96 % full: lesser alerts are being refused" in client.get("/alerts").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [{"percent": "much"}, {"percent": "²"}, {"node": None, "percent": None, "state": None}]
)
def test_whoever_changes_the_labels_of_that_alert_breaks_no_screen_and_no_watch(
    world: World, injected: Injected, cast, client, change: dict[str, str | None]
) -> None:
    client.force_login(cast["alice"])
    injected.fill = 0.83
    guard(world)
    actions.relabel(own_alert().uuid, change, actor=SYSTEM)
    assert "is ? % full" in client.get("/alerts").content.decode()
    guard(world)
    assert told() == ["main.disk_low"]


def test_how_full_a_folder_is_is_read_from_its_disk(tmp_path: Path) -> None:
    import shutil

    usage = shutil.disk_usage(tmp_path)
    assert intake_disk.fill_of(tmp_path) == pytest.approx(1 - usage.free / usage.total, abs=0.01)
    assert intake_disk.fill_of(tmp_path / "none") == 0
    assert not intake_disk.holds_database(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"TOCSIN_DISK_LOW_PERCENT": "96"},
        {"TOCSIN_DISK_LOW_PERCENT": "0"},
        {"TOCSIN_DISK_FULL_PERCENT": "101"},
        {"TOCSIN_EVENT_DAYS_LEAST": "0"},
    ],
)
def test_marks_that_make_no_sense_are_refused(wrong: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load(wrong, tmp_path / "none.toml")
