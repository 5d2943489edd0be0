"""Tables in several schemas of PostgreSQL, with all that ``migrate`` writes about them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

SCHEMA = "My Shop"


def before(db):
    team = db.Table(
        "team", db.metadata, sa.Column("id", sa.Integer, primary_key=True), schema=SCHEMA
    )
    db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(20), index=True),
        sa.Column("mood", sa.Enum("sad", "happy", name="mood", schema=SCHEMA)),
        sa.Column("team_id", sa.ForeignKey(team.c.id)),
        schema=SCHEMA,
    )
    # The same name elsewhere is another table.
    db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(20)),
        sa.Column("team_id", sa.ForeignKey(team.c.id)),
    )


def after(db):
    team = db.Table(
        "team", db.metadata, sa.Column("id", sa.Integer, primary_key=True), schema=SCHEMA
    )
    db.Table(
        "item",
        db.metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("text", sa.String(30), index=True, nullable=False, comment="it's"),
        sa.Column(
            "mood",
            sa.Enum("new", "mad", "happy", name="mood", schema=SCHEMA),
            server_default="happy",
        ),
        sa.Column("team_id", sa.ForeignKey(team.c.id, ondelete="CASCADE", match="FULL")),
        sa.Column("code", sa.Integer, nullable=False, unique=True),
        sa.CheckConstraint("code > 0", name="ck"),
        schema=SCHEMA,
    )
    db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(20)),
        sa.Column("team_id", sa.ForeignKey(team.c.id)),
    )


OPTIONS = {
    "rename_table": f"{SCHEMA}.thing=item",
    "rename": f"{SCHEMA}.item.word=text",
    "rename_value": f"{SCHEMA}.mood.sad=mad",
    "default": [f"{SCHEMA}.item.code=id", f"{SCHEMA}.item.text='?'"],
    "strict": True,
}


@pytest.fixture
def project(begun, postgresql_url):
    """The first tables with rows; the one without a schema is in ``public``."""
    project = begun(postgresql_url)
    project.options = {"include_schemas": True}
    project.execute(f'CREATE SCHEMA "{SCHEMA}"')
    project.models = before
    outcome = project.run("migrate", message="before")
    assert outcome.exit_code == 0, outcome.error
    assert project.run("upgrade").exit_code == 0
    assert project.run("check").exit_code == 0
    project.execute(f"INSERT INTO \"{SCHEMA}\".thing (word, mood) VALUES ('w', 'sad')")
    project.execute("INSERT INTO thing (word) VALUES ('other')")
    return project


def test_all_at_once_there_and_back(project):
    """Renames, a label, values for rows, an identity, constraints; rows stay, nothing is left."""
    project.models = after
    outcome = project.run("migrate", **OPTIONS)
    assert outcome.exit_code == 0, outcome.error
    outcome = project.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
    checked = project.run("check")
    assert checked.exit_code == 0, checked.error
    assert project.execute(f'SELECT text, mood, code FROM "{SCHEMA}".item') == [("w", "mad", 1)]
    outcome = project.run("downgrade")
    assert outcome.exit_code == 0, outcome.error
    assert project.execute(f'SELECT word, mood FROM "{SCHEMA}".thing') == [("w", "sad")]
    assert project.execute("SELECT word FROM thing") == [("other",)]
    project.models = before
    for path in project.revision_files():
        if "before" not in path.name:
            path.unlink()
    checked = project.run("check")
    assert checked.exit_code == 0, checked.error


def test_everything_goes(project):
    """The tables and the type of the schema; the downgrade brings them back."""
    project.models = lambda db: db.Table(
        "other", db.metadata, sa.Column("id", sa.Integer, primary_key=True)
    )
    outcome = project.run("migrate", no_rename=True, allow_drop_all=True)
    assert outcome.exit_code == 0, outcome.error
    outcome = project.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
    assert project.run("check").exit_code == 0
    outcome = project.run("downgrade")
    assert outcome.exit_code == 0, outcome.error
    project.execute(f"INSERT INTO \"{SCHEMA}\".thing (word, mood) VALUES ('w', 'sad')")


@pytest.fixture
def untold(begun, postgresql_url):
    """A project that says nothing of schemas; there is none but the default one."""
    return begun(postgresql_url)


def shop(*names, sequence=None):
    """Tables in a schema, and one in the default one."""

    def models(db):
        key = [sa.Sequence(sequence, schema=SCHEMA)] if sequence else []
        for name in names:
            mood = sa.Column("mood", sa.Enum("sad", name=f"{name}_mood", schema=SCHEMA))
            number = sa.Column("id", sa.Integer, *key, primary_key=True)
            db.Table(name, db.metadata, number, mood, schema=SCHEMA)
        db.Table("other", db.metadata, sa.Column("id", sa.Integer, primary_key=True))

    return models


def applied(project, models, **options):
    project.models = models
    for command, given in (("migrate", options), ("upgrade", {}), ("check", {})):
        outcome = project.run(command, **given)
        assert outcome.exit_code == 0, outcome.error


def tables(project):
    engine = sa.create_engine(project.url)
    found = sorted(sa.inspect(engine).get_table_names(schema=SCHEMA))
    engine.dispose()
    return found


def test_a_schema_is_made_with_its_first_table(untold):
    """And goes with the last one; nobody has to say that there are schemas."""
    applied(untold, shop("team", sequence="numbers"))
    assert tables(untold) == ["team"]
    assert untold.run("downgrade").exit_code == 0
    assert SCHEMA not in str(untold.execute("SELECT nspname FROM pg_namespace"))
    assert untold.run("upgrade").exit_code == 0


def test_a_schema_with_something_else_in_it_is_not_dropped(untold):
    """The downgrade stops, and nothing is changed."""
    applied(untold, shop("team"))
    untold.execute(f'CREATE TABLE "{SCHEMA}".foreign_one (id integer)')
    outcome = untold.run("downgrade")
    assert outcome.exit_code == 1
    assert "cannot drop schema" in str(outcome.error)
    assert tables(untold) == ["foreign_one", "team"]


def test_tables_in_the_schema_of_a_model_are_renamed_and_dropped(untold):
    """Those that the project made; one of another program stays."""
    applied(untold, shop("team", "gone"))
    untold.execute(f'CREATE TABLE "{SCHEMA}".foreign_one (id integer)')
    untold.execute(f'INSERT INTO "{SCHEMA}".team (id) VALUES (5)')
    applied(untold, shop("crew"), rename_table=f"{SCHEMA}.team=crew", allow_drops=True)
    assert tables(untold) == ["crew", "foreign_one"]
    assert untold.execute(f'SELECT id FROM "{SCHEMA}".crew') == [(5,)]
    assert untold.run("downgrade").exit_code == 0
    assert tables(untold) == ["foreign_one", "gone", "team"]


def test_other_schemas_are_not_looked_at(untold):
    """Without include_schemas."""
    applied(untold, shop("team"))
    untold.execute("CREATE SCHEMA elsewhere")
    untold.execute("CREATE TABLE elsewhere.team (id integer)")
    assert untold.run("check").exit_code == 0


def in_schema(schema):
    def models(db):
        db.Table("team", db.metadata, sa.Column("id", sa.Integer, primary_key=True), schema=schema)
        db.Table("other", db.metadata, sa.Column("id", sa.Integer, primary_key=True))

    return models


def test_another_database_of_mariadb_is_looked_at(begun, mariadb_url):
    """A schema is a database there; it has to exist."""
    project = begun(mariadb_url)
    schema = f"{mariadb_url.database}_shop"
    project.execute(f"CREATE DATABASE {schema}")
    try:
        applied(project, in_schema(schema))
        assert project.execute(f"SELECT count(*) FROM {schema}.team") == [(0,)]
        assert project.run("downgrade").exit_code == 0
    finally:
        project.execute(f"DROP DATABASE {schema}")
