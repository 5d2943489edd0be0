"""Lengths and precisions of which a database or a model says none."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from .conftest import _models, _started

_SPELLED = """
    SELECT format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = CAST('thing' AS regclass) AND attname = 'value'
"""

ON_POSTGRESQL = [
    (sa.String(20), sa.String(), "character varying"),
    (sa.String(), sa.String(20), "character varying(20)"),
    (sa.CHAR(4), sa.CHAR(), "character(1)"),
    (sa.Numeric(8, 2), sa.Numeric(), "numeric"),
    (sa.Numeric(), sa.Numeric(8), "numeric(8,0)"),
    (sa.Numeric(8, 2), sa.Numeric(8), "numeric(8,0)"),
    (postgresql.TIMESTAMP(precision=3), sa.DateTime(), "timestamp without time zone"),
    (sa.Time(), postgresql.TIME(precision=0), "time(0) without time zone"),
    (postgresql.BIT(5, varying=True), postgresql.BIT(varying=True), "bit varying"),
    (postgresql.ARRAY(sa.String(5)), postgresql.ARRAY(sa.String()), "character varying[]"),
]

ON_MARIADB = [
    (sa.DateTime(), mysql.DATETIME(fsp=3), "datetime(3)"),
    (mysql.TIME(), mysql.TIME(fsp=6), "time(6)"),
    (sa.Numeric(8, 2), sa.Numeric(8), "decimal(8,0)"),
]

#: What is one and the same to a server, or nothing that a model has an opinion on.
SAME_ON_POSTGRESQL = [
    (sa.Numeric(8), sa.Numeric(8, 0)),
    (sa.CHAR(), sa.CHAR(1)),
    (postgresql.BIT(), postgresql.BIT(1)),
    (sa.Float(53), sa.Double()),
    (sa.Enum("a", "bcd", native_enum=False), sa.String(3)),
    (sa.LargeBinary(10), sa.LargeBinary()),
    (sa.Float(10), sa.REAL()),
    (sa.NCHAR(5), sa.CHAR(5)),
]
SAME_ON_MARIADB = [
    (mysql.DATETIME(fsp=3), sa.DateTime()),
    (sa.Numeric(8, 2), sa.Numeric()),
    (sa.Numeric(8), sa.Numeric(8, 0)),
    (sa.Text(60), mysql.TINYTEXT()),
    (sa.LargeBinary(10), mysql.TINYBLOB()),
    (sa.Text(100_000), mysql.MEDIUMTEXT()),
    (sa.Text(100), sa.Text(200)),
    (mysql.INTEGER(5), sa.Integer()),
    (sa.Boolean(), mysql.TINYINT(1)),
    (sa.REAL(), sa.Double()),
    (sa.NVARCHAR(5), mysql.NVARCHAR(5)),
]


@pytest.fixture
def on_mariadb(tmp_path, monkeypatch, mariadb_url):
    """A project on MariaDB."""
    return _started(tmp_path, monkeypatch, mariadb_url)


def _value(type_):
    return lambda: [sa.Column("value", type_)]


@pytest.mark.parametrize(("old", "new", "spelled"), ON_POSTGRESQL)
def test_a_size_comes_and_goes_on_postgresql(on_postgresql, old, new, spelled):
    """Alembic passes over what only one side says."""
    on_postgresql.go(_value(old))
    before = on_postgresql.execute(_SPELLED)
    on_postgresql.go(_value(new))
    assert on_postgresql.execute(_SPELLED) == [(spelled,)]
    on_postgresql.back()
    assert on_postgresql.execute(_SPELLED) == before


@pytest.mark.parametrize(("old", "new", "spelled"), ON_MARIADB)
def test_a_size_that_the_model_says_is_given_on_mariadb(on_mariadb, old, new, spelled):
    """And taken away again."""
    shown = "SHOW COLUMNS FROM thing LIKE 'value'"
    on_mariadb.go(_value(old))
    before = on_mariadb.execute(shown)
    on_mariadb.go(_value(new))
    assert on_mariadb.execute(shown)[0][1] == spelled
    on_mariadb.back()
    assert on_mariadb.execute(shown) == before


@pytest.mark.parametrize(("old", "new"), SAME_ON_POSTGRESQL)
def test_two_spellings_are_no_difference_on_postgresql(on_postgresql, old, new):
    """It has one for both."""
    _check_same(on_postgresql, old, new)


@pytest.mark.parametrize(("old", "new"), SAME_ON_MARIADB)
def test_two_spellings_are_no_difference_on_mariadb(on_mariadb, old, new):
    """A text or a blob is the smallest kind that its length fits in."""
    _check_same(on_mariadb, old, new)


def _check_same(project, old, new):
    project.go(_value(old))
    project.models = _models(_value(new))
    outcome = project.run("check")
    assert outcome.exit_code == 0, outcome.error
