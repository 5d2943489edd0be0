"""Database objects other than that of Flask-SQLAlchemy 3, and the names old projects use."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

import flask_migrate
from flask_migrate import errors
from flask_migrate.databases import Databases, identifier


@pytest.fixture
def app(tmp_path, monkeypatch):
    """An application whose configuration names two databases."""
    monkeypatch.chdir(tmp_path)
    app = Flask("app")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'app.db'}"
    app.config["SQLALCHEMY_BINDS"] = {"other": f"sqlite:///{tmp_path / 'other.db'}"}
    with app.app_context():
        yield app


def engine(name="engine"):
    return sa.create_engine(f"sqlite:///{name}.db", poolclass=sa.NullPool)


def table(name, metadata=None, **options):
    metadata = metadata or sa.MetaData()
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), **options)
    return metadata


class Classic:
    """What Flask-SQLAlchemy 2 has: one metadata for all, and engines by request."""

    def __init__(self):
        self.metadata = table("user")
        table("post", self.metadata, info={"bind_key": "other"})
        self.made = {}

    def get_engine(self, app=None, bind=None):
        return self.made.setdefault(bind, engine(bind or "default"))


class Lite:
    """What Flask-SQLAlchemy-Lite has: engines of both kinds, and no metadata."""

    engines = {"default": "engine of default"}
    async_engines = {"other": "engine of other"}


class Alchemy:
    """What Alchemical has: engines that are there when one was asked for."""

    table_binds = {}
    engines = {}

    def get_engine(self):
        self.engines = {None: "engine of default", "other": "engine of other"}


def work(app, **given):
    """Make, write and apply a project; return the tables of the default database."""
    flask_migrate.Migrate(app, **given)
    flask_migrate.init()
    flask_migrate.migrate()
    flask_migrate.upgrade()
    made = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
    return set(sa.inspect(made).get_table_names()) - {"alembic_version"}


def test_the_engines_of_flask_sqlalchemy_2(app):
    """They are asked for one by one."""
    source = Classic()
    assert dict(Databases(source).engines) == {
        None: source.get_engine(),
        "other": source.get_engine(app, "other"),
    }


def test_the_metadata_of_flask_sqlalchemy_2_is_divided(app):
    """Each database gets the tables that are for it."""
    metadatas = Databases(Classic()).metadatas
    assert [set(metadatas[bind].tables) for bind in (None, "other")] == [{"user"}, {"post"}]


def test_the_engines_of_flask_sqlalchemy_lite(app):
    """Those of both kinds are there, and the default one has no name."""
    assert dict(Databases(Lite()).engines) == {
        None: "engine of default",
        "other": "engine of other",
    }


def test_the_engines_of_alchemical(app):
    """They are made first."""
    assert dict(Databases(Alchemy()).engines) == {
        None: "engine of default",
        "other": "engine of other",
    }


def test_models_without_a_database_object_use_the_configuration(app):
    """``Migrate(app, metadata=...)`` finds the databases in the settings."""
    assert work(app, metadata=table("plain")) == {"plain"}


def test_models_may_be_a_declarative_base(app):
    """A base class stands for its metadata."""

    class Base(sa.orm.DeclarativeBase):
        pass

    class Plain(Base):
        __tablename__ = "plain"
        id = sa.Column(sa.Integer, primary_key=True)

    assert work(app, metadata=Base) == {"plain"}


def test_models_may_be_several(app):
    """A list of metadata is one for Alembic."""
    assert work(app, metadata=[table("one"), table("two")]) == {"one", "two"}


def test_a_database_may_be_a_url(app, tmp_path):
    """``Migrate(app, engine=URL)`` goes there."""
    flask_migrate.Migrate(app, metadata=table("plain"), engine=f"sqlite:///{tmp_path / 'url.db'}")
    flask_migrate.init()
    flask_migrate.migrate()
    flask_migrate.upgrade()
    assert (tmp_path / "url.db").exists()


def test_databases_may_be_a_mapping_of_binds(app):
    """Engines and metadata by bind."""
    first, second = engine("first"), engine("second")
    databases = Databases(
        metadata={None: table("one"), "other": table("two")}, engine={"other": second, None: first}
    )
    assert [(each.name, each.engine, set(each.metadata.tables)) for each in databases] == [
        ("default", first, {"one"}),
        ("other", second, {"two"}),
    ]


def test_a_bind_without_models_has_an_empty_metadata(app):
    """A bind that no model is for is migrated all the same."""
    db = SQLAlchemy(app)
    assert not Databases(db).metadatas["nothing"].tables


def test_without_models_the_hint_says_how_to_name_them(app):
    """A database object without metadata needs them named."""
    with pytest.raises(errors.NotConfiguredError, match="no metadata") as caught:
        _ = Databases(Lite()).metadata
    assert "metadata=Base" in caught.value.hint


@pytest.mark.parametrize(
    "call",
    [
        lambda databases, app: databases.get_engine("other"),
        lambda databases, app: databases.get_engine(app, "other"),
        lambda databases, app: databases.get_engine(bind="other"),
        lambda databases, app: databases.get_engine(app=app, bind="other"),
        lambda databases, app: databases.get_engine(bind_key="other"),
    ],
)
def test_get_engine_can_be_called_as_any_release_did(app, call):
    """Every ``env.py`` asks in the manner of its day."""
    databases = Databases(engine={None: engine("one"), "other": engine("two")})
    assert call(databases, app) is databases.engines["other"]


def test_an_engine_of_an_unknown_bind_is_refused(app):
    """The bind is named."""
    with pytest.raises(errors.NotConfiguredError, match="'nothing'"):
        Databases(engine=engine()).get_engine("nothing")


def test_bind_names_are_those_besides_the_default(app):
    """As Alchemical has them."""
    assert Databases(engine={None: engine(), "other": engine("other")}).bind_names() == ["other"]


def test_anything_else_is_asked_of_the_database_object(app):
    """What the stand-in has not, the real object has."""
    db = SQLAlchemy(app)
    assert Databases(db).session is db.session


@pytest.mark.parametrize(
    ("bind", "name"),
    [(None, ""), ("other", "other"), ("2nd", "2nd"), ("my-db", "my_x2d_db"), ("дб", "дб")],
)
def test_a_bind_has_a_name_in_python(bind, name):
    """A name that can stand in a function's name stays, any other is spelled."""
    assert identifier(bind) == name


def test_two_binds_never_have_one_name():
    """Spelling keeps names apart that differ in one character."""
    names = ["a-b", "a.b", "a b", "a_b", "a/b", "a\u0301", "\xe1"]
    assert len({identifier(name) for name in names}) == len(names)
