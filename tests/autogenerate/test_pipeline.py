"""The steps that a comparison goes through."""

from __future__ import annotations

from alembic.operations import ops

from flask_migrate.autogenerate import pipeline
from flask_migrate.autogenerate.written import CodeOp

from ..project import users_with_email


def drop_everything(comparison, script):
    """A step that thinks nothing is a difference."""
    comparison.upgrade.ops.clear()
    comparison.downgrade.ops.clear()


def comment_tables(comparison, script):
    """A step with a hostile comment above each table."""
    for _, operation in comparison.operations():
        if isinstance(operation, ops.CreateTableOp):
            comparison.comment(operation, f'{operation.table_name}\nraise SystemExit """ {{}} if:')


def add_code(comparison, script):
    """A step with code of several lines."""
    comparison.upgrade.ops.append(CodeOp("for number in (1, 2):", "print(number)", ""))
    comparison.upgrade.ops.append(CodeOp("print('after')"))


def test_check_reports_what_the_steps_leave(started, monkeypatch):
    """A difference that a step takes out is none."""
    assert started.run("check").exit_code == 1
    monkeypatch.setattr(pipeline, "STEPS", (drop_everything,))
    assert started.run("check").exit_code == 0


def test_migrate_writes_nothing_where_the_steps_leave_nothing(started, monkeypatch):
    """An empty rest makes no file."""
    monkeypatch.setattr(pipeline, "STEPS", (drop_everything,))
    assert started.run("migrate").value is None
    assert started.revision_files() == []


def test_a_comment_stays_a_comment(started, monkeypatch):
    """Whatever is in it, the file does what it did."""
    monkeypatch.setattr(pipeline, "STEPS", (comment_tables,))
    started.run("migrate")
    assert "    # user raise SystemExit" in started.revision_files()[0].read_text()
    assert started.run("upgrade").exit_code == 0


def test_a_comment_is_no_difference(started, monkeypatch):
    """``check`` does not report what only a file would have."""
    monkeypatch.setattr(pipeline, "STEPS", (drop_everything, comment_tables))
    assert started.run("check").exit_code == 0


def test_code_is_written_as_it_is(started, monkeypatch):
    """A block ends where an empty line ends it."""
    monkeypatch.setattr(pipeline, "STEPS", (add_code,))
    started.run("migrate")
    assert started.run("upgrade").stdout.split() == ["1", "2", "after"]


def test_each_database_has_operations_of_its_own(project, monkeypatch):
    """A step sees the operations of one database at a time, and its name."""
    seen = []

    def note(comparison, script):
        tables = [each.table_name for _, each in comparison.operations()]
        seen.append((comparison.database, tables))

    def models(db):
        users_with_email(db)

        class Order(db.Model):
            __bind_key__ = "sales"
            id = db.Column(db.Integer, primary_key=True)

    project.models = models
    project.binds = {"sales": f"sqlite:///{project.folder / 'sales.db'}"}
    project.run("init", multidb=True)
    monkeypatch.setattr(pipeline, "STEPS", (note,))
    project.run("migrate")
    assert sorted(seen) == [("default", ["user"]), ("sales", ["order"])]
