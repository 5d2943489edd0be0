"""What is new in a revision is written by the ``script.py.mako`` of every release, and runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from . import matrix


def things(name: str = "thing", *columns: Callable[[], sa.Column], labels=("sad", "happy")):
    """A table in the database without a bind, and the one that has to be in the other."""

    def models(db: Any, with_orders: bool) -> None:
        metadata = db.metadata if not hasattr(db, "metadatas") else db.metadatas[None]
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(
                "mood", sa.Enum(*labels, name="mood", native_enum=False, create_constraint=True)
            ),
            *(column() for column in columns),
        )
        if with_orders:
            matrix.users_and_orders(db)

    return models


def named(name: str, length: int = 20, **options) -> Callable[[], sa.Column]:
    return lambda: sa.Column(name, sa.String(length), **options)


CODE = named("code", nullable=False)

#: Models in turn, with the options that lead from one to the next.
STEPS = [
    (things("thing", named("word")), {}),
    (things("thing", named("text")), {"rename": "thing.word=text"}),
    (things("item", named("text")), {"rename_table": "thing=item"}),
    (things("item", named("text"), CODE), {"default": "item.code='a:b'"}),
    (
        things("item", named("text"), CODE, labels=("unhappy", "happy")),
        {"rename_value": "item.mood.sad=unhappy"},
    ),
    (things("item", named("other"), CODE, labels=("unhappy", "happy")), {}),
]


@pytest.mark.parametrize(("template", "release"), matrix.PROJECTS)
def test_new_operations_run_in_a_project_of_an_earlier_release(
    tmp_path, monkeypatch, template, release
):
    """Renames, labels, values for rows, and comments; up, down, and up again, without a loss."""
    monkeypatch.chdir(tmp_path)
    project = matrix.project(tmp_path, template, release)
    is_multi = bool(project.binds)
    for number, (models, options) in enumerate(STEPS, start=1):
        project.models = lambda db, models=models: models(db, is_multi)
        outcome = project.run("migrate", rev_id=f"r{number}", **options)
        assert outcome.exit_code == 0, outcome.error
        assert outcome.value is not None
        if number == 2:
            project.execute("INSERT INTO thing (word, mood) VALUES ('w', 'sad')")
        outcome = project.run("upgrade")
        assert outcome.exit_code == 0, outcome.error
    assert "# item.text -> item.other looks like a rename" in outcome_text(project)
    rows = project.execute("SELECT code, mood FROM item")
    assert rows == [("a:b", "unhappy")]
    outcome = project.run("downgrade", revision="r1")
    assert outcome.exit_code == 0, outcome.error
    assert project.execute("SELECT mood FROM thing") == [("sad",)]
    outcome = project.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
    assert project.run("check").exit_code == 0


def outcome_text(project) -> str:
    (path,) = (path for path in project.revision_files() if path.name.startswith("r6"))
    return path.read_text()


@pytest.mark.parametrize(("template", "release"), matrix.PROJECTS)
def test_the_last_revision_of_such_a_project_is_updated(tmp_path, monkeypatch, template, release):
    """Its template writes what it wrote; a statement of somebody stops it."""
    monkeypatch.chdir(tmp_path)
    project = matrix.project(tmp_path, template, release)
    is_multi = bool(project.binds)
    first, second = (things("thing", named(each)) for each in ("word", "text"))
    project.models = lambda db: first(db, is_multi)
    project.run("migrate", rev_id="one")
    outcome = project.run("migrate", "flask db", update=True)
    assert "Nothing to fold in" in outcome.stderr
    project.models = lambda db: second(db, is_multi)
    outcome = project.run("migrate", update=True, format="ruff")
    assert outcome.exit_code == 0, outcome.error
    (path,) = project.revision_files()
    assert '"text"' in path.read_text()
    assert '"word"' not in path.read_text()
    assert project.run("upgrade").exit_code == 0
    assert project.run("check").exit_code == 0
    assert project.run("downgrade").exit_code == 0
    text = path.read_text()
    place = text.index("op.create_table")
    path.write_text(f"{text[:place]}op.execute('SELECT 1')\n    {text[place:]}")
    project.models = lambda db: first(db, is_multi)
    outcome = project.run("migrate", update=True)
    assert "op.execute('SELECT 1')" in str(outcome.error)
