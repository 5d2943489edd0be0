"""Types of SQLAlchemy-Utils, GeoAlchemy2 and pgvector: written so that the file runs."""

from __future__ import annotations

import enum
from functools import partial

import geoalchemy2
import pytest
import sqlalchemy as sa
import sqlalchemy_utils
from pgvector.sqlalchemy import HALFVEC, Vector

from ..project import Project


class Color(enum.Enum):
    red = 1
    blue = 2


#: Types that each database can store, and what the file says.
EVERYWHERE = {
    "EmailType": (
        sqlalchemy_utils.EmailType,
        "sqlalchemy_utils.types.email.EmailType(length=255)",
    ),
    "URLType": (sqlalchemy_utils.URLType, "sqlalchemy_utils.types.url.URLType()"),
    "UUIDType": (sqlalchemy_utils.UUIDType, "sqlalchemy_utils.types.uuid.UUIDType()"),
    "UUIDType as text": (
        lambda: sqlalchemy_utils.UUIDType(binary=False),
        "sqlalchemy_utils.types.uuid.UUIDType(binary=False)",
    ),
    "IPAddressType": (
        sqlalchemy_utils.IPAddressType,
        "sqlalchemy_utils.types.ip_address.IPAddressType(length=50)",
    ),
    "JSONType": (sqlalchemy_utils.JSONType, "sqlalchemy_utils.types.json.JSONType()"),
    "ScalarListType": (
        lambda: sqlalchemy_utils.ScalarListType(int),
        "sqlalchemy_utils.types.scalar_list.ScalarListType()",
    ),
    "ChoiceType": (
        lambda: sqlalchemy_utils.ChoiceType([("a", "A"), ("b", "B")]),
        "sa.Unicode(length=255)",
    ),
    "ChoiceType of an enum": (
        lambda: sqlalchemy_utils.ChoiceType(Color, impl=sa.Integer()),
        "sa.Integer()",
    ),
    "PasswordType": (lambda: sqlalchemy_utils.PasswordType(schemes=["pbkdf2_sha512"]), "length="),
    "TimezoneType": (
        lambda: sqlalchemy_utils.TimezoneType(backend="zoneinfo"),
        "sa.Unicode(length=50)",
    ),
}


def thing(type_):
    """A table with a column of the type, or without it."""

    def models(db):
        columns = [] if type_ is None else [sa.Column("value", type_)]
        db.Table("thing", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)

    return models


def started(folder, monkeypatch, url):
    monkeypatch.chdir(folder)
    project = Project(folder, url)
    project.run("init")
    return project


def go(project, type_):
    """Migrate and upgrade; there is nothing to find after that."""
    project.models = thing(type_)
    outcome = project.run("migrate")
    assert outcome.exit_code == 0, outcome.error
    upgraded = project.run("upgrade")
    assert upgraded.exit_code == 0, upgraded.error
    checked = project.run("check")
    assert checked.exit_code == 0, checked.error
    return outcome.value._script_path.read_text()


@pytest.mark.parametrize(("type_", "written"), EVERYWHERE.values(), ids=EVERYWHERE)
def test_a_table_and_a_column_are_made(tmp_path, monkeypatch, database_url, type_, written):
    """The import is there, the file runs both ways, and a second ``migrate`` finds nothing."""
    project = started(tmp_path, monkeypatch, database_url)
    go(project, None)
    text = go(project, type_())
    assert written in text
    module = written.rpartition(".")[0]
    assert module in ("", "sa") or f"import {module}\n" in text
    assert project.run("downgrade").exit_code == 0
    assert project.run("downgrade").exit_code == 0
    for path in project.revision_files():
        path.unlink()
    project.execute("DROP TABLE alembic_version")
    assert written in go(project, type_())


@pytest.mark.parametrize("type_", [Vector(3), HALFVEC(3), sa.BINARY(16)], ids=repr)
def test_sqlite_keeps_a_type_that_it_does_not_know(tmp_path, monkeypatch, type_):
    """What was made from the model is no difference; another size is."""
    project = started(tmp_path, monkeypatch, f"sqlite:///{tmp_path / 'app.db'}")
    go(project, type_)
    other = type(type_)(4)
    project.models = thing(other)
    assert project.run("check").exit_code == 1


def test_the_stored_type_is_told(tmp_path, monkeypatch):
    """Who wants more gives the type a ``__repr__`` or Migrate a ``render_item``."""
    project = started(tmp_path, monkeypatch, f"sqlite:///{tmp_path / 'app.db'}")
    project.models = thing(sqlalchemy_utils.ChoiceType([("a", "A")]))
    outcome = project.run("migrate", "flask db")
    assert "ChoiceType does not say how it is made; what it is stored as is written." in (
        outcome.stderr
    )


def test_a_type_of_an_extension_that_is_there(tmp_path, monkeypatch, postgresql_url):
    """LtreeType, which PostgreSQL brings along."""
    project = started(tmp_path, monkeypatch, postgresql_url)
    project.execute("CREATE EXTENSION ltree")
    text = go(project, sqlalchemy_utils.LtreeType())
    assert "import sqlalchemy_utils.types.ltree\n" in text
    assert project.run("downgrade").exit_code == 0


