"""A project's whole life, on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from flask_migrate import errors

from .project import users_with_email


@pytest.fixture
def project(project, database_url):
    """A project on each kind of database."""
    project.url = database_url
    return project


@pytest.fixture
def upgraded(project):
    """A project whose first revision is applied."""
    for name in ("init", "migrate", "upgrade"):
        assert project.run(name).exit_code == 0
    return project


def columns(project, table="user"):
    engine = sa.create_engine(project.url)
    try:
        return {column["name"] for column in sa.inspect(engine).get_columns(table)}
    finally:
        engine.dispose()


def test_upgrade_creates_the_tables(upgraded):
    """The first upgrade makes the tables of the models."""
    assert upgraded.tables() == {"alembic_version", "user"}


def test_migrate_writes_nothing_after_an_upgrade(upgraded):
    """What was just upgraded is as the models are."""
    assert upgraded.run("migrate").value is None


def test_check_accepts_a_database_that_is_as_the_models_are(upgraded):
    """``check`` finds no change after an upgrade."""
    assert upgraded.run("check").exit_code == 0


def test_check_refuses_a_changed_model(upgraded):
    """``check`` names the difference that no revision has."""
    upgraded.models = users_with_email
    assert isinstance(upgraded.run("check").error, errors.ModelsChangedError)


def test_a_changed_model_changes_the_table(upgraded):
    """The second revision adds the column."""
    upgraded.models = users_with_email
    upgraded.run("migrate")
    upgraded.run("upgrade")
    assert columns(upgraded) == {"id", "name", "email"}


def test_a_changed_model_keeps_the_rows(upgraded):
    """Rows are there after the table was altered."""
    table = sa.table("user", sa.column("name"))
    engine = sa.create_engine(upgraded.url)
    with engine.begin() as connection:
        connection.execute(table.insert().values(name="ann"))
    upgraded.models = users_with_email
    upgraded.run("migrate")
    upgraded.run("upgrade")
    with engine.connect() as connection:
        assert connection.execute(sa.select(table.c.name)).scalars().all() == ["ann"]
    engine.dispose()


def test_downgrade_undoes_the_change(upgraded):
    """``downgrade`` takes the column away again."""
    upgraded.models = users_with_email
    upgraded.run("migrate")
    upgraded.run("upgrade")
    upgraded.run("downgrade")
    assert columns(upgraded) == {"id", "name"}


def test_downgrade_to_base_leaves_no_table(upgraded):
    """Nothing but the version table is left at the base."""
    upgraded.run("downgrade", revision="base")
    assert upgraded.tables() == {"alembic_version"}


def test_a_failed_revision_is_not_recorded(upgraded):
    """The database stays at the revision before the one that raised."""
    first = upgraded.run("current").value
    upgraded.run("revision", message="broken")
    upgraded.edit_revision("raise RuntimeError('no')")
    upgraded.run("upgrade")
    assert upgraded.run("current").value == first


def test_sql_of_an_upgrade_is_for_the_database(project):
    """Offline SQL is written in the dialect of the database, without a connection."""
    project.run("init")
    project.run("migrate")
    sql = project.run("upgrade", sql=True).stdout
    dialect = project.url.get_backend_name()
    serial = {"sqlite": "INTEGER NOT NULL", "postgresql": "SERIAL", "mysql": "AUTO_INCREMENT"}
    assert serial[dialect] in sql


def test_a_second_upgrade_has_nothing_to_do(upgraded):
    """An upgrade of what is up to date takes no step."""
    assert upgraded.run("upgrade").value == ()
