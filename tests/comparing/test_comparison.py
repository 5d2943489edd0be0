"""A comparison finds the same with few statements, on each database."""

from __future__ import annotations

import gc
import random
from contextlib import nullcontext

import pytest
import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext

from flask_migrate.comparing import comparison

from .reflected import counted

TYPES = (sa.Integer, sa.String(20), sa.Numeric(10, 2), sa.Boolean, sa.DateTime, sa.Text)


def models(seed, size=12):
    """Tables by chance; those of another seed have some of the same names."""
    chance, metadata = random.Random(seed), sa.MetaData()
    names: list[str] = []
    for name in chance.sample([f"Table {number}" for number in range(size)], size - 3):
        columns = [sa.Column("id", sa.Integer, primary_key=True)]
        for letter in chance.sample("abcdefgh", chance.randint(1, 6)):
            kind = chance.choice(TYPES)
            indexable = kind is not sa.Text
            columns.append(
                sa.Column(
                    letter,
                    kind,
                    nullable=chance.random() < 0.5,
                    index=indexable and chance.random() < 0.2,
                    unique=indexable and chance.random() < 0.2,
                )
            )
        for other in chance.sample(names, min(len(names), chance.randint(0, 2))):
            key = sa.ForeignKey(f"{other}.id", name=f"fk {name} {other}", ondelete="CASCADE")
            columns.append(sa.Column(f"{other} id", sa.Integer, key))
        sa.Table(name, metadata, *columns)
        names.append(name)
    return metadata


@pytest.fixture
def connection(database_url):
    """A connection to an empty database of each kind."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def found(connection, metadata, is_at_once=False, **options):
    """The lines of the revision that Alembic would write."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, **options})
    with comparison(context) if is_at_once else nullcontext():
        operations = produce_migrations(context, metadata).upgrade_ops
        return sorted(render_python_code(operations, migration_context=context).splitlines())


@pytest.mark.parametrize("seed", range(5))
def test_the_same_changes_are_found(connection, seed):
    """Added, changed and removed tables, columns, indexes and keys."""
    models(seed).create_all(connection)
    connection.commit()
    for other in (seed, seed + 100, seed + 200):
        expected = found(connection, models(other))
        assert any("op." in line for line in expected) is (other != seed)
        assert found(connection, models(other), is_at_once=True) == expected


def statements_of_check(project, url, size):
    """How many statements ``check`` takes on as many tables as *size* in each database."""
    metadata = sa.MetaData()
    fill(metadata, size)
    for each in (url, *project.binds.values()):
        metadata.create_all(sa.create_engine(each, poolclass=sa.NullPool))

    def models(db):
        for bind in (None, *project.binds):
            # Flask-SQLAlchemy makes the metadata of a bind with its first model.
            fill(db._make_metadata(bind), size)

    project.models = models
    with counted(sa.engine.Engine) as statements:
        outcome = project.run("check")
    assert outcome.error is None
    return len(statements)


def test_the_number_of_statements_does_not_grow_with_the_tables(started, database_url):
    """``check`` on 5 and on 50 tables."""
    started.url = database_url
    statements_of_check(started, database_url, 1)  # makes the version table
    few, many = (statements_of_check(started, database_url, size) for size in (5, 50))
    assert few == many <= 20


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_nor_does_it_with_other_drivers_of_postgresql(started, postgresql_url, driver):
    """One is asynchronous."""
    started.url = postgresql_url.set(drivername=f"postgresql+{driver}")
    statements_of_check(started, postgresql_url, 1)
    few, many = (statements_of_check(started, postgresql_url, size) for size in (5, 50))
    assert few == many <= 20


def test_nor_does_it_with_the_asynchronous_driver_of_sqlite(started):
    """What is read ahead is read by awaiting."""
    url, started.url = started.url, started.url.replace("sqlite:", "sqlite+aiosqlite:")
    statements_of_check(started, url, 1)
    few, many = (statements_of_check(started, url, size) for size in (5, 50))
    assert few == many <= 20


def test_nor_does_it_with_several_databases(project, postgresql_url, tmp_path):
    """Each bind is compared alike."""
    other = f"sqlite:///{tmp_path / 'other.db'}"
    project.binds = {"other": other, "server": postgresql_url}
    project.run("init", multidb=True)
    statements_of_check(project, project.url, 1)
    few, many = (statements_of_check(project, project.url, size) for size in (5, 50))
    assert few == many <= 3 * 20


def fill(metadata, size):
    """Tables with what reflection asks about."""
    for number in range(size):
        columns = [
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(20), index=True),
            sa.Column("code", sa.String(20), unique=True),
        ]
        if number:
            key = sa.ForeignKey(f"table_{number - 1}.id", name=f"fk_{number}")
            columns.append(sa.Column("parent_id", sa.Integer, key))
        sa.Table(f"table_{number}", metadata, *columns)


def test_tables_that_include_name_leaves_out_are_not_asked_for(connection):
    """It is asked before anything is reflected."""
    models(1).create_all(connection)
    connection.commit()
    mine = sa.MetaData()
    asked = []

    def include_name(name, kind, parents):
        asked.append((kind, name))
        return kind != "table" or name == "Table 1"

    options = {"include_name": include_name}
    expected = found(connection, mine, **options)
    once, asked[:] = list(asked), []
    with counted(connection) as statements:
        assert found(connection, mine, is_at_once=True, **options) == expected
    assert sorted(asked, key=str) == sorted(once, key=str)
    reads = [each for each in statements if "Table 2" in each]
    assert all("NOT IN" in each for each in reads)


def test_nothing_stays_when_it_is_over(connection):
    """The connection, the hook and the collector are as they were."""
    context = MigrationContext.configure(connection, opts={"include_name": print})
    with comparison(context):
        assert not gc.isenabled()
    assert gc.isenabled()
    assert "exec_driver_sql" not in vars(connection)
    assert context.opts["include_name"] is print


def test_a_collector_that_was_off_stays_off(connection):
    """Whoever turned it off had a reason."""
    gc.disable()
    try:
        with comparison(MigrationContext.configure(connection)):
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
