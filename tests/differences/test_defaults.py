"""Server defaults."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

SPELLINGS = [
    (sa.Integer, "0"),
    (sa.Integer, sa.text("-1")),
    (sa.String(20), "it's"),
    (sa.String(20), ""),
    (sa.String(20), sa.text("'a (b)::c'")),
    (sa.Numeric(8, 2), sa.text("1.50")),
    (sa.Boolean, sa.true()),
    (sa.Boolean, sa.text("false")),
    (sa.DateTime, sa.func.now()),
    (sa.DateTime, sa.text("CURRENT_TIMESTAMP")),
    (sa.Date, sa.text("'2020-01-01'")),
]


@pytest.mark.parametrize("number", range(len(SPELLINGS)))
def test_a_default_that_is_there_is_no_difference(changing, number):
    """However the database spells it; ``go`` checks that."""
    type_, default = SPELLINGS[number]
    changing.go(lambda: [sa.Column("value", type_, server_default=default)])


#: What looks like something else to Python, SQL, a driver or Alembic.
HOSTILE = [
    "rock 'n'",
    "'n roll",
    "5'",
    "'",
    "\\'",
    "\\",
    "a\\nb",
    "100% %s %(x)s",
    ":x ::text",
    '"""',
    "x'); DROP TABLE thing; --",
    "{x} ${y}",
    "\u00fc",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_what_the_rows_get(changing, text):
    """In a new table, in a new column, and as a change; each is no difference after that."""
    changing.go(lambda: [sa.Column("one", sa.String(60), server_default=text)])
    changing.go(
        lambda: [
            sa.Column("one", sa.String(60), server_default=text),
            sa.Column("two", sa.String(60), server_default=text),
        ]
    )
    changing.go(
        lambda: [
            sa.Column("one", sa.String(60), server_default="x"),
            sa.Column("two", sa.String(60), server_default=text),
        ]
    )
    changing.back()
    changing.execute("INSERT INTO thing (id) VALUES (1)")
    assert changing.execute("SELECT one, two FROM thing") == [(text, text)]


def test_quotes_around_a_text_are_sql(changing):
    """Alembic has always taken them away, and projects have them."""
    changing.go(lambda: [sa.Column("one", sa.String(60), server_default="'x'")])
    changing.execute("INSERT INTO thing (id) VALUES (1)")
    assert changing.execute("SELECT one FROM thing") == [("x",)]


def test_a_changed_default_is_found_and_undone(changing):
    """Added, changed, taken away: no option is needed."""
    changing.go(lambda: [sa.Column("value", sa.Integer)])
    assert "server_default" in changing.go(
        lambda: [sa.Column("value", sa.Integer, server_default="1")]
    )
    assert "server_default" in changing.go(
        lambda: [sa.Column("value", sa.Integer, server_default="2")]
    )
    assert "server_default=None" in changing.go(lambda: [sa.Column("value", sa.Integer)])
    changing.back()
    changing.execute("INSERT INTO thing (id) VALUES (1)")
    assert changing.execute("SELECT value FROM thing") == [(2,)]


def test_defaults_are_left_alone_where_the_project_says_so(changing):
    """``compare_server_default=False`` is what it was."""
    changing.go(lambda: [sa.Column("value", sa.Integer)])
    changing.options = {"compare_server_default": False}
    changing.models = lambda db: db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("value", sa.Integer, server_default="1"),
    )
    assert changing.run("check").exit_code == 0


_DEFAULT = "SELECT column_default FROM information_schema.columns WHERE column_name = 'value'"

#: A type, a default that both it and a text may have, and how that of the text is spelled.
KINDS = [
    (sa.Enum("sad", "glad", name="mood"), "sad", "'sad'::character varying"),
    (sa.Boolean(), sa.text("true"), "true"),
    (sa.Integer(), "0", "'0'::character varying"),
]


def _value(type_, default):
    return lambda: [sa.Column("value", type_, server_default=default)]


@pytest.mark.parametrize(("type_", "default", "spelled"), KINDS)
def test_a_default_becomes_a_text_with_its_column_and_back(on_postgresql, type_, default, spelled):
    """PostgreSQL would go on calculating it in the old type, which then could not go."""
    on_postgresql.go(_value(type_, default))
    before = on_postgresql.execute(_DEFAULT)
    on_postgresql.execute("INSERT INTO thing (id) VALUES (1)")
    on_postgresql.go(_value(sa.String(20), default))
    assert on_postgresql.execute("SELECT typname FROM pg_type WHERE typname = 'mood'") == []
    on_postgresql.back()
    assert on_postgresql.execute(_DEFAULT) == before
    on_postgresql.execute("INSERT INTO thing (id) VALUES (2)")
    assert len(set(on_postgresql.execute("SELECT value FROM thing"))) == 1


@pytest.mark.parametrize(("type_", "default", "spelled"), KINDS)
def test_the_default_of_a_text_is_a_text_again_after_a_downgrade(
    on_postgresql, type_, default, spelled
):
    """As it was before the column became something else."""
    on_postgresql.go(_value(sa.String(20), default))
    assert on_postgresql.execute(_DEFAULT) == [(spelled,)]
    on_postgresql.go(_value(type_, default))
    on_postgresql.back()
    assert on_postgresql.execute(_DEFAULT) == [(spelled,)]


def test_an_identity_is_no_difference_where_there_are_none(changing):
    """SQLite and MariaDB know no identities: a model may have one all the same."""
    changing.go(lambda: [sa.Column("value", sa.Integer, sa.Identity())])
    changing.go(
        lambda: [
            sa.Column("value", sa.Integer, sa.Identity()),
            sa.Column("other", sa.Integer),
        ]
    )
    changing.back()
