"""Types that keep less of a value than the ones before them."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from flask_migrate import errors
from flask_migrate.autogenerate import questions

NUMERIC = sa.Numeric(10, 4)


def models(type_):
    return lambda db: db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("value", type_),
    )


def filled(project, old, new, *values):
    """A project with a row for each value, whose model has another type by now."""
    project.models = models(old)
    project.run("init")
    project.run("migrate")
    project.run("upgrade")
    table = sa.table("thing", sa.column("id"), sa.column("value", old))
    engine = sa.create_engine(project.url)
    with engine.begin() as connection:
        rows = [{"id": number, "value": value} for number, value in enumerate(values, 1)]
        connection.execute(table.insert(), rows)
    engine.dispose()
    project.models = models(new)
    return project


def altering(project):
    """The revision that changes the type."""
    texts = [path.read_text() for path in project.revision_files()]
    return next(text for text in texts if "alter_column" in text)


CASES = [
    (sa.Float(), sa.Integer(), (1.5, 2.0, -0.25, None), 2),
    (NUMERIC, sa.Integer(), (Decimal("1.5"), Decimal("2.0")), 1),
    (
        sa.DateTime(),
        sa.Date(),
        (datetime.datetime(2026, 1, 2, 3), datetime.datetime(2026, 1, 2)),
        1,
    ),
]


@pytest.mark.parametrize(("old", "new", "values", "rows"), CASES)
def test_rows_that_lose_a_part_are_told(project, database_url, old, new, values, rows):
    """On standard error, and above the line."""
    project.url = database_url
    outcome = filled(project, old, new, *values).run("migrate", "flask db")
    said = f"does not keep the whole value of {rows} row{'s' * (rows > 1)}."
    assert outcome.exit_code == 0
    assert said in outcome.stderr
    text = altering(project)
    assert said in " ".join(text.replace("#", " ").split())
    assert "--allow-rounding" in text


@pytest.mark.parametrize(("old", "new", "values", "rows"), CASES)
def test_what_is_rounded_can_be_read(project, database_url, old, new, values, rows):
    """And the downgrade gives the old type back."""
    project.url = database_url
    filled(project, old, new, *values).run("migrate", allow_rounding=True)
    assert project.run("upgrade").exit_code == 0
    engine = sa.create_engine(project.url)
    with engine.connect() as connection:
        table = sa.table("thing", sa.column("value", new))
        assert len(connection.execute(sa.select(table)).all()) == len(values)
    engine.dispose()
    assert project.run("downgrade").exit_code == 0


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
def test_fewer_digits_are_told(project, request, server):
    """SQLite keeps all it has."""
    project.url = request.getfixturevalue(server)
    project = filled(project, NUMERIC, sa.Numeric(10, 2), Decimal("1.2345"), Decimal("1.5"))
    assert "the whole value of 1 row." in project.run("migrate", "flask db").stderr


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
def test_text_that_is_too_long_is_told(project, request, server):
    """The server would refuse it, or cut it where it is not strict."""
    project.url = request.getfixturevalue(server)
    project = filled(project, sa.String(20), sa.String(5), "short", "far too long", None)
    assert "the whole value of 1 row." in project.run("migrate", "flask db").stderr


FRACTIONS = [
    ("postgresql_url", postgresql.TIMESTAMP(precision=6), postgresql.TIMESTAMP(precision=0)),
    ("mariadb_url", mysql.DATETIME(fsp=6), mysql.DATETIME(fsp=2)),
]


@pytest.mark.parametrize(("server", "old", "new"), FRACTIONS)
def test_a_second_with_fewer_digits_is_told(project, request, server, old, new):
    """PostgreSQL rounds it, MariaDB cuts it."""
    project.url = request.getfixturevalue(server)
    noon = datetime.datetime(2026, 1, 2, 12)
    project = filled(project, old, new, noon.replace(microsecond=123456), noon, None)
    assert "the whole value of 1 row." in project.run("migrate", "flask db").stderr


def test_values_that_fit_are_not_told(project):
    """Nothing of them is lost."""
    outcome = filled(project, sa.Float(), sa.Integer(), 1.0, None).run("migrate", "flask db")
    assert "whole value" not in outcome.stderr
    assert "whole value" not in altering(project)


def test_strict_fails(project):
    """Exit code 3, and no file."""
    filled(project, sa.Float(), sa.Integer(), 1.5)
    before = project.revision_files()
    error = project.run("migrate", strict=True).error
    assert isinstance(error, errors.QuestionNotAskedError)
    assert error.hint == "Say --allow-rounding if that is meant."
    assert project.revision_files() == before


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_the_option_says_that_it_is_meant(project, face):
    """Nothing is said, not even with ``--strict``."""
    filled(project, sa.Float(), sa.Integer(), 1.5)
    outcome = project.run("migrate", face, allow_rounding=True, strict=True)
    assert outcome.exit_code == 0
    assert "whole value" not in outcome.stderr


@pytest.mark.parametrize(("answer", "files"), [(True, 2), (False, 1)])
def test_somebody_at_a_terminal_is_asked(project, monkeypatch, answer, files):
    """No is the default, and writes nothing."""
    filled(project, sa.Float(), sa.Integer(), 1.5)
    monkeypatch.setattr(questions, "_is_terminal", lambda stream: True)
    monkeypatch.setattr("click.confirm", lambda *args, **options: answer)
    project.run("migrate", "flask db")
    assert len(project.revision_files()) == files


@pytest.mark.parametrize(("zone", "is_told"), [("Europe/Warsaw", True), ("UTC", False)])
def test_the_time_zone_that_is_meant_is_told(project, postgresql_url, zone, is_told):
    """The file names one; where the session has another there is a warning."""
    project.url = postgresql_url.update_query_dict({"options": f"-c TimeZone={zone}"})
    noon = datetime.datetime(2026, 1, 2, 12)
    outcome = filled(project, sa.DateTime(), sa.DateTime(timezone=True), noon).run(
        "migrate", "flask db"
    )
    assert (f"are taken for UTC, not for {zone}." in outcome.stderr) is is_told
    assert "# The times without a time zone are taken for UTC" in altering(project)
    assert project.run("upgrade").exit_code == 0
    value = "SELECT (value AT TIME ZONE 'UTC')::text FROM thing".replace(":", "\\:")
    assert project.execute(value) == [("2026-01-02 12:00:00",)]
    assert project.run("downgrade").exit_code == 0
    assert project.execute("SELECT value FROM thing") == [(noon,)]
