"""The reproduced defects of Flask-Migrate 4.1.0 are not here.

Each test is named after the number of the defect in the list that this project
started from, and says in its docstring what 4.1.0 does instead; with it
installed in place of this package, each test fails.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

import flask_migrate

from ..applying import history
from ..project import Project, users, users_with_email
from .releases import templates


def _started(project: Project) -> Project:
    for name in ("init", "migrate", "upgrade"):
        assert project.run(name).exit_code == 0
    return project


@pytest.mark.parametrize("template", ["flask", "4.1.0"])
def test_R1_migrate_after_upgrade_in_one_process_writes_nothing(project, template):
    """4.1.0 writes an empty revision: the hook of the first command answers for the second."""
    path = template if template == "flask" else str(templates(template) / "flask")
    project.run("init", template=path)
    with project.app().app_context():
        flask_migrate.migrate(message="first")
        flask_migrate.upgrade()
        assert flask_migrate.migrate(message="second") is None
        flask_migrate.check()
    assert len(project.revision_files()) == 1


def test_R2_eight_threads_migrate_eight_databases(project, tmp_path):
    """4.1.0 migrates the database of another thread, or fails."""
    _started(project)
    results = {}

    def work(number: int) -> None:
        app = Flask(f"app{number}")
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/thread{number}.db"
        db = SQLAlchemy(app)
        users(db)
        flask_migrate.Migrate(app, db)
        with app.app_context():
            results[number] = [step.revision for step in flask_migrate.upgrade()]
            tables = sa.inspect(db.engine).get_table_names()
            db.engine.dispose()
        assert "user" in tables

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert len(set(map(tuple, results.values()))) == 1
    assert all(results.values())


def parents(width: int):
    def models(db):
        class Parent(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(width))

        class Child(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            parent_id = db.Column(db.ForeignKey("parent.id", ondelete="CASCADE"))

    return models


@pytest.fixture
def foreign_keys():
    """Every connection enforces foreign keys, as SQLite's users are told to ask for."""

    def enforce(connection, record):
        connection.execute("PRAGMA foreign_keys=ON")

    sa.event.listen(sa.engine.Engine, "connect", enforce)
    yield
    sa.event.remove(sa.engine.Engine, "connect", enforce)


def test_R3_widening_a_parent_column_keeps_the_children(project, foreign_keys):
    """4.1.0 deletes every row that refers to the altered table, without a word."""
    project.models = parents(50)
    _started(project)
    project.execute("INSERT INTO parent (id, name) VALUES (1, 'ann')")
    project.execute("INSERT INTO child (id, parent_id) VALUES (1, 1)")
    project.models = parents(80)
    project.run("migrate")
    app = project.app()
    with app.app_context():
        flask_migrate.upgrade()
        engine = app.extensions["sqlalchemy"].engine
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        engine.dispose()
    assert project.execute("SELECT id, parent_id FROM child") == [(1, 1)]


def users_with_a_boss(db):
    class Boss(db.Model):
        id = db.Column(db.Integer, primary_key=True)

    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(50))
        boss_id = db.Column(db.ForeignKey("boss.id"))


def test_R4_an_added_foreign_key_runs_and_can_be_undone_on_sqlite(project):
    """4.1.0 writes a constraint without a name, and the upgrade raises."""
    _started(project)
    project.models = users_with_a_boss
    project.run("migrate")
    assert project.run("upgrade").exit_code == 0
    assert project.run("check").exit_code == 0
    assert project.run("downgrade").exit_code == 0
    assert project.tables() == {"alembic_version", "user"}


def test_R5_an_error_is_shown_whatever_the_ini_does_to_loggers(project):
    """4.1.0 exits 1 and says nothing where alembic.ini is from before 2.7."""
    project.run("init", template=str(templates("2.0.4") / "flask"))
    project.run("migrate")
    project.run("upgrade")
    project.execute("UPDATE alembic_version SET version_num = 'gone'")
    outcome = project.run("upgrade", "flask db")
    assert outcome.exit_code == 1
    assert "Error: Can't locate revision identified by 'gone'" in outcome.stderr


