"""What a person sees when a revision fails."""

from __future__ import annotations

import pytest

from flask_migrate import places

from .project import Project

FAILING = """\
op.create_table("thing", sa.Column("id", sa.Integer))
op.execute(
    "INSERT INTO nowhere "
    "VALUES (1)"
)
"""


@pytest.fixture(params=["flask db", "manage.py db"])
def screen(request, started: Project):
    """Standard error of an upgrade over three revisions, of which the second fails."""
    started.write_revisions(2)
    file = started.edit_revision(FAILING)
    started.run("revision", message="number 3", rev_id="rev3")
    outcome = started.run("upgrade", request.param)
    assert outcome.exit_code == 1
    return outcome.stderr, file


def test_it_names_the_revision_the_file_and_the_line(screen):
    """The place can be opened."""
    text, file = screen
    line = file.read_text().splitlines().index("    op.execute(") + 1
    assert f"Error: Revision rev2 failed: migrations/versions/{file.name}, line {line}: " in text


def test_it_has_the_words_of_the_database(screen):
    """What the database said is quoted."""
    assert "OperationalError: no such table: nowhere\n" in screen[0]


def test_it_shows_the_operation(screen):
    """The statement of the revision, in one line."""
    assert '\n  Operation: op.execute( "INSERT INTO nowhere " "VALUES (1)" )\n' in screen[0]


def test_it_shows_the_sql(screen):
    """The statement that the database refused."""
    assert "\n  SQL: INSERT INTO nowhere VALUES (1)\n" in screen[0]


def test_it_tells_what_has_not_been_applied(screen):
    """A run of one transaction applied none of them."""
    assert "\nNot applied: rev1, rev2, rev3.\n" in screen[0]


def test_it_tells_what_to_run_next(screen):
    """The last line is a command."""
    assert screen[0].rstrip().endswith(" db upgrade")


def test_it_has_no_traceback(screen):
    """That is for ``--verbose``."""
    assert "Traceback" not in screen[0]


def test_values_of_a_statement_are_not_shown(started):
    """A row may hold a secret; the SQL has placeholders."""
    started.write_revisions(1)
    started.edit_revision(
        'op.bulk_insert(sa.table("nowhere", sa.column("key")), [{"key": "s3cret"}])'
    )
    told = started.run("upgrade").error
    assert "INSERT INTO nowhere" in told.sql
    assert "s3cret" not in f"{told.sql}{told.said}{told.message}"


def test_what_postgresql_adds_is_shown(project: Project, postgresql_url):
    """The detail of an error says which row it was."""
    project.url = postgresql_url
    project.run("init")
    project.write_revisions(1)
    project.edit_revision(
        'op.execute("CREATE TABLE a (x INTEGER UNIQUE)")\n'
        'op.execute("INSERT INTO a VALUES (7), (7)")'
    )
    outcome = project.run("upgrade", "flask db")
    assert "\n  Database: DETAIL: Key (x)=(7) already exists.\n" in outcome.stderr


SOURCE = """\
def upgrade():
    with batch() as it:
        it.add(
            1,
        )
"""


@pytest.mark.parametrize(
    ("line", "statement"), [(2, "with batch() as it:"), (4, "it.add( 1, )"), (9, "")]
)
def test_the_statement_on_a_line(tmp_path, line, statement):
    """The innermost one; of a block its first line."""
    path = tmp_path / "revision.py"
    path.write_text(SOURCE)
    assert places.statement_at(str(path), line) == statement


def test_a_file_that_is_gone_has_no_statement(tmp_path):
    """The error is told all the same."""
    assert places.statement_at(str(tmp_path / "gone.py"), 1) == ""


def test_a_long_statement_is_cut():
    """The error stays on one screen."""
    assert len(places.shortened("x " * 1000)) < 400
