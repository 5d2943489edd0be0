"""Columns that become NOT NULL on tables with rows."""

from __future__ import annotations

import ast
import shlex
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import click
import pytest
import sqlalchemy as sa

from flask_migrate.autogenerate import questions

from ..project import Project


def before(db):
    class Person(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(50))


def with_email(**options):
    def after(db):
        class Person(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(50))
            email = db.Column(db.String(120), nullable=False, index=True, **options)

    return after


def name_not_null(db):
    class Person(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(50), nullable=False)


def fill(tmp_path, monkeypatch, url, rows=2):
    monkeypatch.chdir(tmp_path)
    return filling(Project(tmp_path, url), rows)


def filling(project, rows=2):
    project.models = before
    project.run("init")
    project.run("migrate", message="before")
    project.run("upgrade")
    if rows:
        values = ", ".join(f"({n}, NULL)" for n in range(2, rows + 1))
        project.execute(f"INSERT INTO person (id, name) VALUES (1, 'Ann'), {values}")
    return project


@pytest.fixture
def filled(tmp_path, monkeypatch, database_url):
    """A project with two rows, on each database."""
    return fill(tmp_path, monkeypatch, database_url)


@pytest.fixture
def local(project):
    """A project with two rows on SQLite."""
    return filling(project)


@pytest.fixture
def terminal(monkeypatch):
    """Somebody who types answers; the list of what is left to type."""
    answers = []
    monkeypatch.setattr(questions, "_is_terminal", lambda stream: True)

    def prompt(text, default=None, **options):
        typed = answers.pop(0)
        return default if typed == "" else typed

    monkeypatch.setattr(click, "prompt", prompt)
    return answers


def text(project):
    return next(f.read_text() for f in project.revision_files() if "_before" not in f.name)


def succeed(project, *names):
    for name in names:
        outcome = project.run(name)
        assert outcome.exit_code == 0, outcome.error


HOSTILE = ["'x'", "':a %s 100% {}'", '\'"""\'', "'it''s'", "'$x'", "'12:30'"]


@pytest.mark.parametrize("value", HOSTILE)
def test_rows_get_the_value_of_the_option(filled, value):
    """A new column is NOT NULL and filled; there and back."""
    filled.models = with_email()
    assert filled.run("migrate", default=f"person.email={value}").exit_code == 0
    ast.parse(text(filled))
    succeed(filled, "upgrade", "check")
    expected = filled.execute("SELECT " + value.replace(":", "\\:"))[0][0]
    assert filled.execute("SELECT email FROM person") == [(expected,), (expected,)]
    succeed(filled, "downgrade")
    assert filled.execute("SELECT id, name FROM person ORDER BY id") == [(1, "Ann"), (2, None)]


def test_a_column_that_is_there_is_filled_where_it_has_nothing(filled):
    """NULL becomes the value; what is there stays."""
    filled.models = name_not_null
    filled.run("migrate", default=["person.name='nobody'"], strict=True)
    succeed(filled, "upgrade", "check")
    assert filled.execute("SELECT name FROM person ORDER BY id") == [("Ann",), ("nobody",)]
    succeed(filled, "downgrade")
    assert filled.execute("SELECT name FROM person ORDER BY id") == [("Ann",), ("nobody",)]


def test_many_rows_are_filled_in_batches(tmp_path, monkeypatch, database_url):
    """More than ten thousand rows, with a value that is NULL for some."""
    project = fill(tmp_path, monkeypatch, database_url, rows=10_050)
    project.models = with_email()
    project.run("migrate", default="person.email='%:x'")
    assert ("while" in text(project)) == (project.url.drivername != "sqlite")
    succeed(project, "upgrade", "check")
    assert project.execute("SELECT email, count(*) FROM person GROUP BY email") == [("%:x", 10050)]


def emails(*parts, nullable=None):
    """A table without a primary key of one column; *nullable* is of a third column."""

    def models(db):
        columns = [sa.Column(name, sa.Integer, autoincrement=False) for name in ("id", "part")]
        if nullable is not None:
            columns.append(sa.Column("email", sa.String(20), nullable=nullable))
        db.Table("person", db.metadata, *columns, *(part() for part in parts))

    return models


