"""Sequences that models name."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from .test_renames import down, up


def shop(sequence=None, name="item", is_of_number=True, **options):
    """A table whose key and number may come from sequences."""

    def models(db):
        empty(db)
        key = [sa.Sequence(f"of {sequence}", start=3)] if sequence else []
        number = [sa.Sequence(sequence, **options)] if sequence and is_of_number else []
        db.Table(
            name,
            db.metadata,
            sa.Column("id", sa.Integer, *key, primary_key=True),
            sa.Column("n", sa.Integer, *number),
        )

    return models


def empty(db):
    """Another table."""
    db.Table("other", db.metadata, sa.Column("id", sa.Integer, primary_key=True))


@pytest.fixture
def project(begun, database_url):
    """An empty project on each kind of database."""
    return begun(database_url)


def migrate(project, models, **options):
    project.models = models
    outcome = project.run("migrate", **options)
    assert outcome.exit_code == 0, outcome.error
    up(project)


def insert(project, name="item"):
    """Insert a row as an application does; return it."""
    app = project.app()
    with app.app_context():
        db = app.extensions["sqlalchemy"]
        table = db.metadata.tables[name]
        with db.engine.begin() as connection:
            connection.execute(table.insert())
            rows = connection.execute(sa.select(table).order_by(table.c.id)).all()
        db.engine.dispose()
    return tuple(rows[-1])


def has_sequences(project):
    return project.url.get_backend_name() != "sqlite"


def test_a_new_table_gets_its_sequences(project):
    """Before it, as its defaults may name them; a row can be inserted."""
    migrate(project, empty)
    migrate(project, shop("se'q %x", start=5))
    assert insert(project) == ((3, 5) if has_sequences(project) else (1, None))
    down(project, empty)
    migrate(project, shop("se'q %x", start=5))


def test_a_new_sequence_begins_after_the_numbers_that_are_there(project):
    """Also where the table has another name from then on."""
    migrate(project, shop())
    project.execute("INSERT INTO item (id, n) VALUES (7, 70)")
    migrate(project, shop("seq", name="thing"), rename_table="item=thing")
    assert insert(project, "thing") == ((8, 71) if has_sequences(project) else (8, None))
    down(project, shop())
    assert len(project.execute("SELECT * FROM item")) == 2


def test_a_default_in_the_database_may_take_from_a_sequence(project):
    """It is there before the column is added."""
    if not has_sequences(project):
        pytest.skip("SQLite has none")
    migrate(project, shop())
    project.execute("INSERT INTO item (id, n) VALUES (7, 70)")

    def defaulting(db):
        shop()(db)
        sequence = sa.Sequence("seq", metadata=db.metadata)
        added = sa.Column("m", sa.Integer, server_default=sequence.next_value(), nullable=False)
        db.metadata.tables["item"].append_column(added)

    migrate(project, defaulting)
    assert project.execute("SELECT m FROM item") == [(1,)]
    down(project, shop())


def test_a_sequence_that_no_model_names_stays(project):
    """It may be of another program."""
    migrate(project, shop("seq"))
    project.models = shop("seq", is_of_number=False)
    assert project.run("check").exit_code == 0


def test_the_sequence_of_a_table_that_is_left_alone_is_not_made(project):
    """Nor is an optional one where keys count by themselves."""
    project.options = {"exclude_tables": ["item"]}

    def models(db):
        shop("seq")(db)
        optional = sa.Sequence("optional", optional=True)
        db.Table("o", db.metadata, sa.Column("id", sa.Integer, optional, primary_key=True))

    migrate(project, models)
    text = project.revision_files()[-1].read_text()
    assert "of seq" not in text
    # MariaDB counts by itself, too; SQLAlchemy makes the sequence there all the same.
    assert "SEQUENCE" not in text or project.url.get_backend_name() == "mysql"
    assert insert(project, "o") == (1,)


def test_a_message_names_a_sequence(project):
    """Where nothing else is new."""
    if not has_sequences(project):
        pytest.skip("SQLite has none")
    migrate(project, shop())

    def with_sequence(db):
        shop()(db)
        sa.Sequence("numbers", metadata=db.metadata)

    migrate(project, with_sequence)
    assert any("add_numbers" in path.name for path in project.revision_files())
