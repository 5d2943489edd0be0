"""Labels that look like something else to a database, a driver or Python."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

LABELS = [
    "a\\b",
    "end\\",
    "\\'",
    "it's",
    "100% %s",
    'say "x"',
    "a,b",
    "a','b",
    "x:y",
    "new\nline",
    "\u00fc",
]

KINDS = {
    "native": lambda labels: sa.Enum(*labels, name="letter"),
    "check": lambda labels: sa.Enum(
        *labels, name="letter", native_enum=False, create_constraint=True
    ),
}


def column(kind, labels, **options):
    return lambda: [sa.Column("value", KINDS[kind](labels), **options)]


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_as_the_model_says(changing, kind):
    """No second revision finds them changed, each can be stored, and one more can come and go."""
    changing.go(column(kind, LABELS))
    table = sa.table("thing", sa.column("id"), sa.column("value"))
    engine = sa.create_engine(changing.url)
    with engine.begin() as connection:
        for number, label in enumerate(LABELS, start=1):
            connection.execute(table.insert().values(id=number, value=label))
    engine.dispose()
    # Without a CHECK, SQLite has only a length that changes.
    changing.go(column(kind, [*LABELS, "one that is longer"]))
    rows = changing.execute("SELECT value FROM thing ORDER BY id")
    assert [row[0] for row in rows] == LABELS
    changing.back()
    changing.models = lambda db: db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        *column(kind, LABELS)(),
    )
    for path in changing.revision_files():
        if "one that is longer" in path.read_text():
            path.unlink()
    assert changing.run("check").exit_code == 0


@pytest.mark.parametrize("label", LABELS)
def test_one_may_be_the_default(changing, label):
    """It is what a row gets."""
    changing.go(column("native", ["x", label], server_default=label))
    changing.execute("INSERT INTO thing (id) VALUES (1)")
    assert changing.execute("SELECT value FROM thing") == [(label,)]


def test_those_of_a_set(on_mariadb):
    """A set has no commas in its labels."""
    labels = [each for each in LABELS if "," not in each]
    on_mariadb.go(lambda: [sa.Column("value", mysql.SET(*labels))])
    on_mariadb.go(lambda: [sa.Column("value", mysql.SET(*labels, "another"))])
    on_mariadb.back()
