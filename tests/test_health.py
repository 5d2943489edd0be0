"""``migrate.pending()`` and ``migrate.is_current()``, for health checks."""

from __future__ import annotations

import pytest

from flask_migrate import health, runs, standing


@pytest.fixture
def half(started, database_url):
    """A project on each database, at the first of two revisions."""
    started.url = database_url
    started.write_revisions(2)
    started.run("upgrade", revision="rev1")
    return started


@pytest.fixture
def clock(monkeypatch):
    """The time, which a test may change."""
    now = [1000.0]
    monkeypatch.setattr(health, "clock", lambda: now[0])
    return now


@pytest.fixture
def looks(monkeypatch):
    """What was called to look at the databases, once for each look."""
    calls = []
    look = standing.look

    def counted(**given):
        calls.append(given)
        return look(**given)

    monkeypatch.setattr(standing, "look", counted)
    return calls


@pytest.fixture
def migrate(half):
    """The extension, inside a context of its application."""
    with half.app().app_context():
        yield half.extension


def test_pending_revisions_are_told(migrate):
    """Their ids, those of every database together."""
    assert migrate.pending() == ("rev2",)
    assert migrate.is_current() is False


def test_a_database_at_the_head_is_current(half):
    """Nothing is pending."""
    half.run("upgrade")
    with half.app().app_context():
        assert half.extension.pending() == ()
        assert half.extension.is_current() is True


def test_a_database_ahead_of_the_code_is_not_current(half):
    """It has a revision that no file defines."""
    half.run("upgrade")
    half.execute("UPDATE alembic_version SET version_num = 'gone'")
    with half.app().app_context():
        assert half.extension.is_current() is False


def test_a_second_request_asks_nothing(migrate, looks, clock):
    """The databases are asked once, however many ask."""
    for _ in range(100):
        migrate.is_current()
        migrate.pending()
    assert len(looks) == 1


def test_an_answer_holds_for_its_time(migrate, looks, clock):
    """Afterwards the databases are asked again."""
    migrate.is_current()
    clock[0] += health.LIFETIME - 1
    migrate.is_current()
    assert len(looks) == 1
    clock[0] += 1
    migrate.is_current()
    assert len(looks) == 2


def test_a_new_file_is_seen_at_once(half, migrate, looks, clock):
    """A revision that came is pending."""
    migrate.pending()
    path = half.revision_files()[-1]
    text = path.read_text().replace("'rev2'", "'rev3'").replace("'rev1'", "'rev2'")
    path.with_name("rev3.py").write_text(text)
    assert migrate.pending() == ("rev2", "rev3")
    assert len(looks) == 2


def test_a_database_that_is_down_raises_nothing(started, looks, clock, caplog):
    """It is not known, which is logged, and the server is not asked in each request."""
    started.write_revisions(1)
    started.url = f"sqlite:///{started.folder}/nowhere/app.db"
    with started.app().app_context():
        assert started.extension.is_current() is None
        assert started.extension.pending() is None
    assert len(looks) == 1
    assert "Whether migrations are pending is not known" in caplog.text


def test_the_last_answer_stays_when_the_database_goes_down(migrate, monkeypatch, clock):
    """A health check goes on with what was known."""
    assert migrate.pending() == ("rev2",)
    clock[0] += health.LIFETIME

    def fail(**given):
        raise ValueError("on purpose")

    monkeypatch.setattr(standing, "look", fail)
    assert migrate.pending() == ("rev2",)


def test_nothing_is_asked_while_a_command_runs(migrate, looks, clock):
    """A request does not wait for a migration of its own process."""
    with runs.turn():
        assert migrate.is_current() is None
    assert looks == []
    assert migrate.is_current() is False


def test_outside_of_an_application_it_is_not_known(half):
    """Nothing is raised there either."""
    half.app()
    assert half.extension.pending() is None
