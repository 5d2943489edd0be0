"""``plan``: what a run would do, and that nothing is done."""

from __future__ import annotations

import json

import pytest
from alembic.operations import MigrateOperation, Operations

from flask_migrate.planning import PlannedOperation


@pytest.fixture
def two_columns(started, database_url):
    """A project on each database whose second revision changes a table that has rows."""
    started.url = database_url
    started.run("revision", rev_id="one", message="make")
    started.edit_revision(
        'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), '
        'sa.Column("a", sa.String(9)), sa.Column("b", sa.Integer))',
        'op.drop_table("t")',
    )
    started.run("upgrade")
    started.execute("INSERT INTO t (id, a, b) VALUES (1, 'x', 1), (2, NULL, 2)")
    started.run("revision", rev_id="two", message="change")
    started.edit_revision(
        """
        with op.batch_alter_table("t") as batch:
            batch.drop_column("a")
            batch.alter_column("b", existing_type=sa.Integer(), type_=sa.String(5))
            batch.add_column(sa.Column("c", sa.Integer, nullable=True))
        op.execute("UPDATE t SET c = 1")
        """,
        'op.add_column("t", sa.Column("a", sa.String(9)))',
    )
    return started


def only_step(outcome):
    (plan,) = outcome.value
    (step,) = plan.steps
    return step


def planned(project, body, downgrade="pass"):
    """The operations of one revision with *body*."""
    project.run("revision", rev_id="one")
    project.edit_revision(body, downgrade)
    return only_step(project.run("plan"))


def test_each_operation_is_told(two_columns):
    """Symbols, types, and how many values a drop and a changed type concern."""
    step = only_step(two_columns.run("plan"))
    assert step.operations == (
        PlannedOperation("-", "column t.a", 1),
        PlannedOperation("~", "column t.b INTEGER -> VARCHAR(5)", 2),
        PlannedOperation("+", "column t.c INTEGER"),
        PlannedOperation("s", "SQL: UPDATE t SET c = 1"),
    )


def test_it_says_where_the_database_is(two_columns):
    """The plan begins at the revision that the database has."""
    (plan,) = two_columns.run("plan").value
    assert (plan.database, plan.heads) == ("default", ("one",))
    assert [step.revision for step in plan.steps] == ["two"]


def test_nothing_is_done(two_columns):
    """The database has the revision, the columns and the rows that it had."""
    two_columns.run("plan")
    assert two_columns.current() == {"one"}
    assert two_columns.execute("SELECT a, b FROM t ORDER BY id") == [("x", 1), (None, 2)]


def test_a_transaction_is_told_where_the_database_has_one(two_columns):
    """MariaDB commits each statement of DDL by itself."""
    is_transactional = not str(two_columns.url).startswith("mysql")
    assert only_step(two_columns.run("plan")).is_transactional is is_transactional


def test_a_downgrade_counts_the_rows_that_it_drops(two_columns):
    """``--down`` is the plan of ``downgrade``."""
    step = only_step(two_columns.run("plan", down=True))
    assert (step.revision, step.is_upgrade) == ("one", False)
    assert step.operations == (PlannedOperation("-", "table t", 2),)


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
@pytest.mark.parametrize("name", ["plan", "upgrade"])
def test_both_command_lines_show_it(two_columns, face, name):
    """``plan`` and ``upgrade --plan`` show the same on standard output."""
    given = {"plan": True} if name == "upgrade" else {}
    shown = two_columns.run(name, face, **given).stdout
    assert "now one   1 revision, 4 operations" in shown
    assert "+ two change" in shown
    assert "    - column t.a   1 row\n" in shown
    assert two_columns.current() == {"one"}


def test_nothing_to_do_is_said(two_columns):
    """A database at the head has an empty plan."""
    two_columns.run("upgrade")
    assert "now two   nothing to do" in two_columns.run("plan", "flask db").stdout


def test_an_empty_database_is_not_written_to(started):
    """Not even the table alembic_version is made."""
    started.run("migrate")
    assert only_step(started.run("plan")).operations[0].text == "table user"
    assert started.tables() == set()


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_the_document_has_the_operations(two_columns, face):
    """``--json`` writes the value of the function."""
    document = json.loads(two_columns.run("plan", face, json=True).stdout)
    (found,) = document["result"]
    assert found["heads"] == ["one"]
    assert found["steps"][0]["operations"][0] == {
        "symbol": "-",
        "text": "column t.a",
        "rows": 1,
        "sql": None,
    }


