"""Types of SQLAlchemy-Utils, GeoAlchemy2 and pgvector: written so that the file runs."""

from __future__ import annotations

import enum

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
