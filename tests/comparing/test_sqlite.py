"""On SQLite what was read ahead is what a table would have said itself."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from flask_migrate.comparing.answers import answering
from flask_migrate.comparing.sqlite import SQLiteAnswers, uniques_known_by_index

from . import random_sqlite
from .reflected import counted, everything

warnings_are_meant = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture
def connection():
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection


@warnings_are_meant
@pytest.mark.parametrize("seed", range(60))
def test_every_schema_is_reflected_as_without(connection, seed):
    """Tables, views, temporary tables and attached databases, each by each method."""
    random_sqlite.fill(connection.connection.dbapi_connection, seed)
    schemas = [None, "main", 'oth"er', "temp", "gone"]
    with counted(connection) as plainly:
        plain = everything(connection, schemas)
    with (
        answering(connection, SQLiteAnswers(connection, {})),
        uniques_known_by_index(connection.dialect),
        counted(connection) as ours,
    ):
        assert everything(connection, schemas) == plain
    assert len(ours) < len(plainly)


def test_only_tables_with_an_index_of_one_are_searched_for_unique_constraints(connection):
    """The text of a table is searched with expressions that take long."""
    connection.exec_driver_sql("CREATE TABLE one (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
    connection.exec_driver_sql("CREATE TABLE two (id INTEGER PRIMARY KEY, name TEXT)")
    dialect, searched = connection.dialect, []
    plain = dialect.get_unique_constraints
    dialect.get_unique_constraints = lambda connection, name, **options: (
        searched.append(name) or plain(connection, name, **options)
    )
    with uniques_known_by_index(dialect):
        found = sa.inspect(connection).get_multi_unique_constraints()
    assert [len(each) for each in found.values()] == [1, 0]
    assert searched == ["one"]


def test_what_was_written_is_seen(connection):
    """A table that was made after others were read is reflected as it is."""
    connection.exec_driver_sql("CREATE TABLE first (id INTEGER PRIMARY KEY)")
    with answering(connection, SQLiteAnswers(connection, {})):
        assert len(sa.inspect(connection).get_columns("first")) == 1
        connection.exec_driver_sql("ALTER TABLE first ADD COLUMN name TEXT")
        assert len(sa.inspect(connection).get_columns("first")) == 2


def test_what_was_undone_is_forgotten(connection):
    """A table that was changed in a transaction that is rolled back is as before."""
    connection.exec_driver_sql("CREATE TABLE first (id INTEGER PRIMARY KEY)")
    with answering(connection, SQLiteAnswers(connection, {})):
        # The driver begins no transaction for DDL.
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("ALTER TABLE first ADD COLUMN name TEXT")
        assert len(sa.inspect(connection).get_columns("first")) == 2
        connection.rollback()
        assert len(sa.inspect(connection).get_columns("first")) == 1


def test_tables_that_are_left_out_are_not_read(connection):
    """Nothing is asked about a table that ``include_name`` leaves out."""
    connection.exec_driver_sql("CREATE TABLE mine (id INTEGER PRIMARY KEY)")
    connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER PRIMARY KEY)")
    answers = SQLiteAnswers(connection, {None: {"theirs"}})
    assert answers.answer('PRAGMA main.table_xinfo("mine")', ()) is not None
    assert answers.answer('PRAGMA main.table_xinfo("theirs")', ()) is None


def test_a_version_without_pragma_functions_is_asked_as_ever(connection):
    """Statements that SQLite does not know leave the comparison as it was."""

    def ask(statement, *rest):
        raise sa.exc.OperationalError(statement, (), Exception("no such table"))

    connection.exec_driver_sql("CREATE TABLE first (id INTEGER PRIMARY KEY)")
    answers = SQLiteAnswers(connection, {})
    answers.ask = ask
    with answering(connection, answers):
        answers_nothing = answers.answer('PRAGMA main.table_xinfo("first")', ())
    assert answers_nothing is None
    assert len(sa.inspect(connection).get_columns("first")) == 1
