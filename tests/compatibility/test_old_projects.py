"""Projects made by every earlier release run unchanged."""

from __future__ import annotations

import re

import pytest

from ..project import Project, users
from .releases import MULTI, SINGLE, templates

COMMANDS = ("migrate", "upgrade", "downgrade", "current", "check", "upgrade --sql")


def users_and_orders(db):
    users(db)

    class Order(db.Model):
        __bind_key__ = "orders"
        id = db.Column(db.Integer, primary_key=True)
        total = db.Column(db.Integer)


@pytest.fixture(params=["flask db", "python"])
def face(request):
    return request.param


@pytest.mark.parametrize("release", SINGLE)
def test_a_single_database_project_runs(project: Project, release: str, face: str):
    """A project with the release's own templates does everything, with its files untouched."""
    _make(project, release, "flask")
    before = _files(project)
    matrix = _all_commands(project, face)
    assert matrix == dict.fromkeys(COMMANDS, "ok")
    assert _files(project).items() >= before.items()


@pytest.mark.parametrize("release", MULTI)
def test_a_project_for_several_databases_runs(project: Project, release: str, face: str):
    """The same with a bind."""
    project.binds = {"orders": f"sqlite:///{project.folder / 'orders.db'}"}
    project.models = users_and_orders
    _make(project, release, "flask-multidb")
    before = _files(project)
    matrix = _all_commands(project, face)
    assert matrix == dict.fromkeys(COMMANDS, "ok")
    assert _files(project).items() >= before.items()


def _make(project: Project, release: str, template: str) -> None:
    made = project.run("init", template=str(templates(release) / template))
    assert made.exit_code == 0, made.error


def _files(project: Project) -> dict[str, bytes]:
    folder = project.folder / "migrations"
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _all_commands(project: Project, face: str) -> dict[str, str]:
    """Each command with "ok", or what went wrong."""
    matrix = {}

    def note(name: str, outcome, holds: bool) -> None:
        matrix[name] = "ok" if outcome.exit_code == 0 and holds else f"{outcome.error!r} {outcome}"

    everywhere = [None, *project.binds]
    outcome = project.run("migrate", face, message="first")
    note("migrate", outcome, len(project.revision_files()) == 1)
    outcome = project.run("upgrade", face)
    created = {"user", "order"} & set().union(*(project.tables(bind) for bind in everywhere))
    note("upgrade", outcome, created == ({"user", "order"} if project.binds else {"user"}))
    outcome = project.run("check", face)
    note("check", outcome, True)
    outcome = project.run("migrate", face, message="nothing")
    files = project.revision_files()
    matrix["migrate"] = matrix["migrate"] if len(files) == 1 else "wrote an empty revision"
    outcome = project.run("current", face)
    revision = re.search(r"revision = '(\w+)'", files[0].read_text())[1]
    shown = outcome.stdout if face == "flask db" else str(outcome.value)
    note("current", outcome, revision in shown)
    outcome = project.run("upgrade", face, sql=True)
    written = outcome.stdout + "".join(p.read_text() for p in project.folder.glob("*.sql"))
    hidden = list(project.folder.glob(".sql"))
    note("upgrade --sql", outcome, "CREATE TABLE user" in written and not hidden)
    outcome = project.run("downgrade", face)
    left = set().union(*(project.tables(bind) for bind in everywhere))
    note("downgrade", outcome, left == {"alembic_version"})
    return matrix
