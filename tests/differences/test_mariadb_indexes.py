"""Indexes of MariaDB: lengths, directions, kinds."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from .conftest import _models, _started

SHOWN = """
    SELECT column_name, collation, sub_part, index_type, non_unique
    FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND index_name = 'ix' ORDER BY seq_in_index
"""


@pytest.fixture
def project(tmp_path, monkeypatch, mariadb_url):
    return _started(tmp_path, monkeypatch, mariadb_url)


def indexed(*parts, **options):
    return lambda: [
        sa.Column("n", sa.Integer),
        sa.Column("s", sa.String(20)),
        sa.Index("ix", *parts, **options),
    ]


def descending():
    return indexed(sa.text("n DESC"))


WAYS = {
    "a length": (indexed("s"), indexed("s", mysql_length=5), ("s", "A", 5, "BTREE", 1)),
    "another length": (
        indexed("s", mysql_length=5),
        indexed("s", mysql_length={"s": 6}),
        ("s", "A", 6, "BTREE", 1),
    ),
    "words": (
        indexed("s"),
        indexed("s", mysql_prefix="FULLTEXT"),
        ("s", None, None, "FULLTEXT", 1),
    ),
    "descending": (indexed("n"), descending(), ("n", "D", None, "BTREE", 1)),
    "unique and a length": (
        indexed("s", mysql_length=5),
        indexed("s", mysql_length=5, unique=True),
        ("s", "A", 5, "BTREE", 0),
    ),
}


@pytest.mark.parametrize(("before", "after", "wanted"), WAYS.values(), ids=WAYS)
def test_a_change_is_found_and_undone(project, before, after, wanted):
    """Both ways; ``go`` sees that nothing is found again."""
    project.go(before)
    first = project.execute(SHOWN)
    project.go(after)
    assert project.execute(SHOWN) == [wanted]
    project.back()
    assert project.execute(SHOWN) == first
    project.run("upgrade")
    project.go(before)
    assert project.execute(SHOWN) == first
    project.back()
    assert project.execute(SHOWN) == [wanted]


@pytest.mark.parametrize(
    "parts",
    [
        indexed("s", mysql_length=20),
        indexed("s", mysql_prefix="FULLTEXT", mysql_length=5),
        indexed("n", mysql_using="btree"),
        indexed(sa.text("n asc"), sa.text("`s` DESC")),
    ],
)
def test_what_is_there_is_no_difference(project, parts):
    """Whatever the server makes of it."""
    project.go(parts)
    project.models = _models(parts)
    assert project.run("check").exit_code == 0
