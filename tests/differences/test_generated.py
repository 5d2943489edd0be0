"""Columns that begin or cease to be generated, and what they hold."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from .conftest import _models


def _parts(*options):
    return lambda: [sa.Column("n", sa.Integer), sa.Column("g", sa.Integer, *options)]


def _computed(is_stored, sql="n + 1"):
    return lambda: [
        sa.Column("n", sa.Integer),
        sa.Column("g", sa.Integer, sa.Computed(sql, persisted=is_stored)),
    ]


@pytest.mark.parametrize("is_stored", [True, False])
def test_a_column_that_is_generated_no_longer_keeps_its_values(changing, is_stored):
    """They are its own from then on; a downgrade computes them again."""
    if not is_stored and changing.url.get_backend_name() == "postgresql":
        pytest.skip("PostgreSQL has had virtual columns only since 18.")
    changing.go(_computed(is_stored))
    changing.execute("INSERT INTO thing (id, n) VALUES (1, 4), (2, NULL)")
    changing.go(_parts())
    assert changing.execute("SELECT id, n, g FROM thing ORDER BY id") == [
        (1, 4, 5),
        (2, None, None),
    ]
    changing.execute("UPDATE thing SET g = 7 WHERE id = 1")
    changing.back()
    assert changing.execute("SELECT g FROM thing ORDER BY id") == [(5,), (None,)]


def test_values_that_a_generated_column_does_not_keep_are_told(changing):
    """On standard error and above the line; a downgrade leaves what was computed."""
    changing.go(_parts())
    changing.execute("INSERT INTO thing (id, n, g) VALUES (1, 4, 9), (2, 4, NULL)")
    changing.models = _models(_computed(True))
    outcome = changing.run("migrate", "flask db")
    said = "thing.g becomes generated, which does not keep the whole value of 1 row."
    assert said in outcome.stderr
    [text] = [path.read_text() for path in changing.revision_files() if "n + 1" in path.read_text()]
    assert said in " ".join(text.replace("#", " ").split())
    assert changing.run("upgrade").exit_code == 0
    assert changing.execute("SELECT g FROM thing ORDER BY id") == [(5,), (5,)]
    changing.back()
    assert changing.execute("SELECT g FROM thing ORDER BY id") == [(5,), (5,)]


def test_another_expression_is_not_taken_for_a_rename(changing):
    """The column goes and comes in one revision."""
    changing.go(_computed(True))
    text = changing.go(_computed(True, "n + 2"))
    assert "looks like a rename" not in text


def test_a_generated_column_under_a_new_name_that_becomes_plain_keeps_its_values(changing):
    """There and back."""
    changing.go(_computed(True))
    changing.execute("INSERT INTO thing (id, n) VALUES (1, 4)")
    changing.models = _models(lambda: [sa.Column("n", sa.Integer), sa.Column("sum", sa.Integer)])
    outcome = changing.run("migrate", rename="thing.g=sum")
    assert outcome.exit_code == 0, outcome.error
    assert changing.run("upgrade").exit_code == 0
    assert changing.run("check").exit_code == 0
    assert changing.execute("SELECT id, n, sum FROM thing") == [(1, 4, 5)]
    changing.back()
    assert changing.execute("SELECT id, n, g FROM thing") == [(1, 4, 5)]


def test_a_column_that_is_computed_is_no_other_under_a_new_name(changing):
    """It could not have the values; what was said for it is refused."""
    changing.go(_parts())
    changing.models = _models(
        lambda: [sa.Column("n", sa.Integer), sa.Column("h", sa.Integer, sa.Computed("n + 1"))]
    )
    files = changing.revision_files()
    outcome = changing.run("migrate", rename="thing.g=h")
    assert "thing.g=h" in outcome.error.message
    assert changing.revision_files() == files


def test_a_view_over_a_generated_column_stays(on_postgresql):
    """It is dropped before, and made again afterwards."""
    on_postgresql.go(_computed(True))
    on_postgresql.execute("CREATE VIEW seen AS SELECT g FROM thing")
    on_postgresql.execute("INSERT INTO thing (id, n) VALUES (1, 4)")
    on_postgresql.go(_computed(True, "n + 2"))
    assert on_postgresql.execute("SELECT g FROM seen") == [(6,)]
    on_postgresql.back()
    assert on_postgresql.execute("SELECT g FROM seen") == [(5,)]
