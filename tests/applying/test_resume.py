"""A revision that MariaDB has done in part is continued, never repeated and never skipped."""

from __future__ import annotations

import re

import pytest

from flask_migrate import errors, refusals

from ..project import Project
from . import history
from .test_whole_or_nothing import PLACES, interrupted


@pytest.fixture
def prepared(started, mariadb_url):
    """A project on MariaDB."""
    started.url = mariadb_url
    return started


@pytest.mark.parametrize(("number", "line"), PLACES)
def test_a_killed_run_is_made_good_by_resuming(prepared, number, line):
    """The process ends without a word before one operation."""
    history.write(prepared, interrupted(number, line, "os._exit(9)"))
    process = history.start(prepared, "upgrade")
    process.communicate()
    assert process.returncode == 9
    history.write(prepared)
    assert prepared.run("upgrade", resume=True).exit_code == 0
    assert history.rows(prepared) == history.RESULT
    assert prepared.tables() == {"alembic_version", "counter"}


@pytest.mark.parametrize(("number", "line"), PLACES)
def test_a_revision_that_raised_is_continued(prepared, number, line):
    """After the correction ``--resume`` does the rest."""
    history.write(prepared, interrupted(number, line, "raise ValueError('on purpose')"))
    assert isinstance(prepared.run("upgrade").error, errors.RevisionFailedError)
    history.write(prepared)
    assert prepared.run("upgrade", resume=True).exit_code == 0
    assert history.rows(prepared) == history.RESULT


def test_a_plain_run_names_what_is_there_in_part(prepared):
    """Nothing is repeated silently."""
    history.write(prepared, interrupted(2, 1, "raise ValueError('on purpose')"))
    prepared.run("upgrade")
    history.write(prepared)
    outcome = prepared.run("upgrade", "flask db")
    assert outcome.exit_code == 1
    assert "The upgrade of revision r2 was begun by an earlier run and is there in part" in (
        outcome.stderr
    )
    assert "flask db upgrade --resume" in outcome.stderr
    assert "ALTER TABLE counter ADD COLUMN note VARCHAR(20)" in outcome.stderr


def test_a_revision_whose_beginning_has_changed_is_not_resumed(prepared):
    """What was run is not what the file says now, and the error says both."""
    history.write(prepared, interrupted(2, 1, "raise ValueError('on purpose')"))
    prepared.run("upgrade")
    bodies = [list(body) for body in history.BODIES]
    bodies[2][0] = bodies[2][0].replace("String(20)", "String(30)")
    history.write(prepared, bodies)
    outcome = prepared.run("upgrade", "flask db", resume=True)
    assert outcome.exit_code == 1
    assert "Revision r2 cannot be resumed: its statement 1 was run as" in outcome.stderr
    assert "VARCHAR(30)" in outcome.stderr


def test_a_statement_that_had_begun_is_settled_by_trying_it(prepared):
    """A run that was killed between a statement and its mark leaves only that doubt."""
    history.write(prepared, interrupted(2, 1, "raise ValueError('on purpose')"))
    prepared.run("upgrade")
    prepared.execute("UPDATE alembic_resume SET state = 'begun'")
    history.write(prepared)
    outcome = prepared.run("upgrade", "flask db", resume=True)
    assert outcome.exit_code == 0
    assert "Had been done when the run before ended: ALTER TABLE counter" in outcome.stderr
    assert history.rows(prepared) == history.RESULT


def test_a_foreign_key_that_had_been_made_is_recognised(prepared):
    """MariaDB answers "cannot create table" when the name is taken."""
    tables = [history.TABLE.format(name) for name in ("one", "two")]
    key = 'op.create_foreign_key("fk_two_n", "two", "one", ["n"], ["id"])'
    history.write(prepared, [tables, [key, "raise ValueError('on purpose')"]])
    assert prepared.run("upgrade").exit_code == 1
    prepared.execute("UPDATE alembic_resume SET state = 'begun'")
    history.write(prepared, [tables, [key]])
    assert prepared.run("upgrade", resume=True).exit_code == 0
    assert prepared.run("current").value == ("r1",)


