"""Projects for several databases: which, in which order, and what is said when one fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from flask_migrate import errors

from ..project import Project, users
from .matrix import users_and_orders
from .releases import templates

TEMPLATES = ["flask-multidb", "2.7.0", "4.1.0"]


@pytest.fixture
def multidb(project):
    """A project with a default database and a bind, before ``init``."""
    project.binds = {"orders": f"sqlite:///{project.folder / 'orders.db'}"}
    project.models = users_and_orders
    return project


@pytest.fixture(params=TEMPLATES)
def written(request, multidb):
    """The same with one revision, from today's and from earlier templates."""
    old = request.param not in ("flask-multidb",)
    path = str(templates(request.param) / "flask-multidb") if old else request.param
    multidb.run("init", template=path)
    assert multidb.run("migrate", message="first").exit_code == 0
    return multidb


@pytest.mark.parametrize("face", ["python", "flask db", "manage.py db"])
def test_a_bind_alone_is_upgraded(written, face):
    """``--bind orders`` leaves the default database as it is."""
    assert written.run("upgrade", face, bind=["orders"]).exit_code == 0
    assert "order" in written.tables("orders")
    assert "user" not in written.tables()


def test_the_default_database_alone_is_upgraded(written):
    """``--bind default``."""
    assert written.run("upgrade", bind="default").exit_code == 0
    assert "user" in written.tables()
    assert "order" not in written.tables("orders")


def test_several_binds_are_named_one_by_one(written):
    """``--bind`` may be repeated."""
    assert written.run("upgrade", "flask db", bind=["orders", "default"]).exit_code == 0
    assert {"user"} <= written.tables()
    assert {"order"} <= written.tables("orders")


def test_a_bind_before_the_command(written):
    """It is an option of the group, too."""
    outcome = written.run("upgrade", "flask db", prefix=("--bind", "orders"))
    assert outcome.exit_code == 0
    assert "user" not in written.tables()


@pytest.mark.parametrize("name", ["current", "check", "stamp", "downgrade", "ensure-version"])
def test_every_command_that_goes_to_databases_takes_a_bind(written, name):
    """The other database is not touched."""
    assert written.run("upgrade", bind="orders").exit_code == 0
    outcome = written.run(name, "flask db", bind=["orders"])
    assert outcome.exit_code == 0, outcome.stderr
    assert not written.tables() - {"alembic_version"}


def test_an_unknown_bind_is_named_with_those_there_are(written):
    """A typing error does not go to every database."""
    outcome = written.run("upgrade", "flask db", bind=["ordres"])
    assert outcome.exit_code == 1
    assert "There is no database 'ordres'; there are default, orders." in outcome.stderr
    assert "user" not in written.tables()


def test_a_project_for_one_database_says_that_it_goes_to_no_bind(multidb):
    """Instead of doing nothing."""
    multidb.run("init")
    multidb.run("revision")
    outcome = multidb.run("upgrade", "flask db", bind=["orders"])
    assert outcome.exit_code == 1
    assert "does not go to the database orders" in outcome.stderr


def test_sql_of_a_bind_goes_to_standard_output(written):
    """And the files of an earlier call stay as they are."""
    Path("orders.sql").write_text("-- mine")
    outcome = written.run("upgrade", "flask db", sql=True, bind=["orders"])
    assert 'CREATE TABLE "order"' in outcome.stdout
    assert "CREATE TABLE user" not in outcome.stdout
    assert {file.name for file in Path().glob("*.sql")} == {"orders.sql"}
    assert Path("orders.sql").read_text() == "-- mine"
    assert not Path(".sql").exists()