@pytest.mark.parametrize("template", ["flask", "2.0.4", "4.1.0"])
def test_R6_L5_a_call_leaves_logging_as_it_was(project, template):
    """4.1.0 disables the program's loggers and sets the root level."""
    path = template if template == "flask" else str(templates(template) / "flask")
    project.run("init", template=path)
    logger = logging.getLogger("program")
    logger.setLevel(logging.INFO)
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logger.level, logger.disabled)
    for name in ("migrate", "upgrade", "check", "current", "downgrade"):
        project.run(name)
    assert (root.level, list(root.handlers), logger.level, logger.disabled) == before


def test_R7_functions_return_results_and_raise(project):
    """4.1.0 returns None for everything and calls sys.exit(1) for an error."""
    _started(project)
    with project.app().app_context():
        assert flask_migrate.heads() == flask_migrate.current() != ()
        with pytest.raises(flask_migrate.MigrateError):
            flask_migrate.upgrade(revision="nothing")


def test_R8_commands_work_in_a_group_of_the_application(project):
    """4.1.0 raises AttributeError: it relies on the callback of its own group."""
    _started(project)
    app = project.app()
    own = click.Group("own")
    from flask_migrate.cli import db

    for name, command in db.commands.items():
        own.add_command(command, name)
    app.cli.add_command(own)
    result = app.test_cli_runner().invoke(args=["own", "current"])
    assert result.exit_code == 0
    assert "(head)" in result.stdout


def several(bind: str):
    def models(db):
        users(db)

        class Order(db.Model):
            __bind_key__ = bind
            id = db.Column(db.Integer, primary_key=True)

    return models


def test_R9_a_bind_may_have_any_name(project):
    """4.1.0 writes ``def upgrade_my-db()``."""
    project.binds = {"my-db": f"sqlite:///{project.folder / 'orders.db'}"}
    project.models = several("my-db")
    project.run("init", multidb=True)
    assert project.run("migrate").exit_code == 0
    assert project.run("upgrade").exit_code == 0
    assert "order" in project.tables("my-db")
    assert project.run("downgrade").exit_code == 0
    assert "order" not in project.tables("my-db")


def only_a_bind(db):
    class Order(db.Model):
        __bind_key__ = "orders"
        id = db.Column(db.Integer, primary_key=True)


def test_R10_a_default_database_is_not_needed(project):
    """4.1.0 raises KeyError: None."""
    project.binds = {"orders": f"sqlite:///{project.folder / 'orders.db'}"}
    project.url = ""
    project.models = only_a_bind
    project.run("init", multidb=True)
    assert project.run("migrate").exit_code == 0
    assert project.run("upgrade").exit_code == 0
    assert "order" in project.tables("orders")


@pytest.mark.parametrize("template", ["flask-multidb", "2.7.0", "4.1.0"])
def test_R11_autocommit_block_works_with_several_databases(project, template):
    """4.1.0 raises AssertionError: its env.py holds the transaction."""
    project.binds = {"my_db": f"sqlite:///{project.folder / 'orders.db'}"}
    project.models = several("my_db")
    path = template if template == "flask-multidb" else str(templates(template) / "flask-multidb")
    project.run("init", template=path)
    project.run("migrate")
    file = project.revision_files()[0]
    text = file.read_text()
    block = "\n    with op.get_context().autocommit_block():\n        op.execute('VACUUM')\n"
    file.write_text(text.replace("():\n    # ###", f"():{block}    # ###"))
    assert project.run("upgrade").exit_code == 0
    assert "order" in project.tables("my_db")


def test_R12_a_directory_may_have_a_percent_sign(project):
    """4.1.0 raises ValueError: invalid interpolation syntax."""
    for directory in ("mig%x", "a%%b", "c%(here)s"):
        project.options = {"directory": directory}
        assert project.run("init").exit_code == 0
        outcome = project.run("migrate")
        assert outcome.exit_code == 0
        assert len(list(Path(directory, "versions").glob("*.py"))) == 1


@pytest.mark.parametrize("release", ["2.5.3", "2.6.0", "2.7.0"])
def test_R13_projects_for_several_databases_of_2_5_to_3_0_run(project, release):
    """4.1.0 raises TypeError: get_engine() takes other arguments today."""
    project.binds = {"my_db": f"sqlite:///{project.folder / 'orders.db'}"}
    project.run("init", template=str(templates(release) / "flask-multidb"))
    assert project.run("migrate").exit_code == 0
    assert project.run("upgrade").exit_code == 0


