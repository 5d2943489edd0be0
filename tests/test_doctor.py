"""``doctor``: what it finds, and what it says to do about it."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

import flask_migrate
from flask_migrate import env_releases, errors

from .project import users

OLD_ENV = """\
from alembic import context
from flask_migrate import environment as steps
steps.run(context)
"""


@pytest.fixture
def upgraded(started):
    """A project with nothing wrong."""
    started.run("migrate", rev_id="first")
    started.run("upgrade")
    return started


@pytest.fixture
def old_env(upgraded, monkeypatch):
    """An ``env.py`` that an earlier release wrote, and nobody changed."""
    env = upgraded.folder / "migrations" / "env.py"
    env.write_bytes(OLD_ENV.encode())
    content = OLD_ENV.encode()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()[:7]
    monkeypatch.setitem(env_releases.SINGLE, blob, "0.0.1-0.0.2")
    return env


def findings(project):
    """What the doctor finds, whether it raises for it or not."""
    outcome = project.run("doctor")
    return outcome.value if outcome.error is None else outcome.error.findings


def problems(project):
    return [each.message for each in findings(project) if each.is_problem]


def no_models(db):
    """An application whose models are never imported."""


def test_a_healthy_project_has_no_findings(upgraded):
    """Nothing is found where nothing is wrong."""
    assert findings(upgraded) == ()


def test_a_healthy_project_succeeds(run, upgraded):
    """The exit code is 0 on every face."""
    assert run("doctor").exit_code == 0


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_healthy_project_is_told_so(upgraded, face):
    """The output says that there is nothing."""
    assert upgraded.run("doctor", face).stdout == "Nothing found.\n"


def test_a_problem_exits_with_1(run, upgraded):
    """A program that deploys can ask the doctor first."""
    upgraded.models = no_models
    assert run("doctor").exit_code == 1


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_problem_is_shown_with_what_to_do(upgraded, face):
    """The output marks the problem and gives the hint below it."""
    upgraded.models = no_models
    lines = upgraded.run("doctor", face).stdout.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("x "))
    assert lines[place + 1].startswith("  Import")


def test_an_application_without_models(upgraded):
    """A metadata without tables is the most frequent reason for an empty revision."""
    upgraded.models = no_models
    assert "The application has no models: its metadata has no tables." in problems(upgraded)


def test_models_in_a_module_that_nobody_imports(upgraded, monkeypatch):
    """The module and its classes are named, with the import that is missing."""
    package = upgraded.folder / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("from flask import Flask\n")
    (package / "models.py").write_text("class Order(db.Model):\n    pass\n")
    (package / "tables.py").write_text("class Item:\n    __tablename__ = 'item'\n")
    (package / "broken.py").write_text("class (\n")
    (package / "other.py").write_text("class Plain:\n    pass\n")
    app = upgraded.app()
    app.root_path = str(package)
    with app.app_context(), pytest.raises(errors.ProblemsFoundError) as caught:
        flask_migrate.doctor()
    found = [(each.message, each.hint) for each in caught.value.findings]
    assert [hint.rpartition(": ")[2] for _, hint in found] == [
        "import shop.models",
        "import shop.tables",
    ]
    assert [("Order" in message, "Item" in message) for message, _ in found] == [
        (True, False),
        (False, True),
    ]


def test_tables_of_a_bind_that_env_leaves_out(upgraded):
    """A project for one database leaves the binds out, and the hint says how to change that."""

    def with_bind(db):
        users(db)

        class Post(db.Model):
            __bind_key__ = "other"
            id = db.Column(db.Integer, primary_key=True)

    upgraded.binds = {"other": f"sqlite:///{upgraded.folder / 'other.db'}"}
    upgraded.models = with_bind
    assert [
        "the tables of the bind 'other' are left out" in each for each in problems(upgraded)
    ] == [True]


def test_a_database_whose_tables_were_made_by_create_all(started):
    """Tables without a revision make ``migrate`` find nothing."""
    app = started.app()
    with app.app_context():
        app.extensions["sqlalchemy"].create_all()
    assert ["create_all()" in each for each in problems(started)] == [True]


def test_a_database_of_something_else(started):
    """Tables that no model knows would all be dropped."""
    started.execute("CREATE TABLE other (id INTEGER)")
    assert ["would drop them all" in each for each in problems(started)] == [True]


def test_a_database_at_a_revision_that_no_file_has(upgraded):
    """The revision is named."""
    upgraded.execute("UPDATE alembic_version SET version_num = 'gone'")
    assert ["is at gone" in each for each in problems(upgraded)] == [True]


def test_several_heads(upgraded):
    """Two heads stop the next upgrade."""
    upgraded.run("revision", head="base")
    assert ["2 heads" in each for each in problems(upgraded)] == [True]


def test_a_history_that_cannot_be_read(upgraded):
    """A broken revision file is one finding among others."""
    (path,) = upgraded.revision_files()
    path.write_text("this is no Python\n")
    assert [path.name in each for each in problems(upgraded)] == [True]


def test_a_database_that_does_not_answer(upgraded):
    """The database is named, and its password is not."""
    upgraded.url = "postgresql+psycopg2://user:s3cret@127.0.0.1:1/app"
    (message,) = problems(upgraded)
    assert ("default" in message, "s3cret" in message) == (True, False)


def test_a_password_in_the_ini(upgraded):
    """A password in a file under version control is a problem."""
    ini = upgraded.folder / "migrations" / "alembic.ini"
    url = "[alembic]\nsqlalchemy.url = postgresql://user:s3cret@host/app\n"
    ini.write_text(ini.read_text().replace("[alembic]\n", url))
    (message,) = problems(upgraded)
    assert ("password" in message, "s3cret" in message) == (True, False)


@pytest.mark.parametrize("name", ["compare_type", "render_as_batch"])
def test_an_option_that_is_off_is_worth_knowing(upgraded, name):
    """What is switched off is told, and is no problem."""
    upgraded.options = {name: False}
    (finding,) = findings(upgraded)
    assert (name in finding.message, finding.is_problem) == (True, False)


def test_an_old_env_is_worth_knowing(old_env, upgraded):
    """The releases that wrote it are named, with the way to replace it."""
    (finding,) = findings(upgraded)
    assert (finding.is_problem, "0.0.1-0.0.2" in finding.message) == (False, True)
    assert "flask db doctor --fix" in finding.hint


def test_a_changed_env_is_shown_with_the_difference(upgraded):
    """An ``env.py`` of somebody's own is left alone, and compared."""
    (upgraded.folder / "migrations" / "env.py").write_text(OLD_ENV + "# mine\n")
    (finding,) = findings(upgraded)
    assert "-# mine" in finding.hint


