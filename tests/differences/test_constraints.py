"""CHECK constraints, keys, generated columns and circles."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

CHECKS = ["n > 0", "n IN (1, 2)", "n BETWEEN 1 AND 5", "n > 0 AND (n < 7 OR n = 9)", "n <> -1"]


@pytest.mark.parametrize("sql", CHECKS)
def test_a_check_that_is_there_is_no_difference(changing, sql):
    """However the database spells it; ``go`` checks that."""
    changing.go(lambda: [sa.Column("n", sa.Integer), sa.CheckConstraint(sql, name="ck")])


@pytest.mark.parametrize("word", ["a:b", "50%", "50%:x", "it''s :x"])
def test_a_check_and_a_default_say_what_the_model_says(changing, word):
    """Neither a parameter of SQLAlchemy's nor one of the driver's is seen in them, both ways."""
    escaped = word.replace(":", "\\:")

    def parts():
        default = sa.text(f"'{escaped}'")
        check = sa.CheckConstraint(sa.text(f"word <> '{escaped}!'"), name="ck")
        return [sa.Column("word", sa.String(20), server_default=default), check]

    changing.go(list)
    changing.go(parts)
    changing.execute("INSERT INTO thing (id) VALUES (1)")
    changing.go(list)
    changing.back()
    changing.execute("INSERT INTO thing (id) VALUES (2)")
    found = changing.execute("SELECT word FROM thing WHERE id = 2")
    assert found == [(word.replace("''", "'"),)]
    with pytest.raises(sa.exc.DBAPIError):
        changing.execute(f"INSERT INTO thing (id, word) VALUES (3, '{escaped}!')")


def test_a_check_that_says_something_else_is_found_and_undone(changing):
    """By what it says, not by its name alone."""
    changing.go(lambda: [sa.Column("n", sa.Integer), sa.CheckConstraint("n > 0", name="ck")])
    changing.go(lambda: [sa.Column("n", sa.Integer), sa.CheckConstraint("n > 5", name="ck")])
    with pytest.raises(sa.exc.DBAPIError):
        changing.execute("INSERT INTO thing (id, n) VALUES (1, 3)")
    changing.back()
    changing.execute("INSERT INTO thing (id, n) VALUES (1, 3)")


def test_a_check_comes_and_goes(changing):
    """Both ways, on a table that exists."""
    changing.go(lambda: [sa.Column("n", sa.Integer)])
    changing.go(lambda: [sa.Column("n", sa.Integer), sa.CheckConstraint("n > 5", name="ck")])
    changing.go(lambda: [sa.Column("n", sa.Integer)])
    changing.execute("INSERT INTO thing (id, n) VALUES (1, 3)")


def test_a_check_without_a_name_is_no_difference(changing):
    """The server may have given it one."""
    changing.go(lambda: [sa.Column("n", sa.Integer), sa.CheckConstraint("n > 0")])


@pytest.mark.filterwarnings("ignore:Table .* specifies columns")
def test_another_primary_key_is_found_and_undone(changing):
    """A column joins the key."""

    def plain():
        return [sa.Column("n", sa.Integer, nullable=False)]

    changing.go(plain)
    changing.models = lambda db: db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, primary_key=True),
    )
    assert changing.run("migrate").exit_code == 0
    assert changing.run("upgrade").exit_code == 0
    assert changing.run("check").exit_code == 0
    changing.back()


def test_another_expression_of_a_generated_column_is_found(on_postgresql):
    """It is made again with the values that it stands for."""

    def generated(sql):
        def parts():
            computed = sa.Computed(sql, persisted=True)
            return [sa.Column("n", sa.Integer), sa.Column("g", sa.Integer, computed)]

        return parts

    on_postgresql.go(generated("n + 1"))
    on_postgresql.execute("INSERT INTO thing (id, n) VALUES (1, 3)")
    on_postgresql.go(generated("n + 2"))
    assert on_postgresql.execute("SELECT g FROM thing") == [(5,)]
    on_postgresql.back()
    assert on_postgresql.execute("SELECT g FROM thing") == [(4,)]


def test_tables_that_refer_to_each_other_come_and_go(changing):
    """One foreign key waits for both tables, and goes before them."""
    changing.go(list)
    changing.go(
        list,
        first=lambda: [sa.Column("other", sa.ForeignKey("second.id"))],
        second=lambda: [sa.Column("other", sa.ForeignKey("first.id"))],
    )
    changing.back()
    assert not {"first", "second"} & changing.tables()


def test_a_column_that_comes_back_has_values(changing):
    """NOT NULL and without a default, on a table with rows."""
    changing.go(lambda: [sa.Column("n", sa.Integer, nullable=False), sa.Column("m", sa.Integer)])
    changing.execute("INSERT INTO thing (id, n) VALUES (1, 3)")
    changing.go(lambda: [sa.Column("m", sa.Integer)])
    changing.back()
    assert changing.execute("SELECT n FROM thing") == [(0,)]


@pytest.mark.parametrize(
    ("old", "new", "value", "wanted"),
    [
        (sa.String(20), sa.Integer, "'12'", 12),
        (sa.Integer, sa.Boolean, "1", True),
        (sa.Text, sa.JSON, "'[1]'", [1]),
        (sa.String(20), sa.Date, "'2024-02-29'", None),
    ],
)
def test_postgresql_is_told_how_to_convert(on_postgresql, old, new, value, wanted):
    """``USING`` is in the file, and in its downgrade."""
    on_postgresql.go(lambda: [sa.Column("value", old, server_default=sa.text(value))])
    on_postgresql.execute("INSERT INTO thing (id) VALUES (1)")
    assert "postgresql_using=" in on_postgresql.go(lambda: [sa.Column("value", new)])
    if wanted is not None:
        assert on_postgresql.execute("SELECT value FROM thing") == [(wanted,)]
    on_postgresql.back()


def test_an_index_over_an_expression_comes_and_goes_on_sqlite(on_sqlite):
    """SQLAlchemy does not reflect it there."""

    def indexed():
        return [sa.Column("name", sa.String(20)), sa.Index("ix", sa.text("lower(name)"))]

    on_sqlite.go(lambda: [sa.Column("name", sa.String(20))])
    assert "lower(name)" in on_sqlite.go(indexed)
    assert on_sqlite.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ix'") == [(1,)]
    on_sqlite.go(lambda: [sa.Column("name", sa.String(20))])
    on_sqlite.back()
    assert on_sqlite.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ix'") == [(1,)]


def test_a_generated_column_is_read_to_its_end(on_sqlite):
    """SQLite writes a column that comes later onto the same line."""

    def generated():
        return [sa.Column("n", sa.Integer), sa.Column("g", sa.Integer, sa.Computed("n + 1"))]

    on_sqlite.go(generated)
    on_sqlite.go(lambda: [*generated(), sa.Column("late", sa.String(9))])
    on_sqlite.execute("INSERT INTO thing (id, n) VALUES (1, 3)")
    on_sqlite.go(lambda: [*generated(), sa.Column("late", sa.String(9), nullable=True, index=True)])
    on_sqlite.go(lambda: [*generated(), sa.Column("late", sa.Text)])
    assert on_sqlite.execute("SELECT n, g, late FROM thing") == [(3, 4, None)]


def test_the_index_of_a_foreign_key_comes_back_once(tmp_path, monkeypatch, mariadb_url):
    """Where an index and a unique constraint have taken its place."""
    from .conftest import _started

    project = _started(tmp_path, monkeypatch, mariadb_url)

    def parts(*more):
        column = sa.Column("o_id", sa.Integer, sa.ForeignKey("other.id", name="fk_o"))
        return lambda: [column._copy(), *(each() for each in more)]

    project.go(parts(), other=list)
    project.go(
        parts(
            lambda: sa.Index("ix_o", "o_id"),
            lambda: sa.UniqueConstraint("o_id", name="uq_o"),
        ),
        other=list,
    )
    project.back()


def matching(match, name="fk", **options):
    """Two tables, with a foreign key over two columns."""
    pairs = lambda: [  # noqa: E731
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer),
        sa.ForeignKeyConstraint(["a", "b"], ["pair.a", "pair.b"], name, match=match, **options),
    ]
    pair = lambda: [  # noqa: E731
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer),
        sa.UniqueConstraint("a", "b", name="uq"),
    ]
    return {"parts": pairs, "pair": pair}


MATCH = "SELECT confmatchtype::text FROM pg_constraint WHERE contype = 'f'".replace(":", "\\:")


@pytest.mark.parametrize("name", ["fk", None])
@pytest.mark.parametrize(("before", "after"), [(None, "FULL"), ("FULL", None), ("FULL", "SIMPLE")])
def test_match_of_a_foreign_key_is_found_and_undone(on_postgresql, before, after, name):
    """With a name and without, and with other options."""
    first, second = ("f" if each == "FULL" else "s" for each in (before, after))
    options = {"ondelete": "CASCADE", "deferrable": True}
    tables = matching(before, name, **options)
    on_postgresql.go(tables.pop("parts"), **tables)
    assert on_postgresql.execute(MATCH) == [(first,)]
    tables = matching(after, name, **options)
    on_postgresql.go(tables.pop("parts"), **tables)
    assert on_postgresql.execute(MATCH) == [(second,)]
    on_postgresql.back()
    assert on_postgresql.execute(MATCH) == [(first,)]


def test_match_of_a_foreign_key_comes_back_when_something_else_changed(on_postgresql):
    """Alembic makes the key again, of which it does not know that."""
    tables = matching("FULL")
    on_postgresql.go(tables.pop("parts"), **tables)
    tables = matching("FULL", ondelete="CASCADE")
    on_postgresql.go(tables.pop("parts"), **tables)
    on_postgresql.back()
    assert on_postgresql.execute(MATCH) == [("f",)]


def test_a_check_inside_a_column_is_one_of_its_table(changing):
    """It comes with a new table and a new column, and goes."""

    def inside(*checks):
        return sa.Column("n", sa.Integer, *checks)

    def positive(name, column):
        return sa.CheckConstraint(f"{column} > 0", name=name)

    assert "n > 0" in changing.go(lambda: [inside(positive("ck_n", "n"))])
    changing.go(
        lambda: [
            inside(positive("ck_n", "n")),
            sa.Column("m", sa.Integer, positive("ck_m", "m")),
        ]
    )
    for column in ("n", "m"):
        with pytest.raises(sa.exc.DBAPIError):
            changing.execute(f"INSERT INTO thing (id, {column}) VALUES (1, 0)")
    changing.go(lambda: [inside(), sa.Column("m", sa.Integer)])
    changing.execute("INSERT INTO thing (id, n, m) VALUES (1, 0, 0)")


def test_a_check_inside_a_column_may_have_no_name(changing):
    """It comes with its table; ``go`` sees that it is no difference then."""
    changing.go(lambda: [sa.Column("n", sa.Integer, sa.CheckConstraint("n > 0"))])
    with pytest.raises(sa.exc.DBAPIError):
        changing.execute("INSERT INTO thing (id, n) VALUES (1, 0)")


def test_a_foreign_key_that_is_to_be_altered_is_made(changing):
    """``use_alter`` keeps it out of CREATE TABLE; two tables refer to each other."""
    changing.go(
        lambda: [
            sa.Column("other", sa.Integer, sa.ForeignKey("z.id", name="fk_z", use_alter=True)),
        ],
        z=lambda: [sa.Column("thing", sa.Integer, sa.ForeignKey("thing.id", name="fk_thing"))],
    )
    changing.back()
    assert changing.tables() == {"alembic_version"}
