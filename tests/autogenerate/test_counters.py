"""Columns of PostgreSQL that count in another way go on where they are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa


def things(*options, name="thing", schema=None, type_=sa.Integer, **kwargs):
    """A table with a key that counts as its options say."""

    def models(db):
        db.Table(
            name,
            db.metadata,
            sa.Column("id", type_, *options, primary_key=True, **kwargs),
            sa.Column("n", sa.Integer),
            schema=schema,
        )

    return models


SERIAL = things()
PLAIN = things(autoincrement=False)
IDENTITY = things(sa.Identity())
ALWAYS = things(sa.Identity(always=True))
FROM_A_HUNDRED = things(sa.Identity(start=100))


@pytest.fixture
def project(begun, postgresql_url):
    return begun(postgresql_url)


def go(project, models, **options):
    project.models = models
    outcome = project.run("migrate", **options)
    assert outcome.exit_code == 0, outcome.error
    upgraded(project)
    return outcome.value._script_path.read_text()


def upgraded(project, name="upgrade"):
    outcome = project.run(name)
    assert outcome.exit_code == 0, outcome.error
    if name == "upgrade":
        assert project.run("check").exit_code == 0


def inserted(project, table="thing"):
    """The id of a new row."""
    return project.execute(f"INSERT INTO {table} (n) VALUES (0) RETURNING id")[0][0]


WAYS = {
    "serial to identity": (SERIAL, IDENTITY),
    "identity to serial": (IDENTITY, SERIAL),
    "serial to always": (SERIAL, ALWAYS),
    "always to serial": (ALWAYS, SERIAL),
}


@pytest.mark.parametrize(("before", "after"), WAYS.values(), ids=WAYS)
def test_it_goes_on_where_it_was(project, before, after):
    """No number is given twice, not even that of a row that was deleted; both ways."""
    go(project, before)
    assert [inserted(project) for _ in range(3)] == [1, 2, 3]
    project.execute("DELETE FROM thing WHERE id > 1")
    go(project, after)
    assert inserted(project) == 4
    project.execute("DELETE FROM thing WHERE id = 4")
    upgraded(project, "downgrade")
    assert inserted(project) == 5
    upgraded(project)
    assert inserted(project) == 6


@pytest.mark.parametrize(("before", "after"), WAYS.values(), ids=WAYS)
def test_it_is_then_as_if_it_had_always_been_so(project, before, after):
    """Its sequence has the name and the type, and goes with the table."""
    facts = """
        SELECT s.relname, q.seqtypid::regtype::text, d.deptype, pg_get_expr(e.adbin, e.adrelid),
               a.attidentity
        FROM pg_class s JOIN pg_sequence q ON q.seqrelid = s.oid
        JOIN pg_depend d ON d.objid = s.oid AND d.refobjsubid > 0
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
    """.replace(":", "\\:")
    go(project, before)
    was = project.execute(facts)
    go(project, after)
    now = project.execute(facts)
    upgraded(project, "downgrade")
    assert project.execute(facts) == was
    project.execute("DROP TABLE thing")
    project.models = after
    app = project.app()
    with app.app_context():
        app.extensions["sqlalchemy"].create_all()
    assert project.execute(facts) == now


@pytest.mark.parametrize("after", [IDENTITY, ALWAYS, FROM_A_HUNDRED])
def test_a_column_that_did_not_count_begins_after_its_rows(project, after):
    """Alembic would begin at 1, which is there."""
    go(project, PLAIN)
    project.execute("INSERT INTO thing (id, n) VALUES (1, 0), (7, 0)")
    go(project, after)
    assert inserted(project) == (100 if after is FROM_A_HUNDRED else 8)
    upgraded(project, "downgrade")
    with pytest.raises(sa.exc.IntegrityError):
        inserted(project)


def test_a_start_counts_in_an_empty_table(project):
    """There is no row that would be greater."""
    go(project, SERIAL)
    go(project, FROM_A_HUNDRED)
    assert inserted(project) == 100


def test_a_column_that_counts_no_longer_does_again_after_a_downgrade(project):
    """It begins after its rows."""
    go(project, IDENTITY)
    inserted(project)
    go(project, PLAIN)
    upgraded(project, "downgrade")
    assert inserted(project) == 2


def test_the_type_changes_too(project):
    """The sequence is of the type that the column has."""
    go(project, SERIAL)
    inserted(project)
    go(project, things(sa.Identity(), type_=sa.BigInteger))
    assert inserted(project) == 2
    upgraded(project, "downgrade")
    assert inserted(project) == 3


def test_the_table_has_a_new_name_too(project):
    """And so has its sequence."""
    go(project, SERIAL)
    inserted(project)
    go(project, things(sa.Identity(), name="item"), rename_table="thing=item")
    assert inserted(project, "item") == 2
    upgraded(project, "downgrade")
    assert inserted(project) == 3


def test_the_column_has_a_new_name_and_its_identity_other_options(project):
    """Those that the model does not give are the usual ones again."""
    options = "SELECT seqstart, seqincrement, seqcycle FROM pg_sequence"
    before = things(sa.Identity(start=5, increment=10, cycle=True))
    go(project, before)
    assert inserted(project) == 5

    def after(db):
        key = sa.Column("number", sa.Integer, sa.Identity(always=True), primary_key=True)
        db.Table("thing", db.metadata, key, sa.Column("n", sa.Integer))

    go(project, after, rename="thing.id=number")
    assert project.execute(options) == [(1, 1, False)]
    upgraded(project, "downgrade")
    assert project.execute(options) == [(5, 10, True)]
    assert inserted(project) == 15


def test_names_that_have_to_be_quoted(project):
    """A schema and a table with capitals and blanks."""
    project.execute('CREATE SCHEMA "My Own"')
    names = {"name": "A Thing", "schema": "My Own"}
    project.options = {"include_schemas": True}
    go(project, things(**names))
    table = '"My Own"."A Thing"'
    inserted(project, table)
    go(project, things(sa.Identity(), **names))
    assert inserted(project, table) == 2
    upgraded(project, "downgrade")
    assert inserted(project, table) == 3