#: Types of extensions that need not be there: what SQL becomes of the file.
OF_EXTENSIONS = {
    "Vector": (lambda: Vector(3), "import pgvector.sqlalchemy", "value VECTOR(3)"),
    "HALFVEC": (lambda: HALFVEC(3), "import pgvector.sqlalchemy", "value HALFVEC(3)"),
    "Geometry": (
        lambda: geoalchemy2.Geometry("POINT", srid=4326),
        "import geoalchemy2.types",
        "value geometry(POINT,4326)",
    ),
    "Geography": (
        lambda: geoalchemy2.Geography("POINT"),
        "import geoalchemy2.types",
        "value geography(POINT,-1)",
    ),
}


@pytest.mark.parametrize(("type_", "imported", "made"), OF_EXTENSIONS.values(), ids=OF_EXTENSIONS)
def test_sql_is_made_of_the_file(tmp_path, monkeypatch, postgresql_url, type_, imported, made):
    """The file is read and run without the extension; a spatial index is made once."""
    project = started(tmp_path, monkeypatch, postgresql_url)
    project.models = thing(type_())
    text = project.run("migrate").value._script_path.read_text()
    assert imported in text
    sql = project.run("upgrade", "flask db", sql=True).stdout
    assert made in sql
    is_spatial = imported.startswith("import geo")
    assert sql.count("CREATE INDEX") == is_spatial
    assert ("USING gist" in sql) == is_spatial


def places(name, db):
    """Columns that PostGIS has, with each kind of index on them; *name* is of the first."""
    db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(name, geoalchemy2.Geometry("POINT", srid=4326), nullable=False),
        sa.Column("area", geoalchemy2.Geography("POLYGON", srid=4326, spatial_index=False)),
        sa.Column("deep", geoalchemy2.Geometry("POINTZ", dimension=3, use_N_D_index=True)),
    )


def vectors(name, db):
    """Columns that pgvector has, with its indexes on them; *name* is of the first."""
    db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(name, Vector(3), nullable=False),
        sa.Column("half", HALFVEC(4)),
        sa.Index(
            "ix_value",
            name,
            postgresql_using="hnsw",
            postgresql_with={"m": 16, "ef_construction": 64},
            postgresql_ops={name: "vector_l2_ops"},
        ),
        sa.Index(
            "ix_half",
            "half",
            postgresql_using="ivfflat",
            postgresql_with={"lists": 10},
            postgresql_ops={"half": "halfvec_cosine_ops"},
        ),
    )


#: What a server needs, the models that use it, and a value.
#: What a server needs, the models that use it, and a value.
EXTENSIONS = {
    "PostGIS": ("postgis", places, "ST_SetSRID(ST_MakePoint(1, 2), 4326)"),
    "pgvector": ("vector", vectors, "'[1,2,3]'"),
}


def indexes(project):
    sql = "SELECT indexdef FROM pg_indexes WHERE tablename = 'thing' ORDER BY 1"
    return [row[0] for row in project.execute(sql)]


@pytest.mark.parametrize("name", EXTENSIONS)
@pytest.mark.parametrize("batch", [True, False], ids=["batch", "plain"])
def test_rows_and_indexes_there_and_back(tmp_path, monkeypatch, postgresql_url, name, batch):
    """A NOT NULL column comes to rows, gets another name, goes, and comes back with a value."""
    extension, models, value = EXTENSIONS[name]
    project = started(tmp_path, monkeypatch, postgresql_url)
    sql = f"SELECT 1 FROM pg_available_extensions WHERE name = '{extension}'"
    if not project.execute(sql):
        pytest.skip(f"{name} is not installed on the PostgreSQL of the tests.")
    project.execute(f"CREATE EXTENSION {extension}")
    project.options = {"render_as_batch": batch}
    go(project, None)
    project.execute("INSERT INTO thing VALUES (1)")

    def changed(models, **options):
        project.models = models
        for name in ("migrate", "upgrade", "check"):
            outcome = project.run(name, **options)
            assert outcome.exit_code == 0, outcome.error
            options = {}

    changed(partial(models, "value"), default=f"thing.value={value}", strict=True)
    before, made = indexes(project), project.execute("SELECT * FROM thing")
    changed(partial(models, "other"), rename="thing.value=other")
    assert project.execute("SELECT * FROM thing") == made
    assert project.run("downgrade").exit_code == 0
    assert indexes(project) == before
    assert project.run("upgrade").exit_code == 0
    changed(thing(None))
    assert project.run("downgrade").exit_code == 0
    assert project.execute("SELECT count(other) FROM thing") == [(1,)]
    for _ in range(3):
        assert project.run("downgrade").exit_code == 0
    assert "thing" not in project.tables()


def test_a_stored_column_is_no_change_where_geoalchemy2_makes_it_virtual(
    tmp_path, monkeypatch, mariadb_url
):
    """It compiles each generated column of MariaDB in its own way."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, mariadb_url)
    project.run("init")
    project.models = lambda db: db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("n", sa.Integer),
        sa.Column("next", sa.Integer, sa.Computed("n + 1", persisted=True)),
    )
    assert project.run("migrate").exit_code == 0
    assert project.run("upgrade").exit_code == 0
    assert project.run("check").exit_code == 0