def test_fix_replaces_an_old_env(run, old_env, upgraded):
    """``doctor --fix`` writes today's ``env.py`` in its place."""
    run("doctor", fix=True)
    assert "environment.run(context)" in old_env.read_text()


def test_fix_keeps_the_old_env(run, old_env, upgraded):
    """The one that was replaced is beside it."""
    run("doctor", fix=True)
    assert old_env.with_name("env.py.old").read_text() == OLD_ENV


def test_fix_leaves_a_changed_env_alone(run, upgraded):
    """What somebody wrote is not replaced."""
    env = upgraded.folder / "migrations" / "env.py"
    env.write_text(OLD_ENV + "# mine\n")
    run("doctor", fix=True)
    assert env.read_text() == OLD_ENV + "# mine\n"


def test_without_a_project_there_is_nothing_to_look_at(project):
    """A missing directory is an error with the command that makes one."""
    error = project.run("doctor").error
    assert isinstance(error, errors.MigrateError)
    assert "flask db init" in (error.hint or "")


def test_an_application_that_is_no_package_is_not_searched(upgraded):
    """Files beside a single-module application are not taken for its modules."""
    (upgraded.folder / "loose.py").write_text("class Order(db.Model):\n    pass\n")
    app = Flask("single", root_path=str(upgraded.folder))
    app.config["SQLALCHEMY_DATABASE_URI"] = upgraded.url
    db = SQLAlchemy(app)
    users(db)
    flask_migrate.Migrate(app, db)
    with app.app_context():
        assert flask_migrate.doctor() == ()
        db.engine.dispose()