def test_L3_a_failed_copy_of_a_table_does_not_stop_the_next_run(project):
    """4.1.0 leaves ``_alembic_tmp_user`` behind, and every later upgrade fails on it."""
    _started(project)
    project.execute("INSERT INTO user (id, name) VALUES (1, 'ann')")
    project.run("revision")
    file = max(project.revision_files(), key=lambda path: path.stat().st_mtime_ns)
    text = file.read_text()
    column = "sa.Column('full', sa.String(), nullable={})"
    change = f"with op.batch_alter_table('user', recreate='always') as b: b.add_column({column})"
    file.write_text(text.replace("pass", change.format(False), 1))
    assert project.run("upgrade").exit_code == 1
    assert project.tables() == {"alembic_version", "user"}
    file.write_text(text.replace("pass", change.format(True), 1))
    assert project.run("upgrade").exit_code == 0
    assert project.execute("SELECT id, name FROM user") == [(1, "ann")]


def test_L4_two_upgrades_at_once_both_succeed(started, postgresql_url):
    """4.1.0 exits 1 with a UniqueViolation in one of them."""
    started.url = postgresql_url
    history.write(started)
    processes = [history.start(started, "upgrade", SLOWLY="0.2") for _ in range(2)]
    outputs = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert history.rows(started) == history.RESULT


def test_L7_an_engine_given_in_attributes_is_the_one_that_is_migrated(project):
    """4.1.0 migrates the application's own database instead."""
    _started(project)
    app = project.app()
    engine = sa.create_engine(f"sqlite:///{project.folder / 'other.db'}")
    with app.app_context():
        config = project.extension.get_config()
        config.attributes["connection"] = engine
        flask_migrate.command.downgrade(config, "base")
        flask_migrate.command.upgrade(config, "head")
    assert "user" in sa.inspect(engine).get_table_names()
    engine.dispose()
    assert project.tables() == {"alembic_version", "user"}


def test_L9_two_heads_are_named_with_their_files_and_the_way_out(project):
    """4.1.0 names neither the files nor the command."""
    _started(project)
    project.run("revision", message="left")
    first = project.run("history").value[-1].revision
    project.run("revision", message="other", head=first, splice=True, rev_id="other")
    for name in ("upgrade", "migrate"):
        outcome = project.run(name, "flask db")
        assert outcome.exit_code == 1
        for file in ("left.py", "other_other.py", "flask db merge"):
            assert file in outcome.stderr, (name, outcome.stderr)


def test_L10_a_revision_that_no_file_defines_comes_with_the_ways_out(project):
    """4.1.0 says only that it cannot locate the revision."""
    _started(project)
    project.execute("UPDATE alembic_version SET version_num = '03b4590a1c9a'")
    for name in ("upgrade", "current"):
        outcome = project.run(name, "manage.py db")
        assert "Can't locate revision identified by '03b4590a1c9a'" in outcome.stderr
        assert "python manage.py db stamp --purge" in outcome.stderr


@pytest.mark.parametrize("template", ["flask-multidb", "4.1.0"])
def test_L11_offline_sql_goes_to_files_with_names(project, template):
    """4.1.0 writes the SQL of the default database to a hidden file."""
    project.binds = {"orders": f"sqlite:///{project.folder / 'orders.db'}"}
    path = template if template == "flask-multidb" else str(templates(template) / "flask-multidb")
    project.run("init", template=path)
    project.run("migrate")
    assert project.run("upgrade", sql=True).exit_code == 0
    assert {file.name for file in project.folder.glob("*.sql")} == {"default.sql", "orders.sql"}
    assert "CREATE TABLE user" in Path("default.sql").read_text()


def test_L12_options_of_alembic_that_were_missing_are_there(project):
    """4.1.0 knows neither the options nor the command."""
    _started(project)
    assert project.run("current", "flask db", check_heads=True).exit_code == 0
    project.models = users_with_email
    project.run("migrate")
    assert project.run("current", "flask db", check_heads=True).exit_code == 1
    assert project.run("ensure-version", "flask db").exit_code == 0
    first = project.run("history").value[-1].revision
    made = project.run("revision", depends_on=[first])
    assert made.value.dependencies == first