@pytest.mark.parametrize("is_there", [True, False])
def test_what_mariadb_would_do_twice_is_asked_about(prepared, is_there):
    """A constraint without a name gets another one each time; the error says what to look at."""
    body = ['op.create_unique_constraint(None, "counter", ["n"])']
    history.write(prepared, [history.BODIES[0], [*body, "raise ValueError('on purpose')"]])
    prepared.run("upgrade")
    prepared.execute("UPDATE alembic_resume SET state = 'begun'")
    if not is_there:
        prepared.execute("ALTER TABLE counter DROP INDEX n")
    history.write(prepared, [history.BODIES[0], body])
    error = prepared.run("upgrade", resume=True).error
    assert isinstance(error, refusals.DoubtfulStatementError)
    assert error.statement == "ALTER TABLE counter ADD UNIQUE (n)"
    told = re.search(r"UPDATE .*?'r1' AND number = 1" if is_there else r"DELETE .*?= 1", error.hint)
    prepared.execute(told[0])
    assert prepared.run("upgrade", resume=True).exit_code == 0
    [(count,)] = prepared.execute(
        "SELECT COUNT(*) FROM information_schema.statistics "
        "WHERE table_schema = DATABASE() AND table_name = 'counter' AND column_name = 'n'"
    )
    assert count == 1


def test_a_revision_that_only_changes_rows_needs_no_resuming(prepared):
    """Its statements are one transaction."""
    change = 'op.execute("UPDATE counter SET n = n + 1")'
    history.write(prepared, [history.BODIES[0], [change, "raise ValueError('on purpose')"]])
    outcome = prepared.run("upgrade")
    assert isinstance(outcome.error, errors.RevisionFailedError)
    history.write(prepared, [history.BODIES[0], [change]])
    assert prepared.run("upgrade").exit_code == 0
    assert prepared.execute("SELECT n FROM counter") == [(1,)]


def test_the_journal_is_gone_after_a_run(prepared):
    """``migrate`` would want to drop it."""
    history.write(prepared)
    prepared.run("upgrade")
    assert "alembic_resume" not in prepared.tables()


def test_a_downgrade_is_resumed_as_well(prepared):
    """It has a journal of its own."""
    history.write(prepared)
    prepared.run("upgrade")
    file = prepared.folder / "migrations" / "versions" / "r4.py"
    text = file.read_text().partition("def downgrade")[0]
    first, second = (f'    op.create_table("t{n}", sa.Column("id", sa.Integer))\n' for n in (1, 2))
    file.write_text(f"{text}def downgrade():\n{first}    raise ValueError('on purpose')\n")
    assert prepared.run("downgrade").exit_code == 1
    file.write_text(f"{text}def downgrade():\n{first}{second}")
    assert prepared.run("downgrade").exit_code == 1
    assert prepared.run("downgrade", resume=True).exit_code == 0
    assert prepared.run("current").value == ("r3",)
    assert {"t1", "t2"} <= prepared.tables()


# PostgreSQL and SQLite, where a revision leaves the transaction.

BLOCK = 'with op.get_context().autocommit_block(): op.execute("UPDATE counter SET n = n + 1")'
BEFORE = 'op.execute("UPDATE counter SET n = n + 10")'
AFTER = 'op.execute("UPDATE counter SET n = n + 100")'


@pytest.fixture(params=["sqlite", "postgresql"])
def transactional(request, started):
    """A project on each database whose runs are transactions."""
    if request.param == "postgresql":
        started.url = request.getfixturevalue("postgresql_url")
    return started


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("how", ["os._exit(9)", "raise ValueError('on purpose')"])
def test_what_left_the_transaction_is_passed_over(transactional, place, how):
    """Wherever the run ended, each statement is in the rows once after a plain run."""
    body = [BEFORE, BLOCK, AFTER]
    failing = [*body[:place], how, *body[place:]]
    history.write(transactional, [history.BODIES[0], failing])
    process = history.start(transactional, "upgrade")
    process.communicate()
    assert process.returncode in (1, 9)
    history.write(transactional, [history.BODIES[0], body])
    assert transactional.run("upgrade").exit_code == 0
    assert transactional.execute("SELECT n FROM counter") == [(111,)]
    assert transactional.tables() == {"alembic_version", "counter"}


