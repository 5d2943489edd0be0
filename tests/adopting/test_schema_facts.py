"""What is a difference between two databases, and what is none."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from flask_migrate import schema_facts

KINDS = ("sqlite", "postgresql", "mysql")

TABLES = (
    "CREATE TABLE team (id INTEGER NOT NULL PRIMARY KEY)",
    "CREATE TABLE player (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20), goals INTEGER, "
    "team_id INTEGER)",
)


@pytest.fixture
def facts(database_url):
    """Runs statements on a database with two tables, and says what that has changed."""
    engine = sa.create_engine(database_url, poolclass=NullPool)

    def run(*statements):
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            return schema_facts.read(connection)

    before = run(*TABLES)

    def changed(*statements, first=()):
        there = run(*first) if first else before
        after = run(*statements)
        lines = [" ".join(line) for line in schema_facts.differences(there, after)]
        assert bool(lines) is bool(schema_facts.distance(there, after))
        return lines

    changed.kind = database_url.get_backend_name()
    return changed


ALTER = "ALTER TABLE player"

#: A change, on which databases it can be made in one statement, and how it is told there.
CHANGES = {
    "a table": ("CREATE TABLE t (id INTEGER)", KINDS, "+ table t"),
    "no table": ("DROP TABLE team", KINDS, "- table team"),
    "a column": (f"{ALTER} ADD age INTEGER", KINDS, "+ column player.age "),
    "no column": (f"{ALTER} DROP COLUMN goals", KINDS, "- column player.goals"),
    "a type": (f"{ALTER} ALTER name TYPE VARCHAR(30)", ("postgresql",), "~ column player.name "),
    "the type": (f"{ALTER} MODIFY name VARCHAR(30)", ("mysql",), "~ column player.name "),
    "NOT NULL": (f"{ALTER} ALTER name SET NOT NULL", ("postgresql",), "~ column player.name "),
    "not null": (f"{ALTER} MODIFY name VARCHAR(20) NOT NULL", ("mysql",), "~ column player.name "),
    "a default": (f"{ALTER} ALTER goals SET DEFAULT 0", KINDS[1:], "~ column player.goals "),
    "an index": ("CREATE INDEX i ON player (name)", KINDS, "+ index i on player"),
    "UNIQUE": (f"{ALTER} ADD UNIQUE (name)", KINDS[1:], "+ constraint UNIQUE (name) on player"),
    "a foreign key": (
        f"{ALTER} ADD FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE CASCADE",
        KINDS[1:],
        "+ constraint FOREIGN KEY (team_id) REFERENCES team",
    ),
    "a check": (f"{ALTER} ADD CHECK (goals >= 0)", KINDS[1:], "+ check ("),
    "an enum": ("CREATE TYPE mood AS ENUM ('a', 'b')", ("postgresql",), "+ enum mood ('a', 'b')"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told(facts, name):
    """One line, with a symbol."""
    statement, kinds, line = CHANGES[name]
    if facts.kind not in kinds:
        pytest.skip("said in another way here")
    (found,) = facts(statement)
    assert found.startswith(line)


def again(*columns):
    """The table made anew, as SQLite changes one."""
    made = ", ".join(("id INTEGER NOT NULL PRIMARY KEY", *columns))
    return "DROP TABLE player", f"CREATE TABLE player ({made})"


REST = ("name VARCHAR(20)", "goals INTEGER", "team_id INTEGER")


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (("name VARCHAR(30)", *REST[1:]), "~ column player.name VARCHAR(20) -> VARCHAR(30)"),
        (("name VARCHAR(20) NOT NULL", *REST[1:]), "~ column player.name "),
        (("name VARCHAR(20) DEFAULT 'x'", *REST[1:]), "~ column player.name "),
        ((*REST, "UNIQUE (name)"), "+ constraint UNIQUE (name) on player"),
        ((*REST, "CHECK (goals >= 0)"), "+ check (goals>=0) on player"),
        (
            (*REST, "FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE CASCADE"),
            "+ constraint FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE CASCADE on player",
        ),
    ],
)
def test_a_table_that_is_made_anew_on_sqlite(facts, columns, line):
    """There is no other way to change these there."""
    if facts.kind != "sqlite":
        pytest.skip("only there")
    (found,) = facts(*again(*columns))
    assert found.startswith(line)


def test_the_order_of_columns_is_no_difference(facts):
    """A column that came later stands at the end."""
    assert facts(*again(*REST[::-1])) == []


@pytest.mark.parametrize(
    "clause", ["UNIQUE (name)", "FOREIGN KEY (team_id) REFERENCES team (id)", "CHECK (goals >= 0)"]
)
def test_the_name_of_a_constraint_is_no_difference(facts, clause):
    """Servers make names up."""
    named = again(*REST, f"CONSTRAINT a_name {clause}")
    assert facts(*again(*REST, clause), first=named) == []


def test_a_check_more_is_no_difference(facts):
    """Alembic has never written those of columns; one that is missing is one."""
    checked = again("name VARCHAR(20)", "goals INTEGER CHECK (goals >= 0)", "team_id INTEGER")
    assert facts(*again(*REST), first=checked) == []


@pytest.mark.parametrize("default", ["'x'", "('x')"])
def test_a_default_may_be_spelled_in_two_ways(facts, default):
    """With parentheses, or without."""
    plain = again("name VARCHAR(20) DEFAULT 'x'", *REST[1:])
    assert facts(*again(f"name VARCHAR(20) DEFAULT {default}", *REST[1:]), first=plain) == []


def test_an_index_over_an_expression_is_told(facts):
    """And one with a condition."""
    if facts.kind == "mysql":
        pytest.skip("MariaDB has none")
    first = ("CREATE INDEX i ON player (lower(name)) WHERE goals > 0",)
    second = ("DROP INDEX i", "CREATE INDEX i ON player (upper(name)) WHERE goals > 0")
    (found,) = facts(*second, first=first)
    assert found.startswith("~ index i on player")


def test_a_view_is_none(facts):
    """Nor do its columns count."""
    assert facts("CREATE VIEW v AS SELECT id FROM player") == []


def test_partitions_are_none(facts):
    """They come and go with their table."""
    if facts.kind != "postgresql":
        pytest.skip("only there")
    first = ("CREATE TABLE p (a INTEGER) PARTITION BY LIST (a)",)
    assert facts("CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)", first=first) == []


def test_a_renamed_serial_table_is_the_same_as_one_that_always_had_the_name(facts):
    """Its sequence keeps the old name."""
    if facts.kind != "postgresql":
        pytest.skip("only there")
    first = ("CREATE TABLE a (id SERIAL PRIMARY KEY)", "ALTER TABLE a RENAME TO b")
    assert facts("DROP TABLE b", "CREATE TABLE b (id SERIAL PRIMARY KEY)", first=first) == []


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("varchar (20) default null", "VARCHAR(20)"),
        ("numeric( 10,2 )", "NUMERIC(10, 2)"),
        ("DOUBLE  precision", "DOUBLE  PRECISION"),
    ],
)
def test_a_type_that_was_typed_by_hand_is_the_same_on_sqlite(facts, typed, made):
    """Other servers spell it in their own way."""
    if facts.kind != "sqlite":
        pytest.skip("only there")
    first = again(f"name {typed}", *REST[1:])
    assert facts(*again(f"name {made}", *REST[1:]), first=first) == []