def test_a_project_for_one_database_becomes_one_for_several(multidb):
    """Its revisions stay as they are, and are about the default database."""
    multidb.models = users
    multidb.binds, binds = {}, multidb.binds
    for name in ("init", "migrate", "upgrade"):
        assert multidb.run(name).exit_code == 0
    multidb.binds, multidb.models = binds, users_and_orders
    multidb.run("init", multidb=True, directory="elsewhere")
    for name in ("env.py", "script.py.mako"):
        shutil.copy(Path("elsewhere", name), Path("migrations", name))
    assert multidb.run("upgrade").exit_code == 0
    assert multidb.run("migrate").exit_code == 0
    assert multidb.run("upgrade").exit_code == 0
    assert multidb.run("check").exit_code == 0
    assert "user" in multidb.tables()
    assert multidb.tables("orders") == {"alembic_version", "order"}
    assert multidb.run("downgrade", revision="base").exit_code == 0
    assert not multidb.tables() - {"alembic_version"}


def test_a_bind_may_be_added_later(written):
    """Revisions from before it do nothing there."""
    written.run("upgrade")
    written.binds = {**written.binds, "logs": f"sqlite:///{written.folder / 'logs.db'}"}
    assert written.run("upgrade").exit_code == 0
    assert written.tables("logs") == {"alembic_version"}


def fail_on(project: Project, function: str) -> None:
    (file,) = project.revision_files()
    text = file.read_text()
    file.write_text(text.replace(f"def {function}():", f"def {function}():\n    1 / 0\n"))


def test_a_failure_says_on_which_database_and_what_became_of_the_others(multidb):
    """Each database has a transaction of its own."""
    multidb.binds = {
        "orders": f"sqlite:///{multidb.folder / 'orders.db'}",
        "logs": f"sqlite:///{multidb.folder / 'logs.db'}",
    }
    multidb.run("init", multidb=True)
    multidb.run("migrate")
    fail_on(multidb, "upgrade_orders")
    outcome = multidb.run("upgrade", "flask db")
    assert outcome.exit_code == 1
    for words in ("failed on the database orders", "Done before it: default", "reached: logs"):
        assert words in outcome.stderr
    assert "user" in multidb.tables()
    assert not multidb.tables("orders") - {"alembic_version"}


def test_the_error_carries_the_database(multidb):
    """As an attribute."""
    multidb.run("init", multidb=True)
    multidb.run("migrate")
    fail_on(multidb, "upgrade_orders")
    error = multidb.run("upgrade").error
    assert isinstance(error, errors.RevisionFailedError)
    assert error.database == "orders"


def users_orders_and_logs(db):
    users_and_orders(db)

    class Log(db.Model):
        __bind_key__ = "logs"
        id = db.Column(db.Integer, primary_key=True)
        line = db.Column(db.String(200))


def test_binds_on_different_engines(multidb, postgresql_url, mariadb_url):
    """SQLite, PostgreSQL and MariaDB in one project."""
    multidb.binds = {"orders": postgresql_url, "logs": mariadb_url}
    multidb.models = users_orders_and_logs
    multidb.run("init", multidb=True)
    for name in ("migrate", "upgrade", "check"):
        outcome = multidb.run(name)
        assert outcome.exit_code == 0, outcome.error
    tables = [multidb.tables(bind) - {"alembic_version"} for bind in (None, "orders", "logs")]
    assert tables == [{"user"}, {"order"}, {"log"}]
    assert multidb.run("downgrade").exit_code == 0
    engine = sa.create_engine(postgresql_url)
    assert "order" not in sa.inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.parametrize("template", TEMPLATES)
def test_autocommit_block_on_postgresql(multidb, postgresql_url, template):
    """What came before it is committed, and what comes after is one transaction again."""
    multidb.url = postgresql_url
    old = template != "flask-multidb"
    path = str(templates(template) / "flask-multidb") if old else template
    multidb.run("init", template=path)
    multidb.run("migrate")
    (file,) = multidb.revision_files()
    block = "\n    with op.get_context().autocommit_block():\n        op.execute('VACUUM')\n"
    file.write_text(file.read_text().replace("def upgrade_():", f"def upgrade_():{block}"))
    outcome = multidb.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
    assert "user" in multidb.tables()
    assert "order" in multidb.tables("orders")
    assert multidb.run("check").exit_code == 0
