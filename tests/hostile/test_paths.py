"""Directories and database files may be called anything."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

import flask_migrate

from ..compatibility.releases import templates
from ..project import Project, users
from .refusal import assert_refused, contents

NAMES = {
    "space": "my migrations",
    "per cent": "100%",
    "interpolation": "%(here)s",
    "doubled": "%%",
    "format": "%s",
    "URL quoting": "a%20b",
    "non-ASCII": "übersicht-日本",
    "emoji": "🚀",
    "hash": "a#b",
    "semicolon": "a;b",
    "colon": "a:b",
    "comma": "a,b",
    "quotes": 'it\'s "here"',
    "mako": "${x}",
    "option": "-d",
    "star": "*",
    "brackets": "[x]",
    "dot": ".hidden",
    "newline": "a\nb",
    "trailing space": "a ",
    "backslash": "a\\b",
}


def _works(project: Project, **given) -> None:
    """Everything from ``init`` to ``downgrade`` runs."""
    for command in ("init", "migrate", "upgrade", "check", "current", "history", "downgrade"):
        outcome = project.run(command, "flask db", **given)
        assert outcome.exit_code == 0, (command, outcome.stdout, outcome.stderr)
    assert project.tables() == {"alembic_version"}


def _top(project: Project) -> set[str]:
    return {Path(name).parts[0] for name in contents(project.folder)}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_directory_by_option(project, name):
    """``-d`` takes any name, and all files go there."""
    _works(project, directory=f"./{name}")
    assert _top(project) == {name, "app.db"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_directory_below_a_folder(project, name, monkeypatch):
    """The project may be anywhere."""
    folder = project.folder / name
    folder.mkdir()
    monkeypatch.chdir(folder)
    project.folder = folder
    project.options = {"directory": str(folder / "migrations")}
    project.url = f"sqlite:///{folder.parent}/other.db"
    _works(project)


@pytest.mark.parametrize("release", ["2.0.4", "4.1.0"])
@pytest.mark.parametrize("name", ["100%", "%(here)s", "übersicht", "my migrations"])
def test_a_directory_with_an_old_env(project, release, name):
    """An ``env.py`` that writes the URL into the configuration works there too."""
    template = str(templates(release) / "flask")
    given = {"directory": f"./{name}"}
    assert project.run("init", "flask db", template=template, **given).exit_code == 0
    for command in ("migrate", "upgrade", "check", "downgrade"):
        outcome = project.run(command, "flask db", **given)
        assert outcome.exit_code == 0, (command, outcome.stderr)


FORMS = {
    "path": Path,
    "absolute path": Path.absolute,
    "text": str,
    "trailing slash": "{}/".format,
    "two slashes": "{}//".format,
    "dot": "./{}".format,
    "detour": "x/../{}".format,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_directory_of_the_application(project, form):
    """``Migrate(directory=...)`` takes text and paths."""
    Path("x").mkdir()
    project.options = {"directory": FORMS[form](Path("somewhere"))}
    _works(project)
    assert (project.folder / "somewhere" / "versions").is_dir()


@pytest.mark.parametrize("form", ["path", "absolute path", "trailing slash"])
def test_a_directory_given_to_a_function(project, form):
    """So does a function."""
    directory = FORMS[form](Path("somewhere"))
    for name in ("init", "migrate", "upgrade", "check"):
        assert project.run(name, directory=directory).exit_code == 0


def test_a_link_to_a_directory(project):
    """The files go where the link leads."""
    Path("real").mkdir()
    os.symlink("real", "migrations")
    _works(project)
    assert Path("real/versions").is_dir()


def test_a_link_that_leads_nowhere(project):
    """It is named."""
    os.symlink("nowhere", "migrations")
    before = contents(project.folder)
    assert_refused(project.run("upgrade", "flask db"), "migrations", hint="flask db init")
    assert contents(project.folder) == before


# Beside the application


@pytest.fixture
def elsewhere(tmp_path_factory, monkeypatch):
    """A working directory that has nothing to do with the application."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))


def _at(root: Path, url: str) -> Flask:
    app = Flask("shop", root_path=str(root))
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db = SQLAlchemy(app)
    users(db)
    flask_migrate.Migrate(app, db)
    return app


@pytest.mark.parametrize("command", ["heads", "upgrade", "check", "history"])
def test_a_module_is_found_from_anywhere(damaged, elsewhere, command):
    """A relative directory that the working directory has not is looked for beside the module."""
    app = _at(damaged.folder, damaged.url)
    result = app.test_cli_runner().invoke(args=["db", command])
    assert result.exit_code == 0, result.stderr


def test_a_package_is_found_from_anywhere(damaged, elsewhere):
    """Or beside the package, where ``flask run`` is usually called."""
    package = damaged.folder / "shop"
    package.mkdir()
    (package / "__init__.py").touch()
    result = _at(package, damaged.url).test_cli_runner().invoke(args=["db", "heads"])
    assert result.stdout == "bbbb (head)\n"


