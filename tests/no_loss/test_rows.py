"""Rows that a new constraint does not allow stop the upgrade, and stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from ..project import Project

#: A collation to which "a" and "A" are one.
_CASELESS = sa.String(20, collation="NOCASE").with_variant(
    mysql.VARCHAR(20, collation="utf8mb4_general_ci"), "mysql"
)
_CASED = sa.String(20, collation="BINARY").with_variant(
    mysql.VARCHAR(20, collation="utf8mb4_bin"), "mysql"
)


def _thing(*parts: Callable[[], Any]) -> Callable[[Any], None]:
    def models(db: Any) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
        db.Table("thing", db.metadata, key, *(each() for each in parts))
        key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
        db.Table("other", db.metadata, key)

    return models


def _n(*options: Any, **named: Any) -> Callable[[], Any]:
    return lambda: sa.Column("n", sa.Integer, *options, **named)


def _s(type_: Any) -> Callable[[], Any]:
    return lambda: sa.Column("s", type_)


def _unique() -> Any:
    return sa.UniqueConstraint("s", name="uq_thing_s")


#: What is there, what is wanted, the rows, and the databases.
PROBES: dict[str, tuple[Any, Any, str, tuple[str, ...]]] = {
    "NOT NULL": (
        _thing(_n()),
        _thing(_n(nullable=False)),
        "(1, 5), (2, NULL)",
        ("sqlite", "postgresql", "mysql"),
    ),
    "unique": (
        _thing(_n()),
        _thing(_n(), lambda: sa.UniqueConstraint("n", name="uq_thing_n")),
        "(1, 5), (2, 5)",
        ("sqlite", "postgresql", "mysql"),
    ),
    "check": (
        _thing(_n()),
        _thing(_n(), lambda: sa.CheckConstraint("n > 5", name="ck_thing_n")),
        "(1, 5), (2, 6)",
        ("sqlite", "postgresql", "mysql"),
    ),
    "foreign key": (
        _thing(_n()),
        _thing(_n(), lambda: sa.ForeignKeyConstraint(["n"], ["other.id"], name="fk_thing_n")),
        "(1, 5)",
        ("sqlite", "postgresql", "mysql"),
    ),
    "primary key": (
        _thing(_n(nullable=False)),
        lambda db: (
            db.Table(
                "thing",
                db.metadata,
                sa.Column("id", sa.Integer, nullable=False),
                sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
            ),
            db.Table(
                "other",
                db.metadata,
                sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            ),
        ),
        "(1, 5), (2, 5)",
        ("sqlite", "postgresql", "mysql"),
    ),
    "collation": (
        _thing(_s(_CASED), _unique),
        _thing(_s(_CASELESS), _unique),
        "(1, 'a'), (2, 'A')",
        ("sqlite", "mysql"),
    ),
}


@pytest.mark.parametrize("name", PROBES)
def test_rows_that_are_not_allowed_stop_the_upgrade(tmp_path, monkeypatch, database_url, name):
    """They are as they were, and the upgrade can be tried again."""
    old, new, rows, databases = PROBES[name]
    if database_url.get_backend_name() not in databases:
        pytest.skip("Its collations do not take two texts for one.")
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.models = old
    for command in ("init", "migrate", "upgrade"):
        assert project.run(command).exit_code == 0
    project.execute(f"INSERT INTO thing VALUES {rows}")
    before = project.execute("SELECT * FROM thing ORDER BY id")
    project.models = new
    assert project.run("migrate").exit_code == 0
    assert len(project.revision_files()) == 2
    for _ in range(2):
        assert project.run("upgrade").exit_code == 1
        assert project.execute("SELECT * FROM thing ORDER BY id") == before