def test_two_blocks_are_passed_over_as_well(transactional):
    """What stood between them was committed when the second began."""
    body = [BEFORE, BLOCK, BEFORE, BLOCK, AFTER]
    history.write(transactional, [history.BODIES[0], [*body, "raise ValueError('on purpose')"]])
    assert transactional.run("upgrade").exit_code == 1
    history.write(transactional, [history.BODIES[0], body])
    assert transactional.run("upgrade").exit_code == 0
    assert transactional.execute("SELECT n FROM counter") == [(122,)]


def test_a_run_of_one_transaction_has_no_journal(transactional):
    """The table is there for those alone that need it: the revision itself looks."""
    look = "assert not sa.inspect(op.get_bind()).has_table('alembic_resume')"
    history.write(transactional, [history.BODIES[0], [BEFORE, look]])
    assert transactional.run("upgrade").exit_code == 0
    history.write(transactional, [history.BODIES[0], [BEFORE], [BEFORE, BLOCK, look]])
    assert transactional.run("upgrade").exit_code == 1


def test_a_killed_run_leaves_no_table_for_the_next_that_has_nothing_to_do(prepared):
    """It ended just before it dropped its empty journal."""
    history.write(prepared)
    prepared.run("upgrade")
    prepared.execute("CREATE TABLE alembic_resume (revision VARCHAR(255))")
    assert prepared.run("upgrade").exit_code == 0
    assert "alembic_resume" not in prepared.tables()


@pytest.fixture
def interrupted_block(started, postgresql_url):
    """A project on PostgreSQL whose second revision leaves the transaction, and raises then."""
    started.url = postgresql_url
    block = "with op.get_context().autocommit_block(): op.execute('CREATE TABLE t (id int)')"
    count = 'op.execute("UPDATE counter SET n = n + 1")'
    history.write(started, [history.BODIES[0], [count, block, "raise ValueError('on purpose')"]])
    assert started.run("upgrade").exit_code == 1
    history.write(started, [history.BODIES[0], [count, block, count]])
    return started


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg", "asyncpg"])
def test_what_a_block_committed_on_postgresql_is_not_repeated(interrupted_block, driver):
    """The next run goes on by itself, and says so."""
    interrupted_block.url = interrupted_block.url.set(drivername=f"postgresql+{driver}")
    outcome = interrupted_block.run("upgrade", "flask db")
    assert outcome.exit_code == 0, outcome.stderr
    assert "Going on with the upgrade of revision r1 after: UPDATE counter" in outcome.stderr
    interrupted_block.url = interrupted_block.url.set(drivername="postgresql+psycopg2")
    assert interrupted_block.execute("SELECT n FROM counter") == [(2,)]
    assert interrupted_block.tables() == {"alembic_version", "counter", "t"}


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg", "asyncpg"])
def test_a_block_on_postgresql_is_written_down_by_each_driver(started, postgresql_url, driver):
    """The run that is interrupted, and the one that goes on, may use any."""
    started.url = postgresql_url.set(drivername=f"postgresql+{driver}")
    block = "with op.get_context().autocommit_block(): op.execute('CREATE TABLE t (id int)')"
    history.write(started, [history.BODIES[0], [block, "raise ValueError('on purpose')"]])
    assert started.run("upgrade").exit_code == 1
    history.write(started, [history.BODIES[0], [block]])
    assert started.run("upgrade").exit_code == 0
    started.url = postgresql_url
    assert started.tables() == {"alembic_version", "counter", "t"}


def test_a_block_that_has_changed_on_postgresql_is_not_resumed(interrupted_block):
    """What was run is not what the file says now."""
    history.write(interrupted_block, [history.BODIES[0], [history.TABLE.format("other")]])
    error = interrupted_block.run("upgrade").error
    assert isinstance(error, errors.ResumeError)


def test_a_statement_may_have_any_character(tmp_path, monkeypatch, mariadb_url):
    """Also where the database is in a character set that has not."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, mariadb_url)
    project.execute("ALTER DATABASE CHARACTER SET latin1")
    project.run("init")
    project.run("revision", rev_id="one")
    project.edit_revision(
        "op.execute(\"SELECT 'ł'\"); op.execute(\"CREATE TABLE t (a INT COMMENT 'ł')\")"
    )
    outcome = project.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