@pytest.mark.parametrize(
    "body",
    [
        "op.get_bind().execute(sa.text('DELETE FROM t'))",
        "from alembic import context; context.get_bind().execute(sa.text('DELETE FROM t'))",
        "sa.orm.Session(op.get_bind()).execute(sa.text('DELETE FROM t'))",
        "from flask import current_app\n"
        "current_app.extensions['sqlalchemy'].session.execute(sa.text('DELETE FROM t'))",
        "try:\n    op.get_bind().execute(sa.text('DELETE FROM t'))\nexcept Exception:\n    pass",
    ],
)
def test_python_that_uses_the_database_is_named_and_not_run(started, body):
    """A revision gets no answer of the database, by any way to it."""
    started.execute("CREATE TABLE t (id INTEGER)")
    started.execute("INSERT INTO t VALUES (1)")
    step = planned(started, "import sqlalchemy.orm\nop.execute('SELECT 1')\n" + body)
    assert [each.symbol for each in step.operations] == ["s", "p"]
    assert started.execute("SELECT id FROM t") == [(1,)]


def test_the_dialect_may_be_asked_for(started):
    """A revision that divides by database is planned for the one that there is."""
    step = planned(started, "op.execute(op.get_bind().dialect.name)")
    assert [each.text for each in step.operations] == ["SQL: sqlite"]


def test_an_error_of_a_revision_is_told(started):
    """What it raised stands where the rest would."""
    step = planned(started, "op.execute('SELECT 1')\nraise ValueError('on purpose')")
    assert step.operations[-1] == PlannedOperation("?", "not known: ValueError: on purpose")


def test_a_table_may_be_filled_after_it_is_made(started):
    """What ``create_table()`` returns can be used."""
    step = planned(
        started,
        "t = op.create_table('t', sa.Column('id', sa.Integer))\n"
        "op.bulk_insert(t, [{'id': 1}, {'id': 2}])",
    )
    assert [each.text for each in step.operations] == ["table t", "2 rows in t"]


@pytest.mark.parametrize(
    ("downgrade", "is_reversible"),
    [("pass", False), ("raise NotImplementedError", False), ("op.drop_table('t')", True)],
)
def test_a_way_back_is_looked_for(started, downgrade, is_reversible):
    """A downgrade that does nothing or raises is none."""
    step = planned(started, "op.create_table('t', sa.Column('id', sa.Integer))", downgrade)
    assert step.is_reversible is is_reversible


def test_leaving_the_transaction_is_told(started):
    """An ``autocommit_block()`` cannot be undone."""
    body = "with op.get_context().autocommit_block():\n    op.execute('VACUUM')"
    assert planned(started, body).is_transactional is False


def test_a_concurrent_index_is_told(started, postgresql_url):
    """PostgreSQL builds it outside the transaction."""
    started.url = postgresql_url
    step = planned(started, "op.create_index('i', 't', ['a'], postgresql_concurrently=True)")
    assert step.is_transactional is False


def test_a_run_after_a_plan_works_in_the_same_process(two_columns):
    """``alembic.op`` leads to the database again."""
    two_columns.run("plan")
    assert two_columns.run("upgrade").exit_code == 0
    assert two_columns.current() == {"two"}


def test_each_bind_has_a_plan(project):
    """A project for several databases is planned for each, or for those that are chosen."""
    project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.run("init", multidb=True)
    project.run("revision", rev_id="one")
    path = project.revision_files()[0]
    with path.open("a") as file:
        file.write("\n\ndef upgrade_other():\n    op.execute('X')\n")
    plans = project.run("plan").value
    assert [each.database for each in plans] == ["default", "other"]
    assert [len(each.steps[0].operations) for each in plans] == [0, 1]
    (chosen,) = project.run("plan", bind="other").value
    assert chosen.database == "other"


def test_the_sql_of_each_operation_is_told(started, database_url):
    """As the database will get it."""
    started.url = database_url
    operations = with_sql(
        started,
        'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))\n'
        'op.create_index("i", "t", ["id"])\nop.execute("UPDATE t SET id = 5")',
    )
    assert [each.sql[0].split("\n")[0] for each in operations] == [
        "CREATE TABLE t (",
        "CREATE INDEX i ON t (id);",
        "UPDATE t SET id = 5;",
    ]


def with_sql(project, body):
    project.run("revision", rev_id="one")
    project.edit_revision(body)
    return only_step(project.run("plan", sql=True)).operations


