"""What every test may ask for: a database, a clock that can be moved, a cast, a browser.

One private PostgreSQL serves the whole run, without fsync: what a test loses in a power cut nobody misses. One database
is migrated once and is the template of all others, so that a fresh database costs a file copy.

Django connects as the role that has rows only, as in production; the owner role migrates.

Two ways to the database:
- `db` (or `pytest.mark.django_db`): inside one transaction that is rolled back. Quick; for rules, queries, actions.
- `fresh_database`: a database of the test's own, committed and dropped afterwards; for tests that start processes, use
  several connections, or look at what commits do. (`django_db(transaction=True)` is refused: its flush would also
  delete the rows that migrations made.)

`-p no:django` runs tests of pure code without any of this.
"""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tocsin.core.postgres import Cluster, Running, roles
from tocsin.core.postgres.sockets import socket_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tocsin.accounts.models import Person

IN_CI = os.environ.get("TOCSIN_CI") == "1"
DATABASE_FIXTURES = {"db", "fresh_database", "running", "template_database", "live_server", "stocked", "base"}
FOLDER = Path(tempfile.mkdtemp(prefix="tocsin-"))
NAMES = roles.Names()
TEST_RING = f'[{{"id": "test", "key": "{base64.b64encode(b"tests".ljust(32, b".")).decode()}"}}]'


# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("tocsin", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tocsin")


def pytest_configure(config: pytest.Config) -> None:
    """Point the settings at the private server, which starts when the first test wants it."""
    if not config.pluginmanager.hasplugin("django") or _only_hands_out(config):
        return
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        if name not in {"TOCSIN_CI", "TOCSIN_PG_BIN"}:
            del os.environ[name]
    sockets = socket_folder(FOLDER / "pg", (os.geteuid(), os.getegid()))
    os.environ["TOCSIN_CONFIG"] = os.devnull
    os.environ["TOCSIN_DATA_DIR"] = str(FOLDER / "data")
    os.environ["TOCSIN_DATABASE_URL"] = roles.dsn(sockets, NAMES.app, NAMES.database)
    os.environ["TOCSIN_KEYRING"] = TEST_RING
    os.environ["DJANGO_SETTINGS_MODULE"] = "tocsin.main.settings"
    from tocsin.main import boot

    boot.set_up_django()  # with wiring, which pytest-django would not do


def _only_hands_out(config: pytest.Config) -> bool:
    """Under `-n 2` the workers run the tests; they would inherit what the process that hands them out sets."""
    return bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(FOLDER, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what talks to PostgreSQL, so that `-m database` runs it on another server version; browsers come last."""
    # Playwright's event loop stays with the thread it was started in, where nothing else can run one afterwards.
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))
    for item in items:
        wanted = item.get_closest_marker("django_db")
        if wanted is not None and wanted.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: ask for the fixture fresh_database instead of transaction=True.")
        if wanted is not None or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where everything is installed a skip is a failure: a test that never runs proves nothing."""
    report: pytest.TestReport = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped where nothing may be skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """The private server of this run."""
    settings = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "128MB"}
    with Cluster(FOLDER / "pg", settings=settings) as server:
        yield server


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Nothing to modify: the database of the run is private already."""


@pytest.fixture(scope="session")
def template_database(running: Running, django_db_blocker: Any) -> str:
    """Migrate once; every other database is a copy of this one."""
    from django.core.management import call_command
    from django.db import connection

    from tocsin.main import migrate

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as as_owner:
        as_owner.setitem(connection.settings_dict, "USER", NAMES.owner)
        call_command("migrate", verbosity=0, interactive=False)
        migrate.run(migrate.Phase.POST)
        connection.close()
    return NAMES.database


@pytest.fixture(scope="session")
def django_db_setup(running: Running, template_database: str) -> None:
    """Let the tests that roll back share one copy of the template."""
    _copy(running, template_database, "shared")
    _use("shared")


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database of a test's own: URLs for the owner and for the role that has rows only."""

    name: str
    dsn: str
    app_dsn: str


@pytest.fixture
def fresh_database(
    running: Running, template_database: str, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """A fresh database, which Django uses during this test; other processes may connect to `dsn`."""
    before = _settings_dict()["NAME"]
    name = f"fresh_{os.urandom(4).hex()}"
    _copy(running, template_database, name)
    with django_db_blocker.unblock():
        _use(name)
        yield Database(
            name=name,
            dsn=roles.dsn(running.socket_folder, NAMES.owner, name),
            app_dsn=roles.dsn(running.socket_folder, NAMES.app, name),
        )
        _use(before)
    _execute(running, f'drop database "{name}" with (force)')


def _copy(running: Running, template: str, name: str) -> None:
    _execute(running, f'create database "{name}" template "{template}" owner "{NAMES.owner}" strategy file_copy')


def _execute(running: Running, statement: str) -> None:
    import psycopg

    with closing(psycopg.connect(running.admin_dsn, autocommit=True)) as admin:
        admin.execute(statement.encode())


def _use(name: str) -> None:
    from django.db import connection

    connection.close()
    _settings_dict()["NAME"] = name


def _settings_dict() -> dict[str, Any]:
    from django.db import connection

    return connection.settings_dict


@dataclass(frozen=True, slots=True)
class Clock:
    """The database's clock, as far as Tocsin sees it: only tests set its offset, and only forward."""

    def forward(self, **by: float) -> None:
        """Move on by `timedelta(**by)`: `clock.forward(minutes=30)`."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute('UPDATE core_clock SET "offset" = "offset" + %s', [timedelta(**by)])


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """Time travel in the database that the test uses."""
    if "fresh_database" not in request.fixturenames:
        request.getfixturevalue("db")
    return Clock()


def _person(login: str, role: str) -> Person:
    from tocsin.accounts.actions import PersonDetails, save_person
    from tocsin.accounts.rules import SYSTEM, Role

    details = PersonDetails(login=login, name=login.title(), email=f"{login}@sample.invalid", role=Role(role))
    return save_person(details, actor=SYSTEM)


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> dict[str, Person]:
    """Alice may, Bob may look, Charlie gets 404. Alice is a member of the team `network`."""
    from tocsin.accounts.actions import save_team
    from tocsin.accounts.rules import SYSTEM

    if "fresh_database" not in request.fixturenames:
        request.getfixturevalue("db")
    people = {login: _person(login, role) for login, role in CAST.items()}
    save_team(key="network", name="Network", members=["alice"], lead="alice", actor=SYSTEM)
    return people


CAST = {"alice": "responder", "bob": "viewer", "charlie": "guest"}


@pytest.fixture
def alice(cast: dict[str, Person]) -> Person:
    """Responder in the team `network`: she may."""
    return cast["alice"]


@pytest.fixture
def bob(cast: dict[str, Person]) -> Person:
    """Viewer: he may look."""
    return cast["bob"]


@pytest.fixture
def charlie(cast: dict[str, Person]) -> Person:
    """Guest without a team: what is there is not there for him."""
    return cast["charlie"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window. Ended with its module: its event loop would get in the way of others."""
    program = os.environ.get("TOCSIN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("browser tests need Chromium, which is not installed (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Django sees Playwright's loop and takes these tests for its code
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has no sandbox for root
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()