def stopping(statement, number):
    """Stop a run, as Ctrl-C does, after a statement was run so many times."""
    seen = []

    def heard(connection, cursor, sql, *rest):
        seen.extend([1] if sql.startswith(statement) else [])
        if len(seen) == number:
            raise KeyboardInterrupt

    return heard


@pytest.mark.parametrize("parts", [(), (lambda: sa.PrimaryKeyConstraint("id", "part"),)])
@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_a_run_that_stops_between_batches_is_run_again(
    tmp_path, monkeypatch, database_url, parts, there
):
    """Each of 25 000 rows has the value that is meant for it; those that had one keep it."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.models = emails(*parts, nullable=True if there else None)
    project.run("init")
    succeed(project, "migrate", "upgrade")
    mine = ", CASE WHEN a.i = 7 THEN 'mine' END" if there else ""
    project.execute(
        "INSERT INTO person WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        f"WHERE i < 500) SELECT a.i, b.i{mine} FROM n a, n b WHERE b.i <= 50"
    )
    project.models = emails(*parts, nullable=False)
    is_sqlite = project.url.drivername == "sqlite"
    value = "'x' || part" if is_sqlite else "concat('x', part)"
    outcome = project.run("migrate", default=f"person.email={value}", strict=True)
    assert outcome.value.doc == ("alter" if there else "add") + " person email"
    stop = stopping("UPDATE person", 1 if is_sqlite else 2)
    sa.event.listen(sa.engine.Engine, "after_cursor_execute", stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            project.run("upgrade")
    finally:
        sa.event.remove(sa.engine.Engine, "after_cursor_execute", stop)
    # Only MariaDB has kept the new column.
    is_begun = project.url.drivername.startswith("mysql") and not there
    outcome = project.run("upgrade", resume=is_begun)
    assert outcome.exit_code == 0, outcome.error
    succeed(project, "check")
    counted = "SELECT count(*), count(email), count(DISTINCT email) FROM person"
    assert project.execute(counted) == [(25_000, 25_000, 50 + there)]
    kept = project.execute("SELECT DISTINCT email FROM person WHERE id = 7")
    assert (kept == [("mine",)]) == there


#: Defaults of models, of types that are not written alike everywhere.
OFFERED = {
    "text": (sa.String(40), "it's 100% :x \\ \""),
    "boolean": (sa.Boolean, True),
    "decimal": (sa.Numeric(8, 2), Decimal("1.50")),
    "date": (sa.Date, date(2020, 1, 2)),
    "time of day": (sa.Time, time(1, 2, 3)),
    "moment": (sa.DateTime, datetime(2020, 1, 2, 3, 4, 5)),
    "JSON": (sa.JSON, {"a": ["it's", None, 1]}),
    "enum": (sa.Enum("x", "y", name="letter"), "y"),
    "uuid": (sa.Uuid, UUID(int=7)),
    "float": (sa.Float, 1.5),
    "bytes": (sa.LargeBinary, b"it's \xff"),
    "pickled": (sa.PickleType, ["it's", 1]),
    "interval": (sa.Interval, timedelta(days=1, seconds=5)),
}


@pytest.mark.parametrize(("type_", "value"), OFFERED.values(), ids=OFFERED)
def test_the_default_of_the_model_is_offered_as_sql(filled, type_, value):
    """What ``--strict`` says to type gives the rows what the model would give them."""

    def models(db):
        before(db)
        column = sa.Column("more", type_, nullable=False, default=value)
        db.metadata.tables["person"].append_column(column)

    filled.models = models
    hint = filled.run("migrate", strict=True).error.hint
    option = shlex.split(hint.removeprefix("Say ").removesuffix(" or --no-backfill."))
    assert option[0] == "--default"
    assert filled.run("migrate", default=option[1]).exit_code == 0
    succeed(filled, "upgrade", "check")
    engine = sa.create_engine(filled.url)
    with engine.connect() as connection:
        stored = sa.select(sa.table("person", sa.column("more", type_)).c.more)
        assert connection.execute(stored).scalars().all() == [value, value]
    engine.dispose()


def test_an_expression_of_the_model_is_offered(filled):
    """``default=func.now()`` is SQL already; few databases know a moment with a zone."""
    moments = [sa.func.now(), datetime(2020, 1, 2, tzinfo=timezone.utc)]

    def models(db):
        before(db)
        for number, value in enumerate(moments):
            column = sa.Column(f"m{number}", sa.DateTime, nullable=False, default=value)
            db.metadata.tables["person"].append_column(column)

    filled.models = models
    given = []
    for _ in moments:
        hint = filled.run("migrate", strict=True, default=given).error.hint
        given.append(shlex.split(hint.removesuffix(" or --no-backfill."))[2])
    assert filled.run("migrate", strict=True, default=given).exit_code == 0
    succeed(filled, "upgrade", "check")
    assert filled.execute("SELECT count(m0), count(m1) FROM person") == [(2, 2)]


@pytest.mark.parametrize("default", [list, lambda: 5], ids=["list", "function"])
def test_a_function_of_the_model_is_not_called(local, default):
    """Nobody knows what it does."""

    def models(db):
        before(db)
        column = sa.Column("more", sa.JSON, nullable=False, default=default)
        db.metadata.tables["person"].append_column(column)

    local.models = models
    assert "--default person.more=SQL" in local.run("migrate", strict=True).error.hint


def test_batches_end_where_a_value_is_null(tmp_path, monkeypatch, postgresql_url):
    """The run ends with the database's own refusal and not never."""
    project = fill(tmp_path, monkeypatch, postgresql_url, rows=10_050)
    project.models = with_email()
    project.run("migrate", default="person.email=name")
    assert "null value" in str(project.run("upgrade").error).lower()


