"""The enum types of PostgreSQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa


def column(*labels: str, **options):
    """The parts of a table with an enum."""
    return lambda: [sa.Column("mood", sa.Enum(*labels, name="mood"), **options)]


def labels(project) -> list[str]:
    """What the type has now."""
    rows = project.execute(
        "SELECT enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid "
        "WHERE typname = 'mood' ORDER BY enumsortorder"
    )
    return [row[0] for row in rows]


def file_node(project) -> int:
    """Changes when the table is written again."""
    return project.execute("SELECT pg_relation_filenode('thing')")[0][0]


@pytest.mark.parametrize(
    "later", [("sad", "happy", "it's 100%:x"), ("new", "sad", "happy"), ("sad", "so so", "happy")]
)
def test_a_new_label_touches_no_row(on_postgresql, later):
    """At the end, at the beginning and in between; the downgrade takes it away again."""
    on_postgresql.go(column("sad", "happy"))
    on_postgresql.execute("INSERT INTO thing (id, mood) VALUES (1, 'happy')")
    before = file_node(on_postgresql)
    text = on_postgresql.go(column(*later))
    assert "autocommit_block()" in text
    assert "ADD VALUE IF NOT EXISTS" in text
    assert labels(on_postgresql) == list(later)
    assert file_node(on_postgresql) == before
    on_postgresql.back()
    assert labels(on_postgresql) == ["sad", "happy"]
    assert on_postgresql.execute("SELECT mood FROM thing") == [("happy",)]


def test_a_new_label_may_be_the_default_at_once(on_postgresql):
    """It is committed before it is used."""
    on_postgresql.go(column("sad", server_default="sad"))
    on_postgresql.go(column("sad", "happy", server_default="happy"))
    on_postgresql.back()


def test_a_label_that_goes_leaves_the_rows_that_have_others(on_postgresql):
    """The default of the column stays too."""
    on_postgresql.go(column("sad", "happy", server_default="sad"))
    on_postgresql.execute("INSERT INTO thing (id) VALUES (1)")
    text = on_postgresql.go(column("sad", server_default="sad"))
    assert "# Rows that have 'happy' stop this" in text
    on_postgresql.execute("INSERT INTO thing (id) VALUES (2)")
    assert on_postgresql.execute("SELECT mood FROM thing") == [("sad",), ("sad",)]
    on_postgresql.back()
    assert labels(on_postgresql) == ["sad", "happy"]


def test_a_view_over_the_column_is_there_before_and_after(on_postgresql):
    """No type can be made anew below it."""
    on_postgresql.go(column("sad", "happy"))
    on_postgresql.execute("INSERT INTO thing (id, mood) VALUES (1, 'sad')")
    on_postgresql.execute("CREATE VIEW moods AS SELECT mood FROM thing WHERE mood = 'sad'")
    on_postgresql.go(column("sad"))
    assert on_postgresql.execute("SELECT * FROM moods") == [("sad",)]
    on_postgresql.back()
    assert on_postgresql.execute("SELECT * FROM moods") == [("sad",)]


@pytest.mark.parametrize("later", [("b", "c", "a"), ("c", "a"), ("c", "new", "a")])
def test_labels_in_another_order_come_back_in_the_one_they_had(on_postgresql, later):
    """Labels that are only added could not bring it back."""
    on_postgresql.go(column("a", "b", "c", server_default="a"))
    on_postgresql.execute("INSERT INTO thing (id) VALUES (1)")
    on_postgresql.go(column(*later, server_default="c"))
    assert labels(on_postgresql) == list(later)
    on_postgresql.back()
    assert labels(on_postgresql) == ["a", "b", "c"]
    on_postgresql.execute("INSERT INTO thing (id) VALUES (2)")
    assert on_postgresql.execute("SELECT mood FROM thing") == [("a",), ("a",)]


def test_a_label_that_a_row_has_stops_the_upgrade(on_postgresql):
    """No value is lost."""
    on_postgresql.go(column("sad", "happy"))
    on_postgresql.execute("INSERT INTO thing (id, mood) VALUES (1, 'happy')")
    on_postgresql.models = lambda db: db.Table(
        "thing", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *column("sad")()
    )
    assert on_postgresql.run("migrate").exit_code == 0
    assert on_postgresql.run("upgrade").exit_code != 0
    assert on_postgresql.execute("SELECT mood FROM thing") == [("happy",)]


def test_a_type_comes_with_its_first_column_and_goes_with_its_last(on_postgresql):
    """A table that exists gets a column; the type is made before and dropped after."""
    on_postgresql.go(list)
    on_postgresql.go(column("sad"))
    assert labels(on_postgresql) == ["sad"]
    on_postgresql.go(list)
    assert labels(on_postgresql) == []
    on_postgresql.back()
    assert labels(on_postgresql) == ["sad"]


def test_a_new_table_uses_the_type_that_is_there(on_postgresql):
    """It does not make it again, and dropping it leaves the type to the others."""
    on_postgresql.go(column("sad"))
    on_postgresql.go(column("sad"), other=column("sad"))
    on_postgresql.back()
    assert labels(on_postgresql) == ["sad"]


def test_two_new_tables_share_a_new_type(on_postgresql):
    """It is made once."""
    on_postgresql.go(column("sad"), other=column("sad"))
    on_postgresql.run("downgrade")
    assert labels(on_postgresql) == []


def test_a_new_table_may_use_a_new_label(on_postgresql):
    """The label comes before the table, and goes after it."""

    def mood(*labels):
        return [sa.Column("mood", sa.Enum(*labels, name="mood"))]

    on_postgresql.go(lambda: mood("sad"))
    default = {"server_default": "happy"}
    on_postgresql.go(
        lambda: mood("sad", "happy"),
        other=lambda: [sa.Column("mood", sa.Enum("sad", "happy", name="mood"), **default)],
    )
    on_postgresql.back()
    assert on_postgresql.execute("SELECT unnest(enum_range(NULL::mood))::text") == [("sad",)]
