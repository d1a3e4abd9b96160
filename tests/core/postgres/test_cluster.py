"""The private server: starts, is durable, is shared, is adopted, survives kill -9, refuses what it must refuse."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tocsin.core.postgres import Cluster, Running
from tocsin.core.postgres.errors import PostgresError
from tocsin.core.postgres.processes import all_in, is_alive, read_pid_file, send, wait_until


def ask(dsn: str, query: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def run(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_fresh_cluster_is_utf8_durable_and_without_tcp(base: Path) -> None:
    with Cluster(base / "db") as running:
        settings = {
            name: ask(running.dsn, f"show {name}")
            for name in ("server_encoding", "fsync", "synchronous_commit", "listen_addresses", "max_connections")
        }
    assert settings == {
        "server_encoding": "UTF8",
        "fsync": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "max_connections": "200",
    }


def test_folders_are_closed_and_parents_keep_their_modes(base: Path) -> None:
    parent = base / "open"
    parent.mkdir(mode=0o755)
    with Cluster(parent / "db") as running:
        closed = {path: stat.S_IMODE(path.stat().st_mode) for path in (parent / "db", running.socket_folder)}
    assert set(closed.values()) == {0o700}
    assert stat.S_IMODE(parent.stat().st_mode) == 0o755


def test_app_role_writes_rows_and_changes_no_schema(stocked: Path) -> None:
    with Cluster(stocked / "db") as running:
        run(running.dsn, "create table note (id bigint generated always as identity, body text)")
        run(running.app_dsn, "insert into note (body) values ('kept')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(running.app_dsn, "alter table note add column more text")
        assert ask(running.app_dsn, "select body from note") == "kept"


def test_stop_ends_the_server_and_the_next_start_finds_the_rows(stocked: Path) -> None:
    cluster = Cluster(stocked / "db")
    running = cluster.start()
    run(running.dsn, "create table note as select 1 as id")
    cluster.stop()
    assert not is_alive(running.pid)
    with Cluster(stocked / "db") as again:
        assert ask(again.dsn, "select id from note") == 1


def test_postgres_is_a_direct_child_and_is_not_hit_by_the_terminals_interrupt(stocked: Path) -> None:
    with Cluster(stocked / "db") as running:
        status = Path(f"/proc/{running.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        assert int(status[1]) == os.getpid()
        assert os.getpgid(running.pid) != os.getpgid(0)


def test_second_start_joins_the_running_server_and_does_not_stop_it(stocked: Path) -> None:
    with Cluster(stocked / "db") as first:
        guest = Cluster(stocked / "db")
        second = guest.start()
        assert (second.pid, second.kept_by_us) == (first.pid, False)
        guest.stop()
        assert first.is_alive()
        assert ask(first.dsn, "select 1") == 1


STARTER = """
import sys, time
from pathlib import Path
from tocsin.core.postgres import Cluster
print(Cluster(Path(sys.argv[1])).start().pid, flush=True)
time.sleep(600)
"""


def starter(base: Path) -> tuple["subprocess.Popen[str]", int]:
    child = subprocess.Popen([sys.executable, "-c", STARTER, str(base / "db")], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    return child, int(child.stdout.readline())


def test_two_processes_starting_at_once_share_one_server(stocked: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(stocked / "db")]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {int(child.stdout.readline()) for child in children if child.stdout is not None}
    for child in children:
        child.kill()
        child.wait()
    cluster = Cluster(stocked / "db")
    adopted = cluster.start()
    cluster.stop()
    assert pids == {adopted.pid}


def test_server_of_a_killed_process_is_adopted_and_then_stopped(stocked: Path) -> None:
    child, pid = starter(stocked)
    child.kill()
    child.wait()
    cluster = Cluster(stocked / "db")
    running = cluster.start()
    assert (running.pid, running.kept_by_us) == (pid, True)
    cluster.stop()
    assert not is_alive(pid)


def kill_postmaster(running: Running) -> None:
    os.kill(running.pid, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(running.pid), timeout_s=10)


def test_committed_rows_survive_kill_9_of_every_process(stocked: Path) -> None:
    cluster = Cluster(stocked / "db")
    running = cluster.start()
    run(running.dsn, "create table note (id int)")
    for number in range(50):
        run(running.dsn, f"insert into note values ({number})")
    for pid in all_in(cluster.data):
        send(pid, signal.SIGKILL)
    assert wait_until(lambda: not running.is_alive(), timeout_s=10)
    again = cluster.start()
    assert again.pid != running.pid
    assert ask(again.dsn, "select count(*) from note") == 50
    cluster.stop()


def test_start_waits_for_the_children_of_a_killed_postmaster(stocked: Path) -> None:
    cluster = Cluster(stocked / "db")
    running = cluster.start()
    with psycopg.connect(running.dsn, autocommit=True) as busy:
        busy.execute("select 1")
        kill_postmaster(running)
        again = cluster.start()
    assert ask(again.dsn, "select 1") == 1
    cluster.stop()


def test_unreaped_postmaster_counts_as_dead(stocked: Path) -> None:
    """The first `Running` still holds the child, unreaped: a zombie, which `kill(pid, 0)` takes for alive."""
    dead = Cluster(stocked / "db").start()
    kill_postmaster(dead)
    os.kill(dead.pid, 0)
    with Cluster(stocked / "db") as running:
        assert running.pid != dead.pid
        assert ask(running.dsn, "select 1") == 1
    assert not dead.is_alive()


def test_pid_file_of_an_unrelated_process_does_not_stop_a_start(stocked: Path) -> None:
    cluster = Cluster(stocked / "db")
    cluster.start()
    cluster.stop()
    stranger = f"{os.getpid()}\n{cluster.data}\n1700000000\n5432\n{stocked}/db/run\n\n 1 1\nready\n"
    (cluster.data / "postmaster.pid").write_text(stranger, encoding="utf-8")
    shutil.chown(cluster.data / "postmaster.pid", *(cluster.data.stat().st_uid, cluster.data.stat().st_gid))
    with cluster as running:
        assert read_pid_file(cluster.data) is not None
        assert ask(running.dsn, "select 1") == 1


def test_data_of_another_major_version_is_refused_with_the_way_out(stocked: Path) -> None:
    cluster = Cluster(stocked / "db")
    cluster.start()
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("12\n", encoding="utf-8")
    with pytest.raises(PostgresError, match=r"written by PostgreSQL 12.*dump.*restore") as refused:
        cluster.start()
    assert refused.value.code == "postgres_version"


def test_folder_too_deep_for_a_socket_gets_a_short_private_one(base: Path) -> None:
    deep = base / ("d" * 60) / ("e" * 60)
    with Cluster(deep / "db") as running:
        folder = running.socket_folder
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 107
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with Cluster(deep / "db") as guest:
            assert guest.socket_folder == folder
    shutil.rmtree(folder)


def test_interrupted_first_start_leaves_nothing_in_the_way(base: Path) -> None:
    half = base / "db" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n", encoding="utf-8")
    with Cluster(base / "db") as running:
        assert ask(running.dsn, "select 1") == 1


def test_failure_to_start_shows_the_end_of_the_servers_log(base: Path) -> None:
    with pytest.raises(PostgresError, match="no_such_setting"):
        Cluster(base / "db", settings={"no_such_setting": "1"}).start()


def test_given_programs_folder_without_programs_is_refused(base: Path) -> None:
    with pytest.raises(PostgresError, match="does not hold postgres"):
        Cluster(base / "db", base).start()


def test_module_runs_a_server_in_the_foreground_until_told_to_stop(stocked: Path) -> None:
    command = [sys.executable, "-m", "tocsin.core.postgres", "--data", str(stocked / "db")]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    kind, dsn = child.stdout.readline().split()
    assert kind == "owner"
    assert ask(dsn, "select 1") == 1
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 0
    assert all_in(stocked / "db" / "cluster") == []