def test_migrations_inside_a_package_are_found_from_anywhere(damaged, elsewhere):
    """Or in it, which wins."""
    package = damaged.folder / "shop"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copytree(damaged.folder / "migrations", package / "migrations")
    (damaged.folder / "migrations" / "env.py").unlink()
    result = _at(package, damaged.url).test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 0, result.stderr


def test_the_working_directory_wins(damaged, elsewhere):
    """As it always has."""
    shutil.copytree(damaged.folder / "migrations", "migrations")
    for path in Path("migrations/versions").glob("bbbb*"):
        path.unlink()
    result = _at(damaged.folder, damaged.url).test_cli_runner().invoke(args=["db", "heads"])
    assert result.stdout == "aaaa (head)\n"


def test_nothing_is_found_beside_a_folder_that_is_no_package(damaged, elsewhere):
    """The parent of a plain folder is none of the application's business."""
    (damaged.folder / "shop").mkdir()
    app = _at(damaged.folder / "shop", damaged.url)
    result = app.test_cli_runner().invoke(args=["db", "heads"])
    assert result.exit_code == 1
    assert "Path doesn't exist: migrations" in result.stderr


# Templates


@pytest.mark.parametrize(
    "spelling", ["./my templates/own", "my templates\\own", "./my templates/own/"]
)
def test_a_template_by_path(project, spelling):
    """``init -t`` takes a folder, with the separators of any system."""
    shutil.copytree(templates("4.1.0") / "flask", "my templates/own")
    assert project.run("init", "flask db", template=spelling).exit_code == 0
    own = Path("my templates/own/env.py").read_bytes()
    assert Path("migrations/env.py").read_bytes() == own


@pytest.mark.parametrize("name", ["..", "../..", "/", "./nothere", ".\\nothere", "a\0/b", "flask/"])
def test_a_template_path_that_is_none(project, name):
    """Nothing is made from a folder that is no template."""
    outcome = project.run("init", "flask db", template=name)
    assert_refused(outcome)
    assert contents(project.folder) == {}


# Databases


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has fewer names")
@pytest.mark.parametrize(
    "name",
    ["my data.db", "100%.db", "a#b.db", "ü.db", "a;b.db", "%(here)s.db", "a&b=c"],
)
@pytest.mark.parametrize("template", ["flask", "4.1.0"])
def test_a_database_file(project, name, template):
    """A file with any name is the one that is migrated."""
    project.url = f"sqlite:///{project.folder}/{name}"
    template = template if template == "flask" else str(templates(template) / "flask")
    assert project.run("init", template=template).exit_code == 0
    for command in ("migrate", "upgrade", "check"):
        outcome = project.run(command, "flask db")
        assert outcome.exit_code == 0, (command, outcome.stderr)
    assert _top(project) == {name, "migrations"}
    assert project.tables() == {"alembic_version", "user"}


# Binds

BINDS = {
    "space": "my orders",
    "dash": "my-orders",
    "digit": "1st",
    "keyword": "class",
    "non-ASCII": "über",
    "emoji": "🚀",
    "per cent": "100%",
    "quotes": 'it\'s "mine"',
    "triple quotes": '"""',
    "newline": "a\nb",
    "mako": "${1/0}",
    "code": "x(): pass\nimport pathlib; pathlib.Path('canary').touch()\ndef y",
    "up": "../../x",
    "folder": "a/b",
    "builtin": "print",
    "upgrade": "upgrade",
    "ligature": "ﬁ",
}


def _with_bind(project: Project, name: str) -> None:
    project.binds = {name: f"sqlite:///{project.folder}/orders.db"}

    def models(db):
        users(db)

        class Order(db.Model):
            __bind_key__ = name
            id = db.Column(db.Integer, primary_key=True)

    project.models = models
    project.run("init", multidb=True)


@pytest.mark.parametrize("name", BINDS.values(), ids=BINDS)
def test_a_bind_may_have_any_name(project, name):
    """Each database gets its own tables, and nothing in the name runs."""
    _with_bind(project, name)
    for command in ("migrate", "upgrade", "check"):
        outcome = project.run(command, "flask db")
        assert outcome.exit_code == 0, (command, outcome.stderr)
    assert project.tables() == {"alembic_version", "user"}
    assert project.tables(name) == {"alembic_version", "order"}
    assert project.run("downgrade", "flask db", bind=[name]).exit_code == 0
    assert project.tables(name) == {"alembic_version"}
    assert not Path("canary").exists()


@pytest.mark.parametrize("name", BINDS.values(), ids=BINDS)
def test_offline_sql_of_a_bind_stays_in_the_working_directory(project, name):
    """The name of a bind leads to no other folder."""
    _with_bind(project, name)
    project.run("migrate")
    before = set(project.folder.parent.rglob("*.sql"))
    outcome = project.run("upgrade", "flask db", sql=True)
    assert outcome.exit_code == 0, outcome.stderr
    new = set(project.folder.parent.rglob("*.sql")) - before
    assert len(new) == 2
    assert {path.parent for path in new} == {project.folder}
