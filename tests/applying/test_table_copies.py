"""A table that SQLite copies keeps what nobody told it to drop."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from flask_migrate.sqlite_definitions import Definition, renamed

from . import history

TABLE = """
CREATE TABLE item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(50) COLLATE NOCASE NOT NULL CHECK (name <> ''),
    amount INTEGER DEFAULT 1, -- a comment, with a CHECK (in it
    doubled INTEGER GENERATED ALWAYS AS (amount * 2) STORED,
    CONSTRAINT ck_amount CHECK (amount IN (1, 2, 3) AND name <> 'a,b)'),
    CHECK (amount < 100)
)"""

SETUP = (
    TABLE,
    "INSERT INTO item (id, name, amount) VALUES (1, 'One', 1), (7, 'Two', 2)",
    "DELETE FROM item WHERE id = 7",
    "CREATE INDEX ix_partial ON item (amount) WHERE amount > 1",
    "CREATE INDEX ix_expression ON item (lower(name), amount DESC)",
    "CREATE UNIQUE INDEX ix_collate ON item (name COLLATE BINARY)",
    "CREATE TABLE told (text TEXT)",
    "CREATE TRIGGER tell AFTER UPDATE ON item BEGIN INSERT INTO told VALUES (new.name); END",
    "CREATE VIEW names AS SELECT name FROM item",
    "CREATE TABLE child (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES item (id) "
    "ON DELETE CASCADE)",
    "INSERT INTO child VALUES (1, 1)",
)

WIDEN = (
    'with op.batch_alter_table("item", recreate="always") as batch: '
    'batch.alter_column("name", existing_type=sa.String(50), type_=sa.String(80))'
)
RENAME = (
    'with op.batch_alter_table("item", recreate="always") as batch: '
    'batch.alter_column("amount", existing_type=sa.Integer(), new_column_name="count")'
)


def upgraded(project, *body, setup=SETUP):
    """Run a revision on a database made with *setup*."""
    for statement in setup:
        project.execute(statement.replace(":", "\\:"))
    history.write(project, [list(body)])
    return project.run("upgrade")


@pytest.fixture
def copied(started):
    """A project whose table was copied for a wider column."""
    outcome = upgraded(started, WIDEN)
    assert outcome.exit_code == 0, outcome.error
    return started


def refused(project, statement):
    with pytest.raises(sa.exc.IntegrityError, match="CHECK constraint failed"):
        project.execute(statement)
    return True


def test_checks_stay(copied):
    """Named and unnamed, of a column and of the table."""
    assert refused(copied, "INSERT INTO item (name, amount) VALUES ('', 1)")
    assert refused(copied, "INSERT INTO item (name, amount) VALUES ('x', 4)")
    assert refused(copied, "INSERT INTO item (name, amount) VALUES ('a,b)', 1)")


def test_autoincrement_stays(copied):
    """A number that was given once is not given again."""
    copied.execute("INSERT INTO item (name) VALUES ('new')")
    assert copied.execute("SELECT id FROM item WHERE name = 'new'") == [(8,)]


def test_a_collation_stays(copied):
    """Names are compared as before."""
    assert copied.execute("SELECT id FROM item WHERE name = 'ONE'") == [(1,)]


def test_a_generated_column_stays(copied):
    """It is not copied but computed."""
    assert copied.execute("SELECT doubled FROM item") == [(2,)]


def test_indexes_stay_as_they_were_written(copied):
    """Partial, over expressions, descending, with a collation of their own."""
    found = copied.execute("SELECT sql FROM sqlite_master WHERE name LIKE 'ix%' ORDER BY name")
    assert found == [(SETUP[5],), (SETUP[4],), (SETUP[3],)]


def test_triggers_stay(copied):
    """What they do is still done."""
    copied.execute("UPDATE item SET amount = 2")
    assert copied.execute("SELECT text FROM told") == [("One",)]


def test_views_and_children_stay(copied):
    """A view can be read, and no child went with the table that was replaced."""
    assert copied.execute("SELECT name FROM names") == [("One",)]
    assert copied.execute("SELECT * FROM child") == [(1, 1)]


def test_a_new_name_reaches_checks_indexes_and_triggers(started):
    """A column that is renamed is renamed everywhere in its table."""
    setup = [each for each in SETUP if "GENERATED" not in each or each is TABLE]
    setup[0] = TABLE.replace("    doubled INTEGER GENERATED ALWAYS AS (amount * 2) STORED,\n", "")
    assert upgraded(started, RENAME, setup=setup).exit_code == 0
    assert refused(started, "INSERT INTO item (name, \"count\") VALUES ('x', 4)")
    [(sql,)] = started.execute("SELECT sql FROM sqlite_master WHERE name = 'ix_partial'")
    assert sql == 'CREATE INDEX ix_partial ON item ("count") WHERE "count" > 1'


def test_a_view_that_would_break_stops_the_revision(started):
    """The error names the view; the table is as it was."""
    drop = 'with op.batch_alter_table("item", recreate="always") as batch: batch.drop_column("n")'
    setup = ["CREATE TABLE item (id INTEGER, n INTEGER)", "CREATE VIEW v AS SELECT n FROM item"]
    outcome = upgraded(started, drop, setup=setup)
    assert "The view v could not be read any more" in outcome.error.message
    assert started.execute("SELECT * FROM v") == []


@pytest.mark.parametrize(
    "trigger",
    [
        "AFTER UPDATE OF id ON item BEGIN SELECT new.n; END",
        "AFTER INSERT ON other BEGIN INSERT INTO item (id, n) VALUES (1, 2); END",
        "INSTEAD OF INSERT ON ids BEGIN INSERT INTO item (id, n) VALUES (new.id, 2); END",
    ],
)
def test_a_trigger_that_would_break_stops_the_revision(started, trigger):
    """Else nobody could change a row of its table."""
    drop = 'with op.batch_alter_table("item", recreate="always") as batch: batch.drop_column("n")'
    setup = [
        "CREATE TABLE item (id INTEGER, n INTEGER)",
        "CREATE TABLE other (id INTEGER)",
        "CREATE VIEW ids AS SELECT id FROM item",
        f"CREATE TRIGGER tell {trigger}",
    ]
    outcome = upgraded(started, drop, setup=setup)
    assert "(tell) could not run any more" in outcome.error.message
    started.execute("INSERT INTO item VALUES (1, 2)")
    started.execute("UPDATE item SET id = 2")
    started.execute("INSERT INTO other VALUES (1)")


def test_a_trigger_that_is_broken_already_stops_nothing(started):
    """Nor does one of a view."""
    drop = 'with op.batch_alter_table("item", recreate="always") as batch: batch.drop_column("n")'
    setup = [
        "CREATE TABLE item (id INTEGER, n INTEGER)",
        "CREATE VIEW ids AS SELECT id FROM item",
        "CREATE TRIGGER put INSTEAD OF INSERT ON ids BEGIN SELECT new.id; END",
        "CREATE TRIGGER tell AFTER UPDATE ON item BEGIN SELECT new.gone; END",
    ]
    assert upgraded(started, drop, setup=setup).exit_code == 0


def test_a_check_over_a_dropped_column_stops_the_revision(started):
    """The error names the check; without it the copy would hold what it forbids."""
    drop = 'with op.batch_alter_table("item", recreate="always") as batch: batch.drop_column("n")'
    setup = ["CREATE TABLE item (id INTEGER, n INTEGER, CONSTRAINT ck CHECK (n > id))"]
    outcome = upgraded(started, drop, setup=setup)
    assert "The check 'ck' of the table item reads the column n" in outcome.error.message


def test_a_check_over_a_dropped_column_alone_goes_with_it(started):
    """As it does elsewhere; those of others stay."""
    drop = 'with op.batch_alter_table("item", recreate="always") as batch: batch.drop_column("N")'
    checks = "CONSTRAINT ck CHECK (n > 0), CONSTRAINT other CHECK (id > 0)"
    setup = [f"CREATE TABLE item (id INTEGER, N INTEGER, {checks})"]
    assert upgraded(started, drop, setup=setup).exit_code == 0
    started.execute("INSERT INTO item VALUES (1)")
    assert refused(started, "INSERT INTO item VALUES (0)")


TO_INTEGER = (
    'with op.batch_alter_table("item", recreate="always") as batch: '
    'batch.alter_column("n", existing_type=sa.String(9), type_=sa.Integer())'
)


def test_a_text_that_is_no_number_does_not_become_zero(started):
    """SQLite would say nothing."""
    setup = ["CREATE TABLE item (n VARCHAR(9))", "INSERT INTO item VALUES ('alice'), ('7')"]
    outcome = upgraded(started, TO_INTEGER, setup=setup)
    assert "1 value of item.n would become 0, being no number." in outcome.error.message
    assert started.execute("SELECT n FROM item") == [("alice",), ("7",)]


def test_a_text_that_is_no_json_does_not_become_unreadable(started):
    """It is refused, as PostgreSQL does."""
    setup = ["CREATE TABLE item (n VARCHAR(9))", "INSERT INTO item VALUES ('alice'), ('[7]')"]
    outcome = upgraded(started, TO_INTEGER.replace("Integer", "JSON"), setup=setup)
    assert "1 value of item.n could not be read any more, being no JSON." in outcome.error.message
    assert started.execute("SELECT n FROM item") == [("alice",), ("[7]",)]


@pytest.mark.parametrize(
    ("type_", "good"),
    [("Date", "2026-01-31"), ("DateTime", "2026-01-31 10:00:00"), ("Time", "10:00:00")],
)
def test_a_text_that_is_no_date_does_not_become_unreadable(started, type_, good):
    """It is refused before it is copied."""
    setup = ["CREATE TABLE item (n VARCHAR(30))", f"INSERT INTO item VALUES ('v1'), ('{good}')"]
    outcome = upgraded(started, TO_INTEGER.replace("Integer", type_), setup=setup)
    assert "1 value of item.n could not be read any more, being no date." in outcome.error.message
    assert started.execute("SELECT n FROM item") == [("v1",), (good,)]


def test_a_text_that_is_a_number_becomes_one(started):
    """That is what the change is for."""
    setup = ["CREATE TABLE item (n VARCHAR(9))", "INSERT INTO item VALUES ('7')"]
    assert upgraded(started, TO_INTEGER, setup=setup).exit_code == 0
    assert started.execute("SELECT n FROM item") == [(7,)]


@pytest.mark.parametrize(
    ("old", "new", "value", "expected"),
    [
        ("Date", "DateTime", "2026-01-31", "2026-01-31 00:00:00.000000"),
        ("String", "DateTime", "2026-01-31 10:00:00.000000", "2026-01-31 10:00:00.000000"),
        ("String", "Date", "2026-01-31", "2026-01-31"),
    ],
)
def test_a_date_stays_a_date(started, old, new, value, expected):
    """CAST would leave the year alone."""
    body = (
        'with op.batch_alter_table("item", recreate="always") as batch: '
        f'batch.alter_column("n", existing_type=sa.{old}(), type_=sa.{new}())'
    )
    setup = [f"CREATE TABLE item (n {old})", f"INSERT INTO item VALUES ('{value}')"]
    assert upgraded(started, body, setup=setup).exit_code == 0
    assert started.execute("SELECT n FROM item") == [(expected,)]


@pytest.mark.parametrize(
    ("setup", "name"),
    [
        (["CREATE TABLE item (id INTEGER, n INTEGER UNIQUE)"], "uq_item_n"),
        (
            [
                "CREATE TABLE other (id INTEGER PRIMARY KEY)",
                "CREATE TABLE item (id INTEGER, n INTEGER REFERENCES other (id))",
            ],
            "fk_item_n_other",
        ),
    ],
)
def test_a_constraint_without_a_name_can_be_dropped(started, setup, name):
    """By the name that ``migrate`` writes for it."""
    kind = "unique" if name.startswith("uq") else "foreignkey"
    body = f'with op.batch_alter_table("item") as b: b.drop_constraint("{name}", type_="{kind}")'
    assert upgraded(started, body, setup=setup).exit_code == 0
    started.execute("INSERT INTO item VALUES (1, 5), (2, 5)")


@pytest.mark.parametrize(
    "column",
    [
        "n VARCHAR(20) UNIQUE",
        "n NUMERIC(10, 2) DEFAULT (42) CONSTRAINT one UNIQUE",
        "n TEXT UNIQUE",
    ],
)
def test_a_unique_column_stays(started, column):
    """Whatever its type is, and whether the constraint has a name."""
    body = 'with op.batch_alter_table("item", recreate="always") as b: b.drop_column("id")'
    setup = [f"CREATE TABLE item (id INTEGER, {column})", "INSERT INTO item VALUES (1, 5)"]
    assert upgraded(started, body, setup=setup).exit_code == 0
    with pytest.raises(sa.exc.IntegrityError, match="UNIQUE"):
        started.execute("INSERT INTO item VALUES (5)")


@pytest.mark.parametrize(
    "key",
    [
        "parent INTEGER REFERENCES p (id) ON DELETE CASCADE ON UPDATE SET NULL",
        "parent INTEGER NOT NULL references p on update set null on delete cascade UNIQUE",
        "parent INTEGER, FOREIGN KEY (Parent) REFERENCES p ON DELETE CASCADE ON UPDATE SET NULL",
        "parent INTEGER, FOREIGN KEY (parent) REFERENCES [p] ([id]) ON DELETE CASCADE "
        "ON UPDATE SET NULL",
    ],
)
def test_what_a_foreign_key_does_stays(started, key):
    """Also where SQLAlchemy does not read it."""
    body = 'with op.batch_alter_table("item", recreate="always") as b: b.drop_column("n")'
    setup = ["CREATE TABLE p (id INTEGER PRIMARY KEY)", f"CREATE TABLE item (n INTEGER, {key})"]
    assert upgraded(started, body, setup=setup).exit_code == 0
    [(*_, on_update, on_delete, _)] = started.execute("PRAGMA foreign_key_list(item)")
    assert (on_update, on_delete) == ("SET NULL", "CASCADE")


def test_a_deferred_foreign_key_of_a_column_stays(started):
    """SQLite has no pragma for that."""
    body = 'with op.batch_alter_table("item", recreate="always") as b: b.drop_column("n")'
    key = "parent INTEGER REFERENCES item DEFERRABLE INITIALLY DEFERRED"
    setup = [f"CREATE TABLE item (n INTEGER, id INTEGER PRIMARY KEY, {key})"]
    assert upgraded(started, body, setup=setup).exit_code == 0
    [(sql,)] = started.execute("SELECT sql FROM sqlite_master WHERE name = 'item'")
    assert "DEFERRABLE INITIALLY DEFERRED" in sql


def test_without_rowid_stays(started):
    """The copy is of the same kind."""
    body = 'with op.batch_alter_table("item", recreate="always") as batch: pass'
    body = body.replace("pass", 'batch.add_column(sa.Column("more", sa.Integer))')
    setup = ["CREATE TABLE item (id VARCHAR(9) PRIMARY KEY) WITHOUT ROWID"]
    assert upgraded(started, body, setup=setup).exit_code == 0
    [(sql,)] = started.execute("SELECT sql FROM sqlite_master WHERE name = 'item'")
    assert "WITHOUT ROWID" in sql


@pytest.mark.parametrize(
    ("table", "insert", "expected"),
    [
        ("id INTEGER PRIMARY KEY, n INTEGER UNIQUE ON CONFLICT REPLACE", "3, 1", [(2, 2), (3, 1)]),
        ("id INTEGER, n INTEGER, UNIQUE (N) ON CONFLICT IGNORE", "3, 1", [(1, 1), (2, 2)]),
        (
            "id INTEGER, n INTEGER, CONSTRAINT u UNIQUE (n, id) ON CONFLICT IGNORE",
            "1, 1",
            [(1, 1), (2, 2)],
        ),
        ("id INTEGER PRIMARY KEY DESC ON CONFLICT REPLACE, n INT", "2, 7", [(1, 1), (2, 7)]),
        (
            "id INTEGER PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT, n INT",
            "2, 7",
            [(1, 1), (2, 7)],
        ),
        ("id INT, n INT, PRIMARY KEY (id, n) ON CONFLICT IGNORE", "2, 2", [(1, 1), (2, 2)]),
        ("id INT, n INT NOT NULL ON CONFLICT IGNORE UNIQUE", "3, NULL", [(1, 1), (2, 2)]),
        (
            "id INT, n INT DEFAULT 5 NOT NULL ON CONFLICT REPLACE",
            "3, NULL",
            [(1, 1), (2, 2), (3, 5)],
        ),
    ],
)
@pytest.mark.parametrize("body", ["ADD", "RENAME"])
def test_on_conflict_stays(started, table, insert, expected, body):
    """A row that a constraint is against is dealt with as before."""
    change = {
        "ADD": 'batch.add_column(sa.Column("more", sa.Integer))',
        "RENAME": 'batch.alter_column("n", new_column_name="m")',
    }[body]
    setup = [f"CREATE TABLE item ({table})", "INSERT INTO item VALUES (1, 1), (2, 2)"]
    body = f'with op.batch_alter_table("item", recreate="always") as batch: {change}'
    assert upgraded(started, body, setup=setup).exit_code == 0
    names = "id, n" if "add" in change else "id, m"
    started.execute(f"INSERT INTO item ({names}) VALUES ({insert})")
    assert started.execute(f"SELECT {names} FROM item ORDER BY id") == expected


def test_on_conflict_leaves_no_row_out_of_a_copy(started):
    """What a copy breaks stops it: two values that become one."""
    setup = [
        "CREATE TABLE item (n VARCHAR(9) UNIQUE ON CONFLICT IGNORE)",
        "INSERT INTO item VALUES ('1'), ('01')",
    ]
    outcome = upgraded(started, TO_INTEGER, setup=setup)
    assert "UNIQUE constraint failed" in outcome.error.message
    assert started.execute("SELECT n FROM item") == [("1",), ("01",)]


def test_names_in_literals_are_not_renamed():
    """A text is not a column."""
    assert renamed("a = 'a' AND [a] <> \"A\"", {"a": "b"}) == '"b" = \'a\' AND "b" <> "b"'


def test_a_definition_is_read_through_comments_and_quotes():
    """What looks like SQL in a comment or a text is neither."""
    found = Definition(TABLE)
    assert [(each.name, each.column) for each in found.checks] == [
        ("", "name"),
        ("ck_amount", ""),
        ("", ""),
    ]
    assert found.collations == {"name": "NOCASE"}
    assert found.is_autoincrement
