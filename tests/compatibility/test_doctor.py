"""``doctor`` on projects of earlier releases, and on those that surprise their owners."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase

import flask_migrate
from flask_migrate import errors

from ..project import FACES, Project, users, users_with_email
from . import matrix
from .releases import templates

SECRET = "s3cret-w0rd"


@pytest.fixture
def upgraded(started):
    """A project with nothing wrong."""
    started.run("migrate", rev_id="first")
    started.run("upgrade")
    return started


def findings(project: Project) -> list[tuple[bool, str, str]]:
    """What the doctor finds, whether it raises for it or not."""
    outcome = project.run("doctor")
    found = outcome.value if outcome.error is None else outcome.error.findings
    return [(each.is_problem, each.message, each.hint) for each in found]


def problem(project: Project) -> str:
    """The only problem there is, with its hint."""
    ((message, hint),) = [each[1:] for each in findings(project) if each[0]]
    return f"{message} {hint}"


def no_models(db: SQLAlchemy) -> None:
    """An application whose models are never imported."""


def posts(db: SQLAlchemy) -> None:
    """Another model, and nothing of the first."""

    class Post(db.Model):
        id = db.Column(db.Integer, primary_key=True)


def users_and_posts(db: SQLAlchemy) -> None:
    """One model more."""
    users(db)
    posts(db)


def create_all(project: Project) -> None:
    """What many applications do when they start."""
    app = project.app()
    with app.app_context():
        app.extensions["sqlalchemy"].create_all()


# An env.py that a release wrote


@pytest.fixture(params=matrix.PROJECTS, ids="-".join)
def of_release(request, tmp_path, monkeypatch):
    """A project of each release, up to date."""
    monkeypatch.chdir(tmp_path)
    made = matrix.project(tmp_path, *request.param)
    made.release = request.param[1]
    made.run("migrate")
    made.run("upgrade")
    return made


def test_a_stale_env_is_named_by_its_release(of_release):
    """It is no problem, and the hint has the way out and the difference."""
    ((is_problem, message, hint),) = findings(of_release)
    assert not is_problem
    assert of_release.release in message
    assert "flask db doctor --fix" in hint
    assert "+environment.run(context" in hint


@pytest.mark.parametrize("face", FACES)
def test_a_project_works_after_its_env_was_replaced(of_release, face):
    """``doctor --fix`` keeps the old one, and every command does what it did."""
    before = Path("migrations/env.py").read_bytes()
    assert of_release.run("doctor", face, fix=True).exit_code == 0
    assert Path("migrations/env.py.old").read_bytes() == before
    assert findings(of_release) == []
    assert of_release.run("check", face).exit_code == 0
    assert of_release.run("downgrade", face).exit_code == 0
    assert of_release.tables() == {"alembic_version"}
    of_release.run("upgrade", face)
    assert of_release.run("check", face).exit_code == 0


@pytest.mark.parametrize("release", ["2.7.0", "4.1.0"])
@pytest.mark.parametrize("template", ["flask", "flask-multidb"])
def test_an_edited_env_is_left_alone(tmp_path, monkeypatch, template, release):
    """``--fix`` replaces nothing that somebody wrote, and shows how it differs."""
    monkeypatch.chdir(tmp_path)
    project = matrix.project(tmp_path, template, release)
    env = Path("migrations/env.py")
    env.write_text(f"{env.read_text()}# mine\n")
    outcome = project.run("doctor", "flask db", fix=True)
    assert outcome.exit_code == 0
    assert "was changed" in outcome.stdout
    assert "-# mine" in outcome.stdout
    assert env.read_text().endswith("# mine\n")
    assert not Path("migrations/env.py.old").exists()


def test_an_env_with_windows_line_ends_is_known(tmp_path, monkeypatch):
    """Git writes them on Windows, and the release is still known."""
    monkeypatch.chdir(tmp_path)
    project = matrix.project(tmp_path, "flask", "4.1.0")
    env = Path("migrations/env.py")
    env.write_bytes(env.read_bytes().replace(b"\n", b"\r\n"))
    assert ["4.0.5-4.1.0" in message for _, message, _ in findings(project)] == [True]


def test_fix_has_nothing_to_do_twice(tmp_path, monkeypatch):
    """The second time the ``env.py`` is today's, and the old one is still the old one."""
    monkeypatch.chdir(tmp_path)
    project = matrix.project(tmp_path, "flask", "4.1.0")
    old = Path("migrations/env.py").read_bytes()
    for _ in range(2):
        project.run("doctor", fix=True)
    assert Path("migrations/env.py.old").read_bytes() == old


# "No changes in schema detected"


