"""What a project made with the templates of an earlier release does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..project import FACES as ALL_FACES, Outcome, Project, users
from .releases import MULTI, SINGLE, templates

COMMANDS = ("migrate", "upgrade", "check", "current", "upgrade --sql", "downgrade")

FACES = tuple(ALL_FACES)

#: Each template with each release that wrote a variant of its own.
PROJECTS = [
    *(("flask", release) for release in SINGLE),
    *(("flask-multidb", release) for release in MULTI),
]


def users_and_orders(db: Any) -> None:
    """A model in each of two databases."""
    users(db)

    class Order(db.Model):
        __bind_key__ = "orders"
        id = db.Column(db.Integer, primary_key=True)
        total = db.Column(db.Integer)


def project(folder: Path, template: str, release: str) -> Project:
    """A new project in *folder*, which is the working directory."""
    made = Project(folder)
    if template == "flask-multidb":
        made.binds = {"orders": f"sqlite:///{folder / 'orders.db'}"}
        made.models = users_and_orders
    outcome = made.run("init", template=str(templates(release) / template))
    if outcome.exit_code:
        raise RuntimeError(f"{release}: {outcome.error}")
    return made


def results(project: Project, face: str) -> dict[str, str]:
    """Each command with "ok", or what went wrong."""
    found: dict[str, str] = {}

    def note(name: str, outcome: Outcome, holds: bool) -> None:
        found[name] = "ok" if outcome.exit_code == 0 and holds else f"{outcome.error!r} {outcome}"

    def tables() -> set[str]:
        return set().union(*(project.tables(bind) for bind in (None, *project.binds)))

    expected = {"user", "order"} if project.binds else {"user"}
    outcome = project.run("migrate", face, message="first")
    files = project.revision_files()
    note("migrate", outcome, len(files) == 1)
    note("upgrade", project.run("upgrade", face), tables() - {"alembic_version"} == expected)
    note("check", project.run("check", face), True)
    again = project.run("migrate", face, message="nothing")
    if project.revision_files() != files:
        note("migrate", again, False)
    outcome = project.run("current", face)
    revision = re.search(r"revision = '(\w+)'", files[0].read_text())[1] if files else "?"
    note("current", outcome, revision in (outcome.stdout or str(outcome.value)))
    outcome = project.run("upgrade", face, sql=True)
    written = outcome.stdout + "".join(path.read_text() for path in project.folder.glob("*.sql"))
    is_hidden = (project.folder / ".sql").exists()
    note("upgrade --sql", outcome, "CREATE TABLE user" in written and not is_hidden)
    note("downgrade", project.run("downgrade", face), tables() == {"alembic_version"})
    return found
