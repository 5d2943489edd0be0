"""``--bind`` on every command and face, and one database that fails among several."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..project import FACES, Project
from .matrix import users_and_orders
from .releases import templates

TEMPLATES = ["flask-multidb", "1.5.0", "2.7.0", "4.1.0"]

#: Each command that goes to databases, with what it is given.
COMMANDS = {
    "upgrade": {},
    "downgrade": {},
    "stamp": {},
    "current": {},
    "check": {},
    "migrate": {"message": "nothing"},
    "revision": {"autogenerate": True},
    "history": {"indicate_current": True},
    "ensure-version": {},
}


@pytest.fixture(params=TEMPLATES)
def project(request, tmp_path, monkeypatch):
    """A project for two databases, with one revision that only the bind has."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.binds = {"orders": f"sqlite:///{tmp_path / 'orders.db'}"}
    made.models = users_and_orders
    old = request.param != "flask-multidb"
    path = str(templates(request.param) / "flask-multidb") if old else request.param
    made.run("init", template=path)
    assert made.run("migrate", rev_id="first").exit_code == 0
    assert made.run("upgrade", bind="orders").exit_code == 0
    return made


def rows(project: Project, bind: str | None = None) -> list[str]:
    """The revisions that a database is at; none where it has no table for them."""
    if "alembic_version" not in project.tables(bind):
        return []
    return [row[0] for row in project.execute("SELECT version_num FROM alembic_version", bind)]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_goes_to_the_bind_alone(project, face, name):
    """The default database, which is at no revision, keeps it from nothing and stays as it is."""
    given = COMMANDS[name]
    outcome = project.run(name, face, bind=["orders"], **given)
    assert outcome.exit_code == 0, outcome
    assert rows(project) == []
    assert project.tables() <= {"alembic_version"}
    assert rows(project, "orders") == ([] if name == "downgrade" else ["first"])


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_bind_is_an_option_of_the_group(project, face):
    """It may stand before the command."""
    assert project.run("downgrade", face, prefix=("--bind", "orders")).exit_code == 0
    assert rows(project, "orders") == []


@pytest.mark.parametrize("face", FACES)
def test_binds_are_named_one_by_one(project, face):
    """Each is gone to."""
    assert project.run("upgrade", face, bind=["default", "orders"]).exit_code == 0
    assert rows(project) == rows(project, "orders") == ["first"]


@pytest.mark.parametrize("face", FACES)
def test_an_unknown_bind_is_named(project, face):
    """Nothing is done, and the databases that there are are listed."""
    outcome = project.run("upgrade", face, bind=["orders", "ordres"])
    assert outcome.exit_code == 1
    told = outcome.stderr or str(outcome.error)
    assert "There is no database 'ordres'; there are default, orders." in told


def test_the_bind_of_a_project_for_one_database_is_its_default(started):
    """``--bind default`` is what it does anyway."""
    started.run("migrate")
    assert len(started.run("upgrade", bind="default").value) == 1


def test_sql_of_every_database_goes_to_files_with_names(project):
    """Never to a hidden one, and each has the tables of its database alone."""
    assert project.run("upgrade", sql=True).exit_code == 0
    written = {path.name: path.read_text() for path in Path().glob("*.sql")}
    assert set(written) == {"default.sql", "orders.sql"}
    assert "CREATE TABLE user" in written["default.sql"]
    assert 'CREATE TABLE "order"' not in written["default.sql"]
    assert 'CREATE TABLE "order"' in written["orders.sql"]
    assert not Path(".sql").exists()


@pytest.mark.parametrize("bind", ["default", "orders"])
def test_sql_of_one_database_goes_to_standard_output(project, bind):
    """And no file is written or emptied."""
    kept = {name: f"-- {name}" for name in ("default.sql", "orders.sql", ".sql")}
    for name, text in kept.items():
        Path(name).write_text(text)
    outcome = project.run("upgrade", "flask db", sql=True, bind=[bind])
    table = {"default": "CREATE TABLE user", "orders": 'CREATE TABLE "order"'}
    assert [each in outcome.stdout for each in table.values()] == [name == bind for name in table]
    assert {name: Path(name).read_text() for name in kept} == kept


def test_a_failure_names_its_database(project):
    """In one sentence, on the command line."""
    (path,) = project.revision_files()
    path.write_text(
        path.read_text().replace("def downgrade_orders():", "def downgrade_orders():\n    1 / 0\n")
    )
    outcome = project.run("downgrade", "flask db", bind=["orders"])
    assert outcome.exit_code == 1
    assert "Revision first failed on the database orders: migrations/versions/" in outcome.stderr
    assert rows(project, "orders") == ["first"]


def test_the_transaction_of_each_database_is_its_own(tmp_path, monkeypatch):
    """With today's ``env.py`` what was done before a failure stays; the next run goes on there."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.binds = {name: f"sqlite:///{tmp_path / name}.db" for name in ("orders", "logs")}
    project.models = users_and_orders
    project.run("init", multidb=True)
    project.run("migrate", rev_id="first")
    (path,) = project.revision_files()
    good = path.read_text()
    path.write_text(good.replace("def upgrade_orders():", "def upgrade_orders():\n    1 / 0\n"))
    assert project.run("upgrade").exit_code == 1
    assert [rows(project, bind) for bind in (None, "orders", "logs")] == [["first"], [], []]
    path.write_text(good)
    steps = project.run("upgrade").value
    assert [step.database for step in steps] == ["orders", "logs"]


def test_an_earlier_env_undoes_all_databases_together(tmp_path, monkeypatch):
    """It holds a transaction on each, and nothing is reported as done."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.binds = {"orders": f"sqlite:///{tmp_path / 'orders.db'}"}
    project.models = users_and_orders
    project.run("init", template=str(templates("4.1.0") / "flask-multidb"))
    project.run("migrate", rev_id="first")
    (path,) = project.revision_files()
    path.write_text(
        path.read_text().replace("def upgrade_orders():", "def upgrade_orders():\n    1 / 0\n")
    )
    outcome = project.run("upgrade", "flask db")
    assert "failed on the database orders" in outcome.stderr
    assert "Done before it" not in outcome.stderr
    assert (rows(project), rows(project, "orders")) == ([], [])
    assert outcome.exit_code == 1


@pytest.mark.parametrize("name", ["my-db", "2nd", "дб", "with space", "class"])
def test_a_bind_of_any_name_is_named_on_the_command_line(tmp_path, monkeypatch, name):
    """As the configuration spells it."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.binds = {name: f"sqlite:///{tmp_path / 'other.db'}"}
    project.run("init", multidb=True)
    project.run("migrate", rev_id="first")
    assert project.run("upgrade", "flask db", bind=[name]).exit_code == 0
    assert (rows(project), rows(project, name)) == ([], ["first"])
