"""What a failed or killed run of an earlier release left behind does not stop the next."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from . import history


def test_an_orphaned_copy_of_a_table_is_dropped_and_reported(started):
    """SQLite: the copy is there and the table too, so the copy holds nothing of its own."""
    history.write(started)
    started.run("upgrade", revision="r2")
    started.execute("CREATE TABLE _alembic_tmp_counter (id INTEGER)")
    outcome = started.run("upgrade", "flask db")
    assert outcome.exit_code == 0
    assert "Dropped _alembic_tmp_counter" in outcome.stderr
    assert history.rows(started) == history.RESULT


def test_a_copy_whose_table_is_gone_is_kept(started):
    """It holds the only rows."""
    history.write(started)
    started.execute("CREATE TABLE _alembic_tmp_other (id INTEGER)")
    started.run("upgrade")
    assert "_alembic_tmp_other" in started.tables()


CONCURRENT = (
    'op.create_index("ix_counter_n", "counter", ["n"], unique={unique}, '
    "postgresql_concurrently=True)"
)


@pytest.fixture
def indexed(started, postgresql_url):
    """A project on PostgreSQL whose second revision builds an index concurrently."""
    started.url = postgresql_url
    first = [*history.BODIES[0], 'op.execute("INSERT INTO counter (id, n) VALUES (2, 0)")']
    history.write(started, [first, [CONCURRENT.format(unique=False)]])
    return started


def index_is_valid(project) -> list:
    return project.execute(
        "SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE relname = 'ix_counter_n'"
    )


def test_a_concurrent_index_needs_no_autocommit_block(indexed):
    """The run is interrupted for it."""
    assert indexed.run("upgrade").exit_code == 0
    assert index_is_valid(indexed) == [(True,)]
    assert indexed.run("current").value == ("r1",)


def test_an_autocommit_block_of_the_author_still_works(indexed):
    """It is not opened twice."""
    block = "with op.get_context().autocommit_block(): " + CONCURRENT.format(unique=False)
    history.write(indexed, [history.BODIES[0], [block]])
    assert indexed.run("upgrade").exit_code == 0
    assert index_is_valid(indexed) == [(True,)]


def test_an_invalid_index_of_a_killed_build_is_replaced(indexed):
    """A failed unique build leaves an INVALID index of the same name."""
    indexed.run("upgrade", revision="r0")
    engine = sa.create_engine(indexed.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.exec_driver_sql("CREATE UNIQUE INDEX CONCURRENTLY ix_counter_n ON counter (n)")
    engine.dispose()
    assert index_is_valid(indexed) == [(False,)]
    assert indexed.run("upgrade").exit_code == 0
    assert index_is_valid(indexed) == [(True,)]


def test_offline_sql_commits_around_a_concurrent_index(indexed):
    """The script can be run as it is."""
    sql = indexed.run("upgrade", sql=True).stdout
    before, _, after = sql.partition("CREATE INDEX CONCURRENTLY")
    assert before.rstrip().endswith("COMMIT;")
    assert "BEGIN;" in after


def test_a_failure_after_a_concurrent_index_says_what_stays(indexed):
    """The index ended the transaction that the run had been."""
    body = [CONCURRENT.format(unique=False), "raise ValueError('on purpose')"]
    history.write(indexed, [history.BODIES[0], body])
    outcome = indexed.run("upgrade", "flask db")
    assert "may still be there; leave it and its lines." in outcome.stderr
    assert "Applied before it: r0." in outcome.stderr
    assert indexed.run("current").value == ("r0",)