@pytest.mark.parametrize("face", FACES)
def test_no_changes_because_no_model_is_imported(started, face):
    """The exit code is 1 on every face."""
    started.models = no_models
    assert started.run("migrate", face).exit_code == 0
    assert started.revision_files() == []
    outcome = started.run("doctor", face)
    assert outcome.exit_code == 1
    assert "has no models" in (outcome.stdout or str(outcome.error.findings))


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_migrate_without_changes_points_to_the_doctor(upgraded, face):
    """Who expected changes is told whom to ask."""
    assert "doctor" in upgraded.run("migrate", face).stderr


def test_no_changes_because_the_tables_were_made_by_create_all(started):
    """Before the first revision."""
    create_all(started)
    assert started.run("migrate").value is None
    assert "has every table of the models (1) and no revision: create_all()" in problem(started)


def test_no_changes_because_create_all_was_there_first(upgraded):
    """A model is added later, and the application makes its table when it starts."""
    upgraded.models = users_and_posts
    create_all(upgraded)
    assert upgraded.run("migrate").value is None
    assert "No revision makes these tables, which the database default has: post." in problem(
        upgraded
    )


def test_a_table_that_a_revision_makes_is_no_finding(upgraded):
    """The rule is about tables that no revision names."""
    upgraded.models = users_and_posts
    upgraded.run("migrate")
    upgraded.run("upgrade")
    assert findings(upgraded) == []


def test_no_changes_because_the_models_are_on_another_metadata(upgraded, monkeypatch):
    """A base class of their own keeps them from Flask-SQLAlchemy's metadata."""
    module = types.ModuleType("project.billing")
    monkeypatch.setitem(sys.modules, "project.billing", module)

    class Base(DeclarativeBase):
        pass

    class Invoice(Base):
        __module__ = "project.billing"
        __tablename__ = "invoice"
        id = sa.Column(sa.Integer, primary_key=True)

    found = problem(upgraded)
    assert "project.billing has models on a MetaData that Migrate was not given" in found
    assert "Invoice" in found
    assert "metadata=[" in found
    upgraded.options = {"metadata": [Base.metadata]}
    assert not any("Invoice" in message for _, message, _ in findings(upgraded))
    Base.registry.dispose()


def test_no_changes_because_the_bind_is_left_out(upgraded):
    """A project for one database does not go to the binds."""
    upgraded.binds = {"orders": f"sqlite:///{upgraded.folder / 'orders.db'}"}
    upgraded.models = matrix.users_and_orders
    assert upgraded.run("migrate").value is None
    found = problem(upgraded)
    assert "the tables of the bind 'orders' are left out" in found
    assert "every_bind=True" in found


def test_no_changes_because_the_bind_has_no_database(project):
    """``SQLALCHEMY_BINDS`` lacks a key that a model names."""
    project.run("init", multidb=True)
    project.models = matrix.users_and_orders
    assert "There are models for the bind 'orders', and no database of that name." in problem(
        project
    )


@pytest.mark.parametrize("name", ["include_object", "include_name"])
def test_no_changes_because_a_filter_hides_them(upgraded, name):
    """A filter is worth knowing."""
    upgraded.options = {name: lambda *given: False}
    upgraded.models = users_and_posts
    assert any(f"{name} is given to Migrate" in message for _, message, _ in findings(upgraded))


def test_no_changes_because_types_are_not_compared(upgraded):
    """``compare_type=False`` is worth knowing."""
    upgraded.options = {"compare_type": False}
    assert [message for _, message, _ in findings(upgraded)] == [
        "compare_type is off: Migrate(app, db, compare_type=False)."
    ]


def test_some_tables_were_made_by_create_all(started):
    """Also where a model has come since."""
    create_all(started)
    started.models = users_and_posts
    assert "has some tables of the models (1) and no revision: create_all()" in problem(started)


# "It wants to drop all my tables"


def test_drops_because_no_model_is_imported(upgraded):
    """Both sides are told: no models, and tables that nobody knows."""
    upgraded.models = no_models
    messages = [message for is_problem, message, _ in findings(upgraded) if is_problem]
    assert ["has no models" in each for each in messages] == [True, False]
    assert [
        "know no table of the database default (1): migrate would drop them all" in each
        for each in messages
    ] == [False, True]


def test_drops_because_the_models_are_others(upgraded):
    """The URL of another application's database."""
    upgraded.models = posts
    assert "migrate would drop them all" in problem(upgraded)


def test_drops_because_some_models_are_not_imported(upgraded):
    """The tables are named; it may be meant, and is no problem."""
    upgraded.models = users_and_posts
    upgraded.run("migrate")
    upgraded.run("upgrade")
    upgraded.models = users
    ((is_problem, message, hint),) = findings(upgraded)
    assert not is_problem
    assert message.endswith("migrate would drop them: post.")
    assert "include_object" in hint