def test_without_a_terminal_there_is_a_warning_and_a_comment(local, run):
    """It is written as it was, with the scalar default of the model in the hint."""
    local.models = with_email(default="un%known")
    outcome = run("migrate")
    assert "# person.email is NOT NULL and has no server default" in text(local)
    hint = "--default \"person.email='un%known'\""
    assert hint in " ".join(text(local).replace("#", "").split())
    if outcome.value is None:
        assert "Warning: person.email is NOT NULL" in outcome.stderr


@pytest.mark.parametrize("models", [with_email(), name_not_null], ids=["new", "there"])
def test_strict_fails_with_3(local, run, models):
    """Nothing is written where something should have been asked."""
    local.models = models
    assert run("migrate", strict=True).exit_code == 3
    assert len(local.revision_files()) == 1


@pytest.mark.parametrize("options", [{"server_default": "x"}, {}], ids=["default", "no rows"])
def test_what_needs_no_value_is_written_as_it_was(tmp_path, monkeypatch, options):
    """A server default, or a table without rows, leaves nothing to ask."""
    url = f"sqlite:///{tmp_path / 'app.db'}"
    project = fill(tmp_path, monkeypatch, url, rows=2 if options else 0)
    project.models = with_email(**options)
    assert project.run("migrate", strict=True).exit_code == 0
    assert "UPDATE" not in text(project)
    assert "update()" not in text(project)


def test_no_backfill_is_an_answer_for_strict(local):
    """``--strict`` has nothing to ask then, and nothing is noted."""
    local.models = with_email()
    assert local.run("migrate", strict=True, no_backfill=True).exit_code == 0
    assert "has no server default" not in text(local)


def test_a_terminal_is_offered_the_default_of_the_model(local, terminal):
    """Accepting it fills the rows, and tells the option that says the same."""
    local.models = with_email(default="it's")
    terminal += ["1", ""]
    outcome = local.run("migrate", face="flask db")
    assert "table person has 2 rows." in outcome.stderr
    assert "The same without a question: --default" in outcome.stderr
    succeed(local, "upgrade", "check")
    assert local.execute("SELECT email FROM person") == [("it's",), ("it's",)]


def test_a_terminal_may_keep_the_default_in_the_table(local, terminal):
    """The second choice writes a server default."""
    local.models = with_email()
    terminal += ["2", "'x'"]
    local.run("migrate", face="flask db")
    assert "server_default=sa.text" in text(local)


def test_a_terminal_may_stop(local, terminal):
    """The fourth choice writes nothing."""
    local.models = with_email()
    terminal += ["4"]
    assert local.run("migrate", face="flask db").exit_code == 1
    assert len(local.revision_files()) == 1


def test_a_default_for_what_does_not_change_is_refused(local, run):
    """The exit code is that of a wrong command line."""
    local.models = with_email()
    outcome = run("migrate", default=["person.emial=1"])
    assert outcome.exit_code == 2
    assert "person.email" in (outcome.stderr or outcome.error.hint)
