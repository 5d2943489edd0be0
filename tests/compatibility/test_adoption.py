"""``adopt`` and ``prepare`` with the ``env.py`` of every earlier release, and with any driver."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import NullPool

import flask_migrate

from . import matrix
from .releases import templates
from .test_database_objects import (  # noqa: F401  (fixtures)
    async_url,
    metadata_of,
    tables,
    url,
)


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A project of a release whose databases ``create_all()`` made."""
    monkeypatch.chdir(tmp_path)

    def make(template, release):
        project = matrix.project(tmp_path, template, release)
        kept = project.url, project.binds
        project.url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
        project.binds = {name: f"sqlite:///{tmp_path / name}-elsewhere.db" for name in kept[1]}
        assert project.run("migrate", message="first").exit_code == 0
        project.url, project.binds = kept
        return project

    return make


def create_all(project):
    app = project.app()
    with app.app_context():
        db = app.extensions["sqlalchemy"]
        db.create_all()
        for engine in db.engines.values():
            engine.dispose()


def recorded(project):
    """The revision that each database has."""
    return {
        row
        for bind in (None, *project.binds)
        for row in project.execute("SELECT version_num FROM alembic_version", bind)
    }


@pytest.mark.parametrize(("template", "release"), matrix.PROJECTS)
def test_a_database_is_adopted_with_an_earlier_env(old, template, release):
    """Each of them, with what the release wrote."""
    project = old(template, release)
    create_all(project)
    outcome = project.run("adopt", "flask db", yes=True)
    assert outcome.exit_code == 0, outcome.stderr
    revision = re.search(r"revision = '(\w+)'", project.revision_files()[0].read_text())[1]
    assert recorded(project) == {(revision,)}
    assert project.run("check").exit_code == 0


@pytest.mark.parametrize(("template", "release"), matrix.PROJECTS)
def test_a_difference_is_found_with_an_earlier_env(old, template, release):
    """Nothing is written to the database."""
    project = old(template, release)
    create_all(project)
    project.execute("ALTER TABLE user ADD x INTEGER")
    outcome = project.run("adopt", "flask db", yes=True)
    assert outcome.exit_code == 1
    assert "    - column user.x\n" in outcome.stdout
    assert project.tables() == {"user"}


@pytest.mark.parametrize(("template", "release"), matrix.PROJECTS)
def test_databases_are_prepared_with_an_earlier_env(old, template, release):
    """From nothing, and a second time."""
    project = old(template, release)
    for _ in range(2):
        outcome = project.run("prepare", "flask db")
        assert outcome.exit_code == 0, outcome.stderr
    assert len(recorded(project)) == 1
    assert "user" in project.tables()


@pytest.mark.parametrize("template", ["flask", "4.1.0", "aioflask"])
def test_a_database_of_an_asynchronous_driver_is_adopted(async_url, template):  # noqa: F811
    """And one that is not there is made."""
    app = Flask("app")
    metadata = metadata_of("user")
    flask_migrate.Migrate(app, metadata=metadata, engine=async_url)
    path = template if template != "4.1.0" else str(templates(template) / "flask")
    with app.app_context():
        flask_migrate.init(template=path)
        flask_migrate.migrate()
        plain = {"sqlite+aiosqlite": "sqlite", "postgresql+asyncpg": "postgresql+psycopg2"}
        drivername = plain[async_url.drivername]
        engine = sa.create_engine(async_url.set(drivername=drivername), poolclass=NullPool)
        metadata.create_all(engine)
        (found,) = flask_migrate.adopt(yes=True)
        assert found.outcome == "adopted"
        assert flask_migrate.check() is None
        assert flask_migrate.prepare().steps == ()


def test_a_database_of_an_asynchronous_driver_is_made(async_url):  # noqa: F811
    """Its server is asked with that driver."""
    new = async_url.set(database=f"{async_url.database}_new")
    app = Flask("app")
    flask_migrate.Migrate(app, metadata=metadata_of("user"), engine=async_url)
    with app.app_context():
        flask_migrate.init()
        flask_migrate.migrate()
    app = Flask("app")
    flask_migrate.Migrate(app, metadata=metadata_of("user"), engine=new)
    try:
        with app.app_context():
            assert flask_migrate.prepare().created == ("default",)
        assert tables(new) == {"alembic_version", "user"}
    finally:
        if new.get_backend_name() == "postgresql":
            server = sa.create_engine(
                async_url.set(drivername="postgresql+psycopg2"),
                poolclass=NullPool,
                isolation_level="AUTOCOMMIT",
            )
            with server.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE {new.database}")


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_each_driver_of_postgresql_has_a_scratch_database(old, postgresql_url, driver):
    """With the same arguments, here one that the URL does not have."""
    project = old("flask", "4.1.0")
    project.url = postgresql_url.set(drivername=f"postgresql+{driver}")
    create_all(project)
    assert project.run("adopt", yes=True).exit_code == 0
    assert Path("migrations/env.py").exists()