def test_tables_of_others_that_are_filtered_are_no_finding(upgraded):
    """Who has a filter has thought of them."""
    upgraded.options = {"include_object": lambda *given: True}
    upgraded.execute("CREATE TABLE spatial_ref_sys (id INTEGER)")
    assert not any("spatial_ref_sys" in message for _, message, _ in findings(upgraded))


# Settings, drivers, history


def test_a_missing_driver_is_named_with_its_package(tmp_path, monkeypatch):
    """The module cannot be imported, and the command to install it is there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "MySQLdb", None)
    app = Flask("app")
    url = f"mysql+mysqldb://user:{SECRET}@host/shop"
    flask_migrate.Migrate(app, metadata=sa.MetaData(), engine=url)
    with app.app_context():
        flask_migrate.init()
        with pytest.raises(errors.ProblemsFoundError) as caught:
            flask_migrate.doctor()
    texts = [str(each) for each in caught.value.findings]
    assert any("driver" in text and "pip install mysqlclient" in text for text in texts)
    assert SECRET not in "".join(texts)


def test_an_unknown_kind_of_database_is_named(tmp_path, monkeypatch):
    """A typing error before ``://``."""
    monkeypatch.chdir(tmp_path)
    app = Flask("app")
    flask_migrate.Migrate(app, metadata=sa.MetaData(), engine="postgrsql://host/shop")
    with app.app_context():
        flask_migrate.init()
        with pytest.raises(errors.ProblemsFoundError) as caught:
            flask_migrate.doctor()
    assert any("postgrsql" in each.message for each in caught.value.findings)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("driver", ["postgresql+psycopg2", "postgresql+asyncpg", "mysql+pymysql"])
def test_no_password_is_shown(upgraded, face, driver):
    """Neither that of a server that does not answer nor one in ``alembic.ini``."""
    upgraded.url = f"{driver}://user:{SECRET}@127.0.0.1:1/shop"
    ini = Path("migrations/alembic.ini")
    url = f"[alembic]\nsqlalchemy.url = {upgraded.url}\n"
    ini.write_text(ini.read_text().replace("[alembic]\n", url))
    outcome = upgraded.run("doctor", face)
    assert outcome.exit_code == 1
    found = getattr(outcome.error, "findings", ())
    everything = f"{outcome.stdout} {outcome.stderr} {outcome.error} {found}"
    assert "does not answer" in everything
    assert "has a database password" in everything
    assert SECRET not in everything


@pytest.mark.parametrize("face", FACES)
def test_a_database_that_is_ahead_of_the_code(upgraded, face):
    """A release was rolled back, or the branch was changed."""
    upgraded.models = users_with_email
    upgraded.run("migrate", rev_id="second")
    upgraded.run("upgrade")
    Path("migrations/versions/second_add_user_email.py").unlink()
    outcome = upgraded.run("doctor", face)
    assert outcome.exit_code == 1
    everything = outcome.stdout + str(getattr(outcome.error, "findings", ""))
    assert "is at second, which no file here defines" in everything


@pytest.mark.parametrize("face", FACES)
def test_several_heads(upgraded, face):
    """They are named, with the command that joins them."""
    upgraded.run("revision", head="base", rev_id="other")
    outcome = upgraded.run("doctor", face)
    assert outcome.exit_code == 1
    everything = outcome.stdout + str(getattr(outcome.error, "findings", ""))
    assert "The history has 2 heads: first, other." in everything
    assert "flask db merge" in everything


def test_each_bind_is_looked_at(project):
    """What is wrong with one database names it."""
    project.binds = {"orders": f"sqlite:///{project.folder / 'orders.db'}"}
    project.models = matrix.users_and_orders
    project.run("init", template=str(templates("4.1.0") / "flask-multidb"))
    project.run("migrate")
    project.run("upgrade")
    project.execute("UPDATE alembic_version SET version_num = 'gone'", "orders")
    assert "The database orders is at gone" in problem(project)


@pytest.mark.parametrize("driver", ["sqlite+aiosqlite", "postgresql+asyncpg"])
def test_an_asynchronous_database_is_looked_at(tmp_path, monkeypatch, request, driver):
    """The doctor connects to it as a command does."""
    monkeypatch.chdir(tmp_path)
    url = sa.make_url(f"sqlite:///{tmp_path / 'app.db'}")
    if driver.startswith("postgresql"):
        url = request.getfixturevalue("postgresql_url")
    metadata = sa.MetaData()
    sa.Table("user", metadata, sa.Column("id", sa.Integer, primary_key=True))
    app = Flask("app")
    flask_migrate.Migrate(app, metadata=metadata, engine=url.set(drivername=driver))
    with app.app_context():
        flask_migrate.init()
        flask_migrate.migrate()
        flask_migrate.upgrade()
        assert flask_migrate.doctor() == ()
