"""A run that waits says for whom, gives up in time, and tries again."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from flask_migrate import errors, watching
from flask_migrate.durations import DurationError, duration, times

from . import history


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("2s", 2), ("2 s", 2), ("5min", 300), ("1m", 60), ("1h", 3600), ("7", 7)],
)
def test_a_length_of_time_is_read_with_its_unit(text, seconds):
    """A number alone is seconds."""
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "x", "2d", "-1s", "1h30m"])
def test_another_text_is_no_length_of_time(text):
    """The error says what to write."""
    with pytest.raises(DurationError, match="write 500ms, 2s, 5min or 1h"):
        duration(text)


def test_a_length_of_time_has_an_end():
    """Beyond it PostgreSQL would refuse the setting, in words of its own."""
    with pytest.raises(DurationError, match="'577h' is too long; 576h is the most"):
        duration("577h")


@pytest.mark.parametrize("text", ["-1", "", "x", "1.5", "10000", "9" * 400])
def test_another_text_is_no_number_of_times(text):
    """The error says what to write."""
    with pytest.raises(DurationError, match="write one from 0 to 9999"):
        times(text)


@pytest.mark.parametrize("name", ["upgrade", "downgrade", "redo", "prepare"])
@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_negative_number_of_retries_is_wrong_usage(started, face, name):
    """Exit code 2, with a sentence."""
    outcome = started.run(name, face, retries="-1")
    assert outcome.exit_code == 2
    assert "'-1' is no number of times; write one from 0 to 9999" in outcome.stderr


def test_a_negative_number_of_retries_in_a_program_is_an_error_of_ours(started):
    """With the name of the parameter."""
    error = started.run("upgrade", retries=-1).error
    assert isinstance(error, errors.InvalidNameError)
    assert "retries: -1 is no number of times" in error.message


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_wrong_length_of_time_is_wrong_usage(started, face):
    """Exit code 2, and the value is named."""
    outcome = started.run("upgrade", face, lock_timeout="soon")
    assert outcome.exit_code == 2
    assert "soon" in outcome.stderr


def test_a_wrong_length_of_time_in_a_program_is_an_error_of_ours(started):
    """With the name of the parameter."""
    error = started.run("upgrade", lock_timeout="soon").error
    assert isinstance(error, errors.InvalidNameError)
    assert "lock_timeout: 'soon' is no length of time" in error.message


@contextmanager
def table_in_use(project):
    """Another session has changed a row of ``counter`` and not committed."""
    engine = sa.create_engine(project.url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("UPDATE counter SET n = n")
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture
def prepared(started, database_url):
    """A project on each database, of whose history the table ``counter`` is there."""
    started.url = database_url
    history.write(started)
    assert started.run("upgrade", revision="r1").exit_code == 0
    return started


def test_a_held_lock_ends_the_run_in_time(prepared):
    """``--lock-timeout`` is obeyed, and nothing of the revision is left."""
    start = time.monotonic()
    with table_in_use(prepared):
        outcome = prepared.run("upgrade", lock_timeout="1s")
    assert time.monotonic() - start < 5
    assert outcome.exit_code == 1
    assert prepared.run("current").value == ("r1",)
    assert prepared.run("upgrade").exit_code == 0
    assert history.rows(prepared) == history.RESULT


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_lock_timeout_is_retried(started, request, kind):
    """When the other session lets go, the run goes through, and each revision ran once."""
    started.url = request.getfixturevalue(f"{kind}_url")
    history.write(started)
    started.run("upgrade", revision="r1")
    with table_in_use(started) as other:
        timer = threading.Timer(2.5, other.connection.rollback)
        timer.start()
        outcome = started.run("upgrade", "flask db", lock_timeout="1s", retries=20)
        timer.join()
    assert outcome.exit_code == 0, outcome.stderr
    assert "Retry 1 of 20" in outcome.stderr
    assert history.rows(started) == history.RESULT


def test_a_busy_sqlite_is_retried(started, tmp_path):
    """The same on SQLite, where the other session is a thread."""
    history.write(started)
    started.run("upgrade", revision="r1")
    held = threading.Event()

    def hold():
        with table_in_use(started):
            held.set()
            time.sleep(1.5)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    outcome = started.run("upgrade", "flask db", lock_timeout="300ms", retries=20)
    thread.join()
    assert outcome.exit_code == 0, outcome.stderr
    assert "Retry 1 of 20" in outcome.stderr
    assert history.rows(started) == history.RESULT


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_waiting_run_says_who_blocks_it(started, request, monkeypatch, kind):
    """After some seconds of silence the other session is named."""
    monkeypatch.setattr(watching, "PATIENCE", 0.3)
    started.url = request.getfixturevalue(f"{kind}_url")
    history.write(started)
    started.run("upgrade", revision="r1")
    with table_in_use(started):
        outcome = started.run("upgrade", "flask db", lock_timeout="2s")
    assert outcome.exit_code == 1
    assert "Waiting for a lock held by" in outcome.stderr


def test_a_statement_ends_in_time(started, postgresql_url):
    """``--statement-timeout`` is obeyed on PostgreSQL."""
    started.url = postgresql_url
    history.write(started, [['op.execute("SELECT pg_sleep(30)")']])
    start = time.monotonic()
    outcome = started.run("upgrade", statement_timeout="500ms")
    assert time.monotonic() - start < 10
    assert isinstance(outcome.error, errors.RevisionFailedError)


def test_a_statement_ends_in_time_on_mariadb(started, mariadb_url):
    """The same on MariaDB."""
    started.url = mariadb_url
    history.write(started, [['op.execute("SELECT SLEEP(30)")']])
    start = time.monotonic()
    outcome = started.run("upgrade", statement_timeout="500ms")
    assert time.monotonic() - start < 10
    assert isinstance(outcome.error, errors.RevisionFailedError)


def test_limits_are_gone_when_the_run_is_over(started, mariadb_url):
    """A connection that lives on in a pool has what it had before."""
    started.url = mariadb_url
    history.write(started)
    app = started.app()
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        with engine.connect() as connection:
            before = connection.exec_driver_sql("SELECT @@lock_wait_timeout").scalar()
        import flask_migrate

        flask_migrate.upgrade(lock_timeout="3s", statement_timeout="1h")
        with engine.connect() as connection:
            after = connection.exec_driver_sql("SELECT @@lock_wait_timeout").scalar()
            assert connection.exec_driver_sql("SELECT @@max_statement_time").scalar() == 0
        engine.dispose()
    assert before == after
