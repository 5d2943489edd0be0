"""One run at a time on each database."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from flask_migrate import errors
from flask_migrate.locking import lock, lock_for, mysql, postgresql, sqlite

from . import history


@pytest.fixture
def prepared(started, database_url):
    """A project with a history, on each kind of database."""
    started.url = database_url
    history.write(started)
    return started


@contextmanager
def held(url):
    """Another run's lock on a database."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        other = lock_for(connection, "alembic_version")
        other.acquire(0)
        connection.rollback()
        yield other
        other.release()
    engine.dispose()


@pytest.mark.parametrize("middle", [None, "r2"])
def test_simultaneous_upgrades_all_succeed_and_apply_each_revision_once(prepared, middle):
    """Four processes that start together exit 0, and the rows are those of one run."""
    if middle:
        assert prepared.run("upgrade", revision=middle).exit_code == 0
    processes = [history.start(prepared, "upgrade", SLOWLY="0.02") for _ in range(4)]
    outputs = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, outputs
    assert history.rows(prepared) == history.RESULT


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_run_that_waits_too_long_says_who_holds_the_lock_and_exits_8(prepared, face):
    """It waits as long as it was told, says for whom, and runs nothing."""
    with held(prepared.url):
        outcome = prepared.run("upgrade", face, lock_wait=0.3)
    assert outcome.exit_code == 8
    assert "Waiting for another migration run" in outcome.stderr
    assert "Nothing was run: another migration run held the lock" in outcome.stderr
    assert "just gone" not in outcome.stderr
    assert "counter" not in prepared.tables()


def test_the_error_of_a_lock_carries_the_facts(prepared):
    """Who holds it and how long was waited are attributes."""
    with held(prepared.url):
        error = prepared.run("stamp", revision="r0", lock_wait=0).error
    assert isinstance(error, errors.LockTimeoutError)
    assert error.waited < 5
    assert error.holder


def test_no_lock_runs_all_the_same(prepared):
    """``--no-lock`` does not look for another run."""
    with held(prepared.url):
        assert prepared.run("upgrade", "flask db", no_lock=True).exit_code == 0
    assert history.rows(prepared) == history.RESULT


def test_reading_commands_do_not_wait(prepared):
    """``current`` and ``check`` take no lock."""
    with held(prepared.url):
        assert prepared.run("current", "flask db").exit_code == 0


def test_a_killed_process_leaves_no_lock(prepared):
    """After ``kill -9`` the next run starts at once."""
    process = history.start(prepared, "upgrade", SLOWLY="30")
    while "Running upgrade" not in process.stderr.readline():
        assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert prepared.run("upgrade", lock_wait=5).exit_code == 0
    assert history.rows(prepared) == history.RESULT


def test_a_second_run_finds_nothing_to_do(prepared):
    """Where the database is, is read when the lock is held."""
    first = history.start(prepared, "upgrade", SLOWLY="0.3")
    while "Running upgrade" not in first.stderr.readline():
        assert first.poll() is None
    outcome = prepared.run("upgrade")
    first.communicate()
    assert (outcome.exit_code, outcome.value) == (0, ())


def test_a_database_in_memory_needs_no_lock():
    """Nobody else can reach it."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        assert lock_for(connection, "alembic_version") is None
    engine.dispose()


def test_two_binds_to_one_database_do_not_wait_for_each_other(prepared, tmp_path):
    """A run holds the lock of a database once."""
    prepared.binds = {"same": prepared.url}
    for file in prepared.revision_files():
        file.unlink()
    os.remove("migrations/env.py")
    os.rename("migrations", "before")
    prepared.run("init", multidb=True)
    prepared.run("revision")
    assert prepared.run("upgrade", lock_wait=1).exit_code == 0


def test_a_lost_lock_stops_the_run_before_the_next_revision(prepared, monkeypatch):
    """Another run may have begun, so this one goes no further."""
    asked = []
    kinds = (postgresql.PostgresqlLock, mysql.NamedLock, sqlite.FileBesideLock)
    for kind in kinds:
        monkeypatch.setattr(kind, "is_held", lambda self: asked.append(True) or len(asked) < 3)
    monkeypatch.setattr(lock, "_CHECK", 0)
    outcome = prepared.run("upgrade")
    assert isinstance(outcome.error, errors.LockLostError)
    assert len(asked) == 3


def test_a_terminated_session_is_a_lost_lock(postgresql_url):
    """The server is asked, not the memory of this process."""
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as connection:
        mine = lock_for(connection, "alembic_version")
        mine.acquire(0)
        assert mine.is_held()
        session = mine.scalar("SELECT pg_backend_pid()")
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({session})")
        assert not mine.is_held()
        mine.release()
    engine.dispose()


def test_a_killed_session_is_a_lost_lock_on_mariadb(mariadb_url):
    """The same on MariaDB."""
    engine = sa.create_engine(mariadb_url)
    with engine.connect() as connection:
        mine = lock_for(connection, "alembic_version")
        mine.acquire(0)
        assert mine.is_held()
        session = mine.scalar("SELECT CONNECTION_ID()")
        connection.exec_driver_sql(f"KILL {session}")
        assert not mine.is_held()
        mine.release()
    engine.dispose()


def test_a_waiting_run_does_not_block_a_concurrent_index(postgresql_url):
    """It polls outside any transaction, so it holds no snapshot to wait for."""
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as first, engine.connect() as second:
        holder = lock_for(first, "alembic_version")
        waiter = lock_for(second, "alembic_version")
        holder.acquire(0)
        assert not waiter.try_acquire()
        builder = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        builder.exec_driver_sql("SET statement_timeout = '5s'")
        builder.exec_driver_sql("CREATE TABLE t (id int)")
        builder.exec_driver_sql("CREATE INDEX CONCURRENTLY ix ON t (id)")
        builder.close()
        holder.release()
        waiter.release()
    engine.dispose()


def test_a_pooler_in_transaction_mode_is_named(postgresql_url, monkeypatch):
    """Two statements of one session that reach two servers give it away."""
    numbers = iter(range(100))
    monkeypatch.setattr(
        postgresql.PostgresqlLock, "scalar", lambda self, sql, **values: next(numbers)
    )
    engine = sa.create_engine(make_url(postgresql_url))
    with engine.connect() as connection, pytest.raises(errors.LockError, match="PgBouncer"):
        lock_for(connection, "alembic_version")
    engine.dispose()


@pytest.mark.parametrize(
    ("may_write", "said"),
    [(True, "The lock file of the database"), (False, "The folder of the database")],
)
def test_what_cannot_be_written_beside_a_database_is_named(started, monkeypatch, may_write, said):
    """The file is of another user, or nobody may write beside it."""

    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    folder = str(started.folder)
    monkeypatch.setattr("os.access", lambda path, *_, **__: path != folder or may_write)
    error = started.run("upgrade").error
    assert isinstance(error, errors.LockError)
    assert error.message.startswith(said)
