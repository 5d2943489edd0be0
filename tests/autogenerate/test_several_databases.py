"""Databases of several kinds in one revision: each has it in its own words."""

from __future__ import annotations

import sqlalchemy as sa

import flask_migrate

from ..project import Project

#: Words that need quotes, of which each kind of database has its own.
OLD, NEW, ADDED = "Group", "Order", "Select"


def people(name, is_filled):
    """The same table in each database."""

    def models(db):
        for bind in (None, "one", "two"):
            key = {"bind_key": bind} if bind else {}
            more = [sa.Column(ADDED, sa.Integer, nullable=False)] if is_filled else []
            db.Table(
                "Person",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column(name, sa.String(10), index=True),
                *more,
                **key,
            )

    return models


def test_a_rename_and_a_new_value(tmp_path, monkeypatch, postgresql_url, mariadb_url):
    """The quotes of one kind are no quotes to another, and each fills many rows in its own way."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, binds={"one": postgresql_url, "two": mariadb_url})
    project.models = people(OLD, is_filled=False)
    with project.app().app_context():
        flask_migrate.init(multidb=True)

    def succeed(*names, **options):
        for name in names:
            outcome = project.run(name, **options)
            assert outcome.exit_code == 0, outcome.error

    def rows(count):
        found = []
        for bind, quote in ((None, '"'), ("one", '"'), ("two", "`")):
            columns = ", ".join(f"{quote}{each}{quote}" for each in (OLD, NEW, ADDED)[-count:])
            found += project.execute(
                f"SELECT {columns} FROM {quote}Person{quote} WHERE id = 1", bind
            )
        return found

    succeed("migrate", "upgrade", "check")
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
    for bind, quote in ((None, '"'), ("one", '"'), ("two", "`")):
        project.execute(
            f"INSERT INTO {quote}Person{quote} {numbers} "
            "SELECT a.i + 999 * (b.i - 1), 'Ann' FROM n a, n b WHERE b.i <= 11",
            bind,
        )
    project.models = people(NEW, is_filled=True)
    options = {"rename": f"Person.{OLD}={NEW}", "default": f"Person.{ADDED}=5", "strict": True}
    succeed("migrate", **options)
    text = max(each.read_text() for each in project.revision_files() if NEW in each.read_text())
    assert "ctid" in text.partition("def upgrade_one")[2].partition("def ")[0]
    assert "LIMIT 10000" in text.partition("def upgrade_two")[2].partition("def ")[0]
    succeed("upgrade", "check")
    assert rows(2) == [("Ann", 5)] * 3
    succeed("downgrade")
    project.models = people(OLD, is_filled=False)
    for each in project.revision_files():
        if NEW in each.read_text():
            each.unlink()
    succeed("check")
