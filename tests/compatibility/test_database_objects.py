"""Every way to keep models and databases, with today's ``env.py`` and with earlier ones."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import alchemical.aio
import alchemical.flask
import flask_sqlalchemy_lite
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool, StaticPool

import flask_migrate

from ..project import users
from .releases import templates

Attach = Callable[[Flask, URL], Any]


def metadata_of(*names: str) -> sa.MetaData:
    """Models as tables."""
    metadata = sa.MetaData()
    for name in names:
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
    return metadata


def base() -> type[DeclarativeBase]:
    """Models as classes."""

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "user"
        id = sa.Column(sa.Integer, primary_key=True)

    return Base


def text_of(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def with_flask_sqlalchemy(app: Flask, url: URL) -> None:
    """Flask-SQLAlchemy 3.1."""
    app.config["SQLALCHEMY_DATABASE_URI"] = text_of(url)
    db = SQLAlchemy(app)
    users(db)
    flask_migrate.Migrate(app, db)


def with_flask_sqlalchemy_lite(app: Flask, url: URL) -> None:
    """Flask-SQLAlchemy-Lite has engines; the models are named beside it."""
    kind = "ASYNC_ENGINES" if "+a" in url.drivername else "ENGINES"
    app.config[f"SQLALCHEMY_{kind}"] = {"default": url}
    db = flask_sqlalchemy_lite.SQLAlchemy(app)
    flask_migrate.Migrate(app, db, metadata=base())


def with_alchemical(app: Flask, url: URL) -> None:
    """Alchemical."""

    class Model(alchemical.core.BaseModel, DeclarativeBase):
        __abstract__ = True
        __metadatas__: ClassVar = {}  # Alchemical's own are those of the whole process

    app.config["ALCHEMICAL_DATABASE_URL"] = text_of(url)
    if "+a" in url.drivername:
        db = alchemical.aio.Alchemical(text_of(url), model_class=Model)
    else:
        db = alchemical.flask.Alchemical(app, model_class=Model)

    class User(db.Model):
        __tablename__ = "user"
        id = sa.Column(sa.Integer, primary_key=True)

    flask_migrate.Migrate(app, db)


def with_an_engine(app: Flask, url: URL) -> None:
    """Plain SQLAlchemy, with an engine."""
    is_async = "+a" in url.drivername
    engine = (create_async_engine if is_async else sa.create_engine)(url, poolclass=NullPool)
    flask_migrate.Migrate(app, metadata=metadata_of("user"), engine=engine)


def with_the_text_of_a_url(app: Flask, url: URL) -> None:
    """Plain SQLAlchemy, with a URL as it is written."""
    flask_migrate.Migrate(app, metadata=metadata_of("user"), engine=text_of(url))


def with_a_url(app: Flask, url: URL) -> None:
    """Plain SQLAlchemy, with a URL as an object."""
    flask_migrate.Migrate(app, metadata=metadata_of("user"), engine=url)


def with_a_base(app: Flask, url: URL) -> None:
    """A declarative base in the place of its metadata."""
    flask_migrate.Migrate(app, metadata=base(), engine=url)


def with_settings(app: Flask, url: URL) -> None:
    """Metadata, and the database as the configuration names it."""
    app.config["SQLALCHEMY_DATABASE_URI"] = text_of(url)
    flask_migrate.Migrate(app, metadata=metadata_of("user"))


def with_two_metadata(app: Flask, url: URL) -> None:
    """Several metadata for one database."""
    flask_migrate.Migrate(app, metadata=[metadata_of("user"), metadata_of("post")], engine=url)


KINDS: list[Attach] = [
    with_flask_sqlalchemy,
    with_flask_sqlalchemy_lite,
    with_alchemical,
    with_an_engine,
    with_the_text_of_a_url,
    with_a_url,
    with_a_base,
    with_settings,
    with_two_metadata,
]


def life(attach: Attach, url: URL, template: str | None = None) -> None:
    """Make a project, write its first revision, apply it, check it, and undo it."""
    app = Flask("app")
    attach(app, url)
    with app.app_context():
        flask_migrate.init(template=template)
        assert flask_migrate.migrate() is not None
        assert [step.database for step in flask_migrate.upgrade()] == ["default"]
        assert "user" in tables(url)
        flask_migrate.check()
        assert flask_migrate.migrate() is None
        flask_migrate.downgrade()
        assert tables(url) == {"alembic_version"}


def tables(url: URL) -> set[str]:
    """What is in a database, looked at with an ordinary driver."""
    plain = {"sqlite+aiosqlite": "sqlite", "postgresql+asyncpg": "postgresql+psycopg2"}
    url = url.set(drivername=plain.get(url.drivername, url.drivername))
    engine = sa.create_engine(url, poolclass=NullPool)
    return set(sa.inspect(engine).get_table_names())


@pytest.fixture
def url(tmp_path, monkeypatch):
    """A new database in the working directory."""
    monkeypatch.chdir(tmp_path)
    return make_url(f"sqlite:///{tmp_path / 'app.db'}")


@pytest.fixture(params=["sqlite+aiosqlite", "postgresql+asyncpg"])
def async_url(request, url):
    """A new database, with an asynchronous driver."""
    if request.param.startswith("postgresql"):
        url = request.getfixturevalue("postgresql_url")
    return url.set(drivername=request.param)


def template_of(release: str) -> str:
    return str(templates(release) / "flask")


@pytest.mark.parametrize("attach", KINDS)
def test_a_database_object_is_migrated(url, attach):
    """From ``init`` to ``downgrade``."""
    life(attach, url)


@pytest.mark.parametrize("attach", [with_flask_sqlalchemy, with_settings])
def test_a_database_of_the_settings_is_migrated_by_an_env_of_1_4(url, attach):
    """The releases before 2.5.3 look into the settings of the application themselves."""
    life(attach, url, template_of("1.4.0"))


@pytest.mark.parametrize("release", ["2.7.0", "4.1.0"])
@pytest.mark.parametrize("attach", [kind for kind in KINDS if kind is not with_two_metadata])
def test_a_database_object_is_migrated_by_an_earlier_env(url, attach, release):
    """What the release did not know is hidden behind what it knew."""
    life(attach, url, template_of(release))


def test_several_metadata_are_migrated_by_an_earlier_env(url):
    """``target_metadata`` of Alembic may be a list."""
    life(with_two_metadata, url, template_of("4.1.0"))


@pytest.mark.parametrize("attach", KINDS)
def test_an_asynchronous_database_is_migrated(async_url, attach):
    """It needs no template of its own."""
    life(attach, async_url)


@pytest.mark.parametrize("release", ["2.7.0", "4.1.0"])
@pytest.mark.parametrize("attach", KINDS)
def test_an_asynchronous_database_is_migrated_by_an_earlier_env(async_url, attach, release):
    """An ``env.py`` that never heard of asyncio works with it."""
    life(attach, async_url, template_of(release))


@pytest.mark.parametrize("attach", [with_flask_sqlalchemy_lite, with_an_engine])
@pytest.mark.parametrize("release", ["3.1.0", "4.1.0"])
def test_an_env_with_a_loop_of_its_own_is_run(async_url, attach, release):
    """The templates for aioflask of earlier releases start an event loop themselves."""
    life(attach, async_url, str(templates(release) / "aioflask"))


@pytest.mark.parametrize("template", [None, "4.1.0"])
def test_an_asynchronous_database_is_migrated_inside_an_event_loop(async_url, template):
    """A coroutine may call a command, as a start-up hook of a server does."""

    async def serve() -> None:
        life(with_an_engine, async_url, template and template_of(template))

    asyncio.run(serve())


def test_an_error_inside_an_event_loop_reaches_the_caller(async_url):
    """It is the same as without a loop."""
    app = Flask("app")
    with_an_engine(app, async_url)

    async def serve() -> None:
        with app.app_context():
            flask_migrate.init()
            flask_migrate.migrate(rev_id="first")
            path = next(Path("migrations/versions").glob("*.py"))
            path.write_text(path.read_text().replace("op.create_table(", "1 / 0; op.create_table("))
            flask_migrate.upgrade()

    with pytest.raises(flask_migrate.MigrateError, match=r"Revision first failed: .*ZeroDivision"):
        asyncio.run(serve())


def test_no_thread_is_left_when_a_loop_was_running(async_url):
    """What runs beside the loop ends with the command."""
    before = set(threading.enumerate())

    async def serve() -> None:
        life(with_an_engine, async_url)

    asyncio.run(serve())
    for thread in set(threading.enumerate()) - before:
        thread.join(10)  # that of aiosqlite ends a moment after its connection
    assert set(threading.enumerate()) <= before


def test_databases_are_a_mapping_of_binds(url, tmp_path):
    """Metadata and engines by bind make a project for several databases."""
    other = make_url(f"sqlite:///{tmp_path / 'other.db'}")
    app = Flask("app")
    flask_migrate.Migrate(
        app,
        metadata={None: metadata_of("user"), "other": metadata_of("post")},
        engine={None: url, "other": text_of(other)},
    )
    with app.app_context():
        flask_migrate.init(multidb=True)
        flask_migrate.migrate()
        flask_migrate.upgrade()
        flask_migrate.check()
    assert [tables(each) - {"alembic_version"} for each in (url, other)] == [{"user"}, {"post"}]


@pytest.mark.parametrize("template", ["flask-multidb", "2.7.0", "4.1.0"])
def test_a_synchronous_and_an_asynchronous_bind(url, async_url, template):
    """One project has both."""
    if async_url.drivername == "sqlite+aiosqlite":
        async_url = async_url.set(database=str(Path("other.db").resolve()))
    app = Flask("app")
    app.config["SQLALCHEMY_BINDS"] = {"other": text_of(async_url)}  # where 2.7.0 looks
    flask_migrate.Migrate(
        app,
        metadata={None: metadata_of("user"), "other": metadata_of("post")},
        engine={None: url, "other": async_url},
    )
    path = template if "-" in template else str(templates(template) / "flask-multidb")
    with app.app_context():
        flask_migrate.init(template=path)
        flask_migrate.migrate()
        flask_migrate.upgrade()
        flask_migrate.check()
    assert [tables(each) - {"alembic_version"} for each in (url, async_url)] == [{"user"}, {"post"}]


def test_a_database_in_memory_keeps_its_only_connection(url):
    """What is migrated is what the application then uses."""
    app = Flask("app")
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    flask_migrate.Migrate(app, metadata=metadata_of("user"), engine=engine)
    with app.app_context():
        flask_migrate.init()
        flask_migrate.migrate()
        flask_migrate.upgrade()
        flask_migrate.check()
    asyncio.run(engine.dispose())


def test_the_connections_of_the_application_are_left_alone(async_url):
    """Its pool has those of its own event loop, which a run can neither use nor close."""
    engine = create_async_engine(async_url)
    app = Flask("app")
    flask_migrate.Migrate(app, metadata=metadata_of("user"), engine=engine)

    async def serve() -> None:
        for _ in range(2):
            async with engine.connect() as connection:
                await connection.execute(sa.text("SELECT 1"))
            with app.app_context():
                flask_migrate.current()
        await engine.dispose()

    with app.app_context():
        flask_migrate.init()
    asyncio.run(serve())