def test_the_sql_of_a_batch_is_told(started, postgresql_url):
    """Where the database can alter tables, a batch is its operations."""
    started.url = postgresql_url
    operations = with_sql(
        started,
        'with op.batch_alter_table("t") as batch:\n'
        '    batch.add_column(sa.Column("a", sa.Integer))\n    batch.drop_column("b")',
    )
    assert [each.text for each in operations] == ["column t.a INTEGER", "column t.b"]
    assert operations[-1].sql == (
        "ALTER TABLE t ADD COLUMN a INTEGER;",
        "ALTER TABLE t DROP COLUMN b;",
    )


def test_a_copy_of_a_table_has_no_sql_beforehand(started):
    """What SQLite copies depends on the table as it is then."""
    operations = with_sql(
        started, 'with op.batch_alter_table("t") as batch:\n    batch.drop_column("b")'
    )
    assert [each.sql for each in operations] == [None]


def test_what_cannot_be_sql_does_not_end_the_plan(started):
    """The operations after it are told."""
    operations = with_sql(
        started,
        'op.create_unique_constraint("u", "t", ["a"])\nop.execute("SELECT 1")',
    )
    assert [each.sql for each in operations] == [None, ("SELECT 1;",)]


@Operations.register_operation("two_for_the_plan")
class TwoOp(MigrateOperation):
    """An operation of a plugin."""

    @classmethod
    def two_for_the_plan(cls, operations):
        return operations.invoke(cls())


@Operations.implementation_for(TwoOp)
def two_for_the_plan(operations, operation):
    operations.execute("SELECT 1")
    operations.execute("SELECT 2")


def test_an_operation_made_of_others_is_one(started):
    """What a plugin does with ``op.execute()`` is its SQL."""
    operations = with_sql(started, "op.two_for_the_plan()")
    assert [(each.text, each.sql) for each in operations] == [("Two", ("SELECT 1;", "SELECT 2;"))]


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_both_command_lines_show_the_sql(two_columns, face):
    """Below each operation; where it is not known, that is said."""
    shown = two_columns.run("plan", face, sql=True).stdout
    assert "    s SQL: UPDATE t SET c = 1\n        UPDATE t SET c = 1;\n" in shown
    is_copied = str(two_columns.url).startswith("sqlite")
    assert ("        -- It depends on the table as it is then.\n" in shown) is is_copied


def test_the_document_may_have_the_sql(two_columns):
    """``--json`` and ``--sql`` go together here."""
    (found,) = json.loads(two_columns.run("plan", "flask db", sql=True, json=True).stdout)["result"]
    assert found["steps"][0]["operations"][-1]["sql"] == ["UPDATE t SET c = 1;"]


def test_a_downgrade_has_its_sql(two_columns):
    """``--down`` and ``--sql`` go together, for people and for programs."""
    shown = two_columns.run("plan", "flask db", down=True, sql=True).stdout
    assert "    - table t   2 rows\n        DROP TABLE t;\n" in shown
    document = two_columns.run("plan", "flask db", down=True, sql=True, json=True).stdout
    (found,) = json.loads(document)["result"]
    assert found["steps"][0]["operations"][0]["sql"] == ["DROP TABLE t;"]


def test_sql_that_is_the_output_excludes_a_document(two_columns):
    """Elsewhere ``--sql`` is what the command writes."""
    outcome = two_columns.run("upgrade", "flask db", sql=True, json=True)
    assert outcome.exit_code == 2
    assert "--json and --sql both write to standard output" in outcome.stderr


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
@pytest.mark.parametrize("down", [False, True])
def test_the_exit_code_says_whether_there_is_something_to_do(two_columns, face, down):
    """4 where there is; the plan is shown all the same."""
    outcome = two_columns.run("plan", face, exit_code=True, down=down)
    assert outcome.exit_code == 4
    assert "1 revision, " in outcome.stdout
    assert f"Revisions are to be {'undone' if down else 'applied'} (default: 1)" in outcome.stderr


def test_the_exit_code_is_0_where_there_is_nothing_to_do(two_columns):
    """A database at the head."""
    two_columns.run("upgrade")
    assert two_columns.run("plan", exit_code=True).exit_code == 0


@pytest.mark.parametrize("target", ["nothing@base", "nothing@head", "nothing"])
@pytest.mark.parametrize("down", [False, True])
def test_a_branch_that_is_not_there_is_refused(two_columns, target, down):
    """A plan to nowhere would be empty, and look good."""
    assert "nothing" in str(two_columns.run("plan", revision=target, down=down).error)
