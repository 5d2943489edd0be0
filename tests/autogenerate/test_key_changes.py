"""Primary keys that change go on giving numbers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ..project import Project


def things(*parts):
    """A table ``thing`` of these columns."""

    def models(db):
        columns = [sa.Column(name, *rest, **options) for name, *rest, options in parts]
        db.Table("thing", db.metadata, *columns)

    return models


N = ("n", sa.Integer, {})
KEY = ("id", sa.Integer, {"primary_key": True})
LARGE = ("id", sa.BigInteger, {"primary_key": True})
PLAIN = ("id", sa.Integer, {"primary_key": True, "autoincrement": False})


@pytest.fixture(params=["postgresql", "mariadb"])
def server_url(request):
    """The two on which any integer can count."""
    return request.getfixturevalue(f"{request.param}_url")


def changed(tmp_path, monkeypatch, url, before, rows, after):
    """A project whose table has *rows* and is then as *after* says."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, url)
    project.run("init")
    for models in (before, after):
        project.models = models
        outcome = project.run("migrate")
        assert outcome.exit_code == 0, outcome.error
        assert project.run("upgrade").exit_code == 0
        if models is before:
            project.execute(rows)
    assert project.run("check").exit_code == 0
    return project


def test_a_new_key_gives_each_row_a_number_and_goes_on(tmp_path, monkeypatch, database_url):
    """Neither the rows that are there nor the next one need to be told."""
    rows = "INSERT INTO thing (n) VALUES (10), (20), (30)"
    project = changed(tmp_path, monkeypatch, database_url, things(N), rows, things(N, KEY))
    project.execute("INSERT INTO thing (n) VALUES (40)")
    assert project.execute("SELECT n, id FROM thing ORDER BY id") == [
        (10, 1),
        (20, 2),
        (30, 3),
        (40, 4),
    ]


def test_a_larger_key_counts_beyond_what_the_smaller_one_could(tmp_path, monkeypatch, server_url):
    """The sequence of PostgreSQL has a type of its own, which stops at it."""
    rows = "INSERT INTO thing (id, n) VALUES (1, 1)"
    project = changed(tmp_path, monkeypatch, server_url, things(KEY, N), rows, things(LARGE, N))
    last = 2**31 - 1
    if server_url.get_backend_name() == "postgresql":
        project.execute(f"SELECT setval('thing_id_seq', {last})")
    else:
        project.execute(f"INSERT INTO thing (id, n) VALUES ({last}, 2)")
    project.execute("INSERT INTO thing (n) VALUES (3)")
    assert project.execute("SELECT id FROM thing WHERE n = 3") == [(last + 1,)]


def test_a_key_that_begins_to_count_begins_after_the_rows(tmp_path, monkeypatch, server_url):
    """A number that is there is not given again."""
    rows = "INSERT INTO thing (id, n) VALUES (7, 1)"
    project = changed(tmp_path, monkeypatch, server_url, things(PLAIN, N), rows, things(KEY, N))
    project.execute("INSERT INTO thing (n) VALUES (2)")
    assert project.execute("SELECT id FROM thing WHERE n = 2") == [(8,)]


def test_a_key_that_sqlite_will_not_count_in_is_told(tmp_path, monkeypatch, caplog):
    """It counts in an INTEGER, whatever the models say."""
    url = f"sqlite:///{tmp_path}/app.db"
    rows = "INSERT INTO thing (n) VALUES (1)"
    changed(tmp_path, monkeypatch, url, things(KEY, N), rows, things(LARGE, N))
    assert "thing.id becomes BIGINT: SQLite counts in an INTEGER only" in caplog.text
    assert "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')" in caplog.text


def test_numbers_that_are_dropped_are_told(tmp_path, monkeypatch, caplog, server_url):
    """They are values as well, and those that come back are others."""
    rows = "INSERT INTO thing (n) VALUES (10), (20)"
    changed(tmp_path, monkeypatch, server_url, things(KEY, N), rows, things(N))
    assert "thing.id is dropped with its values in 2 rows." in caplog.text
    files = [path.read_text("utf-8") for path in tmp_path.glob("migrations/versions/*.py")]
    assert any("# thing.id is dropped with its values in 2 rows." in text for text in files)


def test_a_foreign_key_that_goes_with_a_rename_comes_back_under_the_old_name(
    tmp_path, monkeypatch, server_url
):
    """It is dropped before its target has the new name, and not once more for the larger type."""

    def referring(target, type_, is_kept):
        def models(db):
            db.Table(target, db.metadata, sa.Column("id", type_, primary_key=True))
            keys = [sa.ForeignKey(f"{target}.id", name="fk")] if is_kept else []
            db.Table(
                "child",
                db.metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("parent_id", type_, *keys),
            )

        return models

    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, server_url)
    project.run("init")
    project.models = before = referring("parent", sa.Integer, True)
    project.run("migrate")
    project.run("upgrade")
    project.models = referring("elder", sa.BigInteger, False)
    outcome = project.run("migrate", rename_table="parent=elder")
    assert outcome.exit_code == 0, outcome.error
    for command in ("upgrade", "check", "downgrade"):
        outcome = project.run(command)
        assert outcome.exit_code == 0, outcome.error
    project.models = before
    keys = sa.inspect(sa.create_engine(server_url, poolclass=NullPool)).get_foreign_keys("child")
    assert [each["referred_table"] for each in keys] == ["parent"]


def test_a_key_changes_with_the_name_of_its_table(tmp_path, monkeypatch, database_url):
    """The constraint has the new name by then, if PostgreSQL made the old one."""

    def keyed(name, *others):
        def models(db):
            parts = [sa.Column(each, sa.Integer, primary_key=True) for each in ("id", *others)]
            more = [] if others else [sa.Column("n", sa.Integer, nullable=False)]
            db.Table(name, db.metadata, *parts, *more)

        return models

    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.run("init")
    project.models = keyed("Parent")
    project.run("migrate")
    project.run("upgrade")
    project.models = keyed("elder", "n")
    outcome = project.run("migrate", rename_table="Parent=elder")
    assert outcome.exit_code == 0, outcome.error
    for command in ("upgrade", "check", "downgrade", "upgrade"):
        outcome = project.run(command)
        assert outcome.exit_code == 0, outcome.error
