"""The recorded revision moves as Alembic moves it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.runtime import migration
from sqlalchemy.sql.compiler import SQLCompiler

from flask_migrate import errors, version_moves

from . import history


@pytest.fixture
def migrating(started, database_url):
    """A project with a migration directory on each database in turn."""
    started.url = database_url
    return started


@pytest.fixture
def moves():
    """The statements that change the recorded revision, with their parameters."""
    seen = []

    def executed(connection, cursor, statement, parameters, context, many):
        if "alembic_version" in statement and statement.startswith(("INS", "UPD", "DEL")):
            seen.append((statement, parameters))

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", executed)
    yield seen
    sa.event.remove(sa.engine.Engine, "before_cursor_execute", executed)


def test_a_move_is_compiled_once_for_a_run(started, monkeypatch):
    """Not once for each revision."""
    compiled = []
    visit = SQLCompiler.visit_update

    def visited(*given, **options):
        compiled.append(1)
        return visit(*given, **options)

    monkeypatch.setattr(SQLCompiler, "visit_update", visited)
    started.write_revisions(6)
    started.run("upgrade")
    assert len(compiled) == 1


#: A line, and branches that are joined: each revision and its parents.
LINE = {"a": None, "b": "a", "c": "b", "d": "c"}
BRANCHES = {"a": None, "b": "a", "c": "a", "d": "c", "e": ("b", "d"), "f": "e"}


@pytest.mark.parametrize("parents", [LINE, BRANCHES])
def test_moves_are_those_of_alembic(migrating, moves, monkeypatch, parents):
    """Their text too: a listener or a log finds what it always has."""
    for name, parent in parents.items():
        text = history.REVISION.format(name=name, parent=parent, body="    pass")
        (migrating.folder / "migrations" / "versions" / f"{name}.py").write_text(text)
    found = []
    for _ in range(2):
        for word, target in (
            ("upgrade", "d"),
            ("upgrade", "b"),
            ("upgrade", "head"),
            ("downgrade", "b"),
            ("upgrade", "head"),
            ("downgrade", "base"),
        ):
            assert migrating.run(word, revision=target).exit_code == 0
        found.append(moves.copy())
        moves.clear()
        monkeypatch.setattr(version_moves, "quicken", lambda: lambda: None)
    assert found[0] == found[1]
    assert len(found[0]) > len(parents)


@pytest.mark.parametrize("word", ["upgrade", "downgrade"])
def test_a_revision_that_takes_the_record_away_fails(migrating, word):
    """A move must find the row that it moves."""
    migrating.write_revisions(3)
    migrating.run("upgrade", revision="rev3" if word == "downgrade" else "rev2")
    migrating.edit_revision(*['op.execute("DELETE FROM alembic_version")'] * 2)
    outcome = migrating.run(word)
    assert isinstance(outcome.error, errors.MigrateError)
    assert "expected to match one row" in str(outcome.error.__cause__)


def test_an_application_may_move_it_in_its_own_way(started, monkeypatch):
    """What it has put in the place of Alembic's stays there."""
    moved = []

    class Own(migration.HeadMaintainer):
        def update_to_step(self, step):
            moved.append(step.revision.revision)
            super().update_to_step(step)

    monkeypatch.setattr(migration, "HeadMaintainer", Own)
    started.write_revisions(2)
    started.run("upgrade")
    assert moved == ["rev1", "rev2"]


@pytest.mark.parametrize("body", ["pass", "raise ValueError"])
def test_alembic_is_as_it_was_after_a_run(started, body):
    """Whether it fails or not."""
    usual = migration.HeadMaintainer
    started.write_revisions(1)
    started.edit_revision(body)
    started.run("upgrade")
    assert migration.HeadMaintainer is usual
