"""Character sets and collations of MariaDB."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from .conftest import _started

COLLATIONS = """
    SELECT collation_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'thing' AND column_name = 's'
"""


def text(type_=None, **options):
    """The parts of a table with a text."""
    return lambda: [sa.Column("s", sa.String(20) if type_ is None else type_, **options)]


@pytest.fixture
def on_mariadb(tmp_path, monkeypatch, mariadb_url):
    """A project with a table in latin1 and a word in it that is not ASCII."""
    project = _started(tmp_path, monkeypatch, mariadb_url)
    project.execute("ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_swedish_ci")
    project.go(text(nullable=False, server_default="größe", comment="what's it"))
    project.execute("INSERT INTO thing (id) VALUES (1)")
    return project


def options(**given):
    return {"nullable": False, "server_default": "größe", "comment": "what's it", **given}


def change(project, type_=None, comment="what's it", **table):
    """Migrate to a table with a text of another type, or with other options, and upgrade."""

    def models(db):
        parts = [
            sa.Column("id", sa.Integer, primary_key=True),
            *text(type_, **options(comment=comment))(),
        ]
        db.Table("thing", db.metadata, *parts, **table)

    project.models = models
    outcome = project.run("migrate")
    assert outcome.exit_code == 0, outcome.error
    assert outcome.value is not None
    outcome = project.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
    assert project.run("check").exit_code == 0


def shown(project):
    """The table as the server says it, but for what it has counted."""
    return re.sub(r" AUTO_INCREMENT=\d+", "", project.execute("SHOW CREATE TABLE thing")[0][1])


CHANGES = {
    "collation": (sa.String(20, collation="latin1_bin"), {}, "latin1_bin"),
    "collation of another charset": (
        sa.String(20, collation="utf8mb4_bin"),
        {},
        "utf8mb4_bin",
    ),
    "charset": (mysql.VARCHAR(20, charset="utf8mb4"), {}, "utf8mb4_"),
    "charset and collation": (
        mysql.VARCHAR(20, charset="utf8mb4", collation="utf8mb4_unicode_ci"),
        {},
        "utf8mb4_unicode_ci",
    ),
    "and a longer text": (sa.String(30, collation="utf8mb4_bin"), {}, "utf8mb4_bin"),
    "old name of a charset": (mysql.VARCHAR(20, charset="utf8"), {}, "utf8mb3_"),
    "table": (None, {"mysql_collate": "utf8mb4_bin"}, "utf8mb4_bin"),
    "charset of a table": (None, {"mysql_default_charset": "utf8mb4"}, "utf8mb4_"),
    "both of a table": (
        None,
        {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"},
        "utf8mb4_unicode_ci",
    ),
    "a column against its table": (
        sa.String(20, collation="latin1_bin"),
        {"mysql_charset": "utf8mb4"},
        "latin1_bin",
    ),
}


@pytest.mark.parametrize(("type_", "table", "wanted"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_found_and_undone(on_mariadb, type_, table, wanted):
    """Words, defaults, comments and NOT NULL are as they were, there and back."""
    before = shown(on_mariadb)
    change(on_mariadb, type_, **table)
    assert on_mariadb.execute(COLLATIONS)[0][0].startswith(wanted)
    on_mariadb.execute("INSERT INTO thing (id) VALUES (2)")
    assert on_mariadb.execute("SELECT s FROM thing") == [("größe",), ("größe",)]
    assert "NOT NULL" in shown(on_mariadb)
    assert "COMMENT 'what''s it'" in shown(on_mariadb)
    on_mariadb.back()
    assert shown(on_mariadb) == before
    assert on_mariadb.execute("SELECT s FROM thing") == [("größe",), ("größe",)]


def test_a_column_keeps_its_own_where_its_table_and_its_comment_change(on_mariadb):
    """A MODIFY without it would give the column those that the table has from then on."""
    change(on_mariadb, sa.String(20, collation="utf8mb4_bin"), mysql_collate="utf8mb4_bin")
    before = shown(on_mariadb)
    type_ = sa.String(20, collation="utf8mb4_bin")
    change(on_mariadb, type_, comment="another", mysql_collate="utf8mb4_unicode_ci")
    assert on_mariadb.execute(COLLATIONS) == [("utf8mb4_bin",)]
    on_mariadb.back()
    assert shown(on_mariadb) == before


def test_an_enum_with_other_labels_gets_the_collation_of_its_table_back(on_mariadb):
    """Both change in one revision."""
    change(on_mariadb, sa.Enum("größe", "x", name="e"))
    before = shown(on_mariadb)
    change(on_mariadb, sa.Enum("größe", name="e"), mysql_collate="utf8mb4_bin")
    on_mariadb.back()
    assert shown(on_mariadb) == before


def test_a_word_that_the_new_charset_has_not_stops_the_upgrade(on_mariadb):
    """Nothing becomes a question mark."""
    change(on_mariadb, sa.String(20, collation="utf8mb4_bin"))
    on_mariadb.execute("INSERT INTO thing (id, s) VALUES (2, 'słowo')")
    outcome = on_mariadb.run("downgrade")
    assert outcome.exit_code == 1
    assert "Incorrect string value" in str(outcome.error)
    assert on_mariadb.execute("SELECT s FROM thing WHERE id = 2") == [("słowo",)]


def test_a_model_that_names_none_has_no_opinion(on_mariadb):
    """Whatever somebody gave the table or its columns stays."""
    on_mariadb.execute("ALTER TABLE thing CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    on_mariadb.execute(
        "ALTER TABLE thing MODIFY s VARCHAR(20) COLLATE latin1_bin NOT NULL "
        "DEFAULT 'größe' COMMENT 'what''s it'"
    )
    assert on_mariadb.run("check").exit_code == 0


SAME = [
    sa.String(20, collation="utf8mb4_unicode_ci"),
    sa.Text(collation="latin1_bin"),
    mysql.VARCHAR(20, charset="utf8"),
    mysql.VARCHAR(20, charset="UTF8MB4", collation="UTF8MB4_BIN"),
    mysql.ENUM("a", "b", charset="latin1", collation="latin1_bin"),
    sa.Enum("a", "b", name="ab"),
    mysql.SET("a", "b", charset="latin1"),
    mysql.LONGTEXT(collation="latin1_bin"),
    sa.JSON(),
    sa.LargeBinary(),
]


@pytest.mark.parametrize("type_", SAME, ids=str)
@pytest.mark.parametrize("table", [{}, {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}])
def test_what_is_there_is_no_difference(tmp_path, monkeypatch, mariadb_url, type_, table):
    """A table that was made from the model is as the model."""
    project = _started(tmp_path, monkeypatch, mariadb_url)

    def models(db):
        db.Table(
            "thing",
            db.metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("s", type_),
            **table,
        )

    project.models = models
    project.run("migrate")
    assert project.run("upgrade").exit_code == 0
    assert project.run("check").exit_code == 0


def test_another_database_does_not_look(on_sqlite):
    """The options of MySQL mean nothing elsewhere."""
    on_sqlite.go(text(sa.String(20, collation="NOCASE")))
    on_sqlite.go(text(sa.String(20, collation="NOCASE"), comment="x"))
