"""A run that fails or is killed leaves the database as it was, where the database can."""

from __future__ import annotations

import pytest

from flask_migrate import errors

from . import history

#: Every place at which a revision of the history can be interrupted.
PLACES = [
    (number, line) for number, body in enumerate(history.BODIES) for line in range(len(body) + 1)
]


def interrupted(number: int, line: int, how: str):
    """The history with an interruption before one of its operations."""
    bodies = [list(body) for body in history.BODIES]
    bodies[number].insert(line, how)
    return bodies


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared(request, started):
    """A project on each database whose DDL can be undone."""
    if request.param == "postgresql":
        started.url = request.getfixturevalue("postgresql_url")
    return started


@pytest.mark.parametrize(("number", "line"), PLACES)
def test_a_revision_that_raises_leaves_nothing_behind(prepared, number, line):
    """After the correction a plain run goes through."""
    history.write(prepared, interrupted(number, line, "raise ValueError('on purpose')"))
    outcome = prepared.run("upgrade")
    assert isinstance(outcome.error, errors.RevisionFailedError)
    assert outcome.error.revision == f"r{number}"
    assert outcome.error.done == ()
    assert prepared.tables() <= {"alembic_version"}
    history.write(prepared)
    assert prepared.run("upgrade").exit_code == 0
    assert history.rows(prepared) == history.RESULT


@pytest.mark.parametrize(("number", "line"), PLACES)
def test_a_killed_run_is_made_good_by_the_next(prepared, number, line):
    """The process ends without a word before one operation."""
    history.write(prepared, interrupted(number, line, "os._exit(9)"))
    process = history.start(prepared, "upgrade")
    process.communicate()
    assert process.returncode == 9
    history.write(prepared)
    assert prepared.run("upgrade").exit_code == 0
    assert history.rows(prepared) == history.RESULT


def test_a_failure_names_what_is_undone(prepared):
    """Nobody has to guess where the database is."""
    history.write(prepared, interrupted(2, 1, "raise ValueError('on purpose')"))
    outcome = prepared.run("upgrade", "flask db")
    assert "Revision r2 failed: migrations/versions/r2.py, line 14: ValueError: on purpose" in (
        outcome.stderr
    )
    assert "The run was one transaction and is undone" in outcome.stderr


def test_mariadb_says_what_may_be_left(started, mariadb_url):
    """Its DDL commits by itself, so a failed revision may be there in part."""
    started.url = mariadb_url
    history.write(started, interrupted(2, 1, "raise ValueError('on purpose')"))
    outcome = started.run("upgrade", "flask db")
    assert outcome.exit_code == 1
    assert "What the revision did before it failed may still be there" in outcome.stderr
    assert "Applied before it: r0, r1." in outcome.stderr


def test_transactional_ddl_can_be_switched_off(started):
    """An application that asks for the driver's own way gets it."""
    started.options = {"transactional_ddl": False}
    history.write(started, interrupted(2, 1, "raise ValueError('on purpose')"))
    assert started.run("upgrade").exit_code == 1
    assert "counter" in started.tables()


def test_one_transaction_for_each_revision_can_be_chosen(prepared):
    """Then what came before the failed revision stays."""
    prepared.options = {"transaction_per_migration": True}
    history.write(prepared, interrupted(2, 1, "raise ValueError('on purpose')"))
    outcome = prepared.run("upgrade")
    assert [step.revision for step in outcome.error.done] == ["r0", "r1"]
    assert prepared.run("current").value == ("r1",)
