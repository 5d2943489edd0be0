"""What a generated ``env.py`` does, on one database and on several."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

import flask_migrate
from flask_migrate import environment, errors

from .project import Project, users_with_email


@pytest.fixture
def written(started):
    """A project with a revision to apply."""
    started.run("migrate")
    return started


@pytest.fixture
def options(started, tmp_path):
    """Run ``environment.run`` with options of ``env.py``; return what Alembic was given."""

    def configured(**given):
        env = started.folder / "migrations" / "env.py"
        words = ", ".join(["context", *(f"{name}={value!r}" for name, value in given.items())])
        env.write_text(
            "from alembic import context\n"
            "from flask_migrate import environment\n"
            f"environment.run({words})\n"
            "import builtins\n"
            "builtins.options_of_the_test = dict(context.get_context().opts)\n"
        )
        import builtins

        try:
            assert started.run("upgrade").exit_code == 0
            return builtins.options_of_the_test
        finally:
            vars(builtins).pop("options_of_the_test", None)

    return configured


@pytest.fixture
def several(project):
    """A project with two binds and a revision for each database, not yet applied."""
    project.binds = {
        "my-db": f"sqlite:///{project.folder / 'my.db'}",
        "other": f"sqlite:///{project.folder / 'other.db'}",
    }
    project.models = several_models
    project.run("init", multidb=True)
    assert project.run("migrate").exit_code == 0
    return project


def several_models(db):
    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)

    class Post(db.Model):
        __bind_key__ = "my-db"
        id = db.Column(db.Integer, primary_key=True)

    class Page(db.Model):
        __bind_key__ = "other"
        id = db.Column(db.Integer, primary_key=True)


def several_models_with_title(db):
    several_models(db)
    db.metadatas["other"].tables["page"].append_column(db.Column("title", db.String(50)))


def test_the_built_in_options_reach_alembic(options):
    """Types are compared and batch operations written without a word of the user's."""
    given = options()
    assert (given["compare_type"], given["render_as_batch"]) == (True, True)


def test_options_of_migrate_win_over_the_built_in_ones(options, started):
    """``Migrate(app, db, compare_type=False)`` is obeyed."""
    started.options = {"compare_type": False}
    assert options()["compare_type"] is False


def test_options_of_env_win_over_those_of_migrate(options, started):
    """``environment.run(context, compare_type=True)`` is obeyed above all."""
    started.options = {"compare_type": False, "include_schemas": True}
    given = options(compare_type=True)
    assert (given["compare_type"], given["include_schemas"]) == (True, True)


def test_metadata_of_env_is_compared(written):
    """``target_metadata`` may be given in ``env.py``."""
    env = written.folder / "migrations" / "env.py"
    env.write_text(
        "import sqlalchemy as sa\n"
        "from alembic import context\n"
        "from flask_migrate import environment\n"
        "metadata = sa.MetaData()\n"
        "sa.Table('mine', metadata, sa.Column('id', sa.Integer, primary_key=True))\n"
        "environment.run(context, target_metadata=metadata)\n"
    )
    written.run("upgrade")
    # The only table there is, is not of this metadata.
    script = written.run("migrate", allow_drop_all=True).value
    assert "create_table('mine'" in Path(script.path).read_text()


def test_an_empty_revision_is_not_written(written):
    """``migrate`` without changes returns nothing and leaves no file."""
    written.run("upgrade")
    assert written.run("migrate").value is None
    assert len(written.revision_files()) == 1


def test_an_empty_revision_that_is_asked_for_is_written(written):
    """``revision`` without ``--autogenerate`` is for statements of the user's."""
    written.run("upgrade")
    assert written.run("revision").value is not None


def test_a_hook_of_the_user_runs(started):
    """``process_revision_directives`` given to ``Migrate`` is called."""
    seen = []
    started.options = {"process_revision_directives": lambda *args: seen.append(len(args))}
    started.run("migrate")
    assert seen == [3]


def test_a_hook_of_the_user_may_drop_the_revision(started):
    """A hook that empties the list leaves no file."""
    started.options = {
        "process_revision_directives": lambda context, revision, directives: directives.clear()
    }
    assert started.run("migrate").value is None


def test_a_connection_in_the_attributes_is_used(written):
    """What a test fixture puts there is the database that is migrated."""
    engine = sa.create_engine(f"sqlite:///{written.folder / 'given.db'}")
    app = written.app()
    with engine.begin() as connection:

        @written.extension.configure
        def give(config):
            config.attributes["connection"] = connection

        with app.app_context():
            flask_migrate.upgrade()
    with engine.connect() as connection:
        assert "user" in sa.inspect(connection).get_table_names()
    engine.dispose()
    assert "user" not in written.tables()


def test_offline_sql_writes_values(started):
    """SQL written offline has the values in it."""
    started.run("revision")
    started.edit_revision(
        "table = sa.table('t', sa.column('name', sa.String))\n"
        "op.execute(table.insert().values(name='ann'))"
    )
    assert "VALUES ('ann')" in started.run("upgrade", sql=True).stdout


def test_offline_sql_needs_no_database(started):
    """SQL is written without a connection."""
    started.run("revision")
    started.edit_revision("op.execute('SELECT 1')")
    started.url = "postgresql+psycopg2://user:secret@127.0.0.1:1/app"
    assert "SELECT 1;" in started.run("upgrade", sql=True).stdout


def test_an_asynchronous_engine_is_migrated(project):
    """The template ``aioflask`` works with an asynchronous driver."""
    path = project.folder / "async.db"
    project.url = f"sqlite+aiosqlite:///{path}"
    for name, given in (("init", {"template": "aioflask"}), ("migrate", {}), ("upgrade", {})):
        assert project.run(name, **given).exit_code == 0
    project.url = f"sqlite:///{path}"
    assert project.tables() == {"alembic_version", "user"}


def test_several_asynchronous_engines_are_migrated(project):
    """The template ``aioflask-multidb`` works with asynchronous drivers."""
    paths = [project.folder / "one.db", project.folder / "two.db"]
    project.url = f"sqlite+aiosqlite:///{paths[0]}"
    project.binds = {"other": f"sqlite+aiosqlite:///{paths[1]}"}
    project.run("init", template="aioflask", multidb=True)
    project.run("migrate")
    assert project.run("upgrade").exit_code == 0
    project.binds = {"other": f"sqlite:///{paths[1]}"}
    assert project.tables("other") == {"alembic_version"}


def test_every_database_is_upgraded(several):
    """Each bind gets its own tables, and so does the default database."""
    several.run("upgrade")
    tables = [several.tables(bind) - {"alembic_version"} for bind in (None, "my-db", "other")]
    assert tables == [{"user"}, {"post"}, {"page"}]


def test_every_database_is_downgraded(several):
    """The same on the way back."""
    several.run("upgrade")
    several.run("downgrade")
    tables = [several.tables(bind) - {"alembic_version"} for bind in (None, "my-db", "other")]
    assert tables == [set(), set(), set()]


def test_a_revision_for_several_databases_has_functions_for_each(several):
    """A bind that is no Python name has functions all the same."""
    (path,) = several.revision_files()
    tree = ast.parse(path.read_text())
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(set(names)) == 8


def test_a_change_of_one_database_is_a_revision_for_all(several):
    """A model changed in one bind gives a revision that does nothing on the others."""
    several.run("upgrade")
    several.models = several_models_with_title
    assert several.run("migrate").value is not None
    assert several.run("upgrade").exit_code == 0
    several.execute("INSERT INTO page (title) VALUES ('one')", "other")


def test_no_change_of_any_database_is_no_revision(several):
    """An empty revision is not written for several databases either."""
    several.run("upgrade")
    assert several.run("migrate").value is None


def test_check_looks_at_every_database(several):
    """A model changed in any bind is found."""
    several.run("upgrade")
    several.models = several_models_with_title
    assert isinstance(several.run("check").error, errors.ModelsChangedError)


def test_steps_name_their_database(several):
    """Each step says which database it was on."""
    steps = several.run("upgrade").value
    assert [step.database for step in steps] == ["default", "my-db", "other"]


def test_offline_sql_of_several_databases_goes_to_files(several):
    """Each database gets a file of its own."""
    several.run("upgrade", sql=True)
    written = {path.name: path.read_text() for path in several.folder.glob("*.sql")}
    assert {
        name: [table in text for table in ("user", "post", "page")]
        for name, text in written.items()
    } == {
        "default.sql": [True, False, False],
        "my-db.sql": [False, True, False],
        "other.sql": [False, False, True],
    }


def test_a_chosen_database_is_upgraded_alone(several):
    """``--bind`` leaves the others as they are."""
    several.run("upgrade", bind="other")
    tables = [several.tables(bind) - {"alembic_version"} for bind in (None, "my-db", "other")]
    assert tables == [set(), set(), {"page"}]


def test_an_unknown_database_is_refused_with_those_there_are(several):
    """The error names what could have been meant."""
    error = several.run("upgrade", bind="nothing").error
    assert isinstance(error, errors.InvalidNameError)
    assert "default, my-db, other" in error.message


def test_without_a_default_database_the_binds_are_migrated(tmp_path, monkeypatch):
    """An application may have binds only."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, url="", binds={"only": f"sqlite:///{tmp_path / 'only.db'}"})
    project.models = lambda db: type(
        "Post", (db.Model,), {"__bind_key__": "only", "id": db.Column(db.Integer, primary_key=True)}
    )
    project.run("init", multidb=True)
    project.run("migrate")
    project.run("upgrade")
    assert project.tables("only") == {"alembic_version", "post"}


def test_without_a_default_database_a_single_project_is_refused(tmp_path, monkeypatch):
    """The hint says what to set."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, url="", binds={"only": f"sqlite:///{tmp_path / 'only.db'}"})
    project.run("init")
    error = project.run("upgrade").error
    assert "SQLALCHEMY_DATABASE_URI" in error.hint


def test_a_failure_on_one_database_names_it(several):
    """The error says which databases are done and which were not reached."""
    several.run("revision")
    path = max(several.revision_files(), key=lambda path: path.stat().st_mtime_ns)
    path.write_text(
        path.read_text() + "\n\ndef upgrade_my_x2d_db():\n    raise RuntimeError('no')\n"
    )
    error = several.run("upgrade").error
    assert (error.database, "default" in error.hint, "other" in error.hint) == ("my-db", True, True)


def test_x_arguments_reach_env(started):
    """``-x name=value`` is what ``context.get_x_argument()`` returns."""
    env = started.folder / "migrations" / "env.py"
    env.write_text(
        "from alembic import context\n"
        "raise RuntimeError(repr(context.get_x_argument(as_dictionary=True)))\n"
    )
    error = started.run("upgrade", x_arg=["a=1", "b=2"]).error
    assert "{'a': '1', 'b': '2'}" in error.message


def test_an_env_that_runs_nothing_is_a_failure(started):
    """An ``env.py`` that forgets to run the migrations is not called a success."""
    (started.folder / "migrations" / "env.py").write_text("from alembic import context\n")
    error = started.run("upgrade").error
    assert "ended without running the migrations" in error.message


def test_the_smaller_steps_are_public():
    """A custom ``env.py`` may call the parts."""
    names = ("run", "tokens", "engine_names", "drop_empty_revision", "with_connection")
    assert {name for name in names if not callable(getattr(environment, name, None))} == set()


def test_an_environment_outside_an_application_is_refused():
    """``environment.run`` needs the application."""
    with pytest.raises(errors.NotConfiguredError):
        environment.engine_names()


def test_models_given_as_metadata_need_no_database_object(tmp_path, monkeypatch):
    """``Migrate(app, metadata=..., engine=...)`` works with plain SQLAlchemy."""
    monkeypatch.chdir(tmp_path)
    metadata = sa.MetaData()
    sa.Table("plain", metadata, sa.Column("id", sa.Integer, primary_key=True))
    app = Flask("plain")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'plain.db'}", poolclass=sa.NullPool)
    flask_migrate.Migrate(app, metadata=metadata, engine=engine)
    with app.app_context():
        flask_migrate.init()
        flask_migrate.migrate()
        flask_migrate.upgrade()
    assert "plain" in sa.inspect(engine).get_table_names()


def test_an_application_factory_is_migrated(tmp_path, monkeypatch):
    """Extensions made first and attached in a factory work as well."""
    monkeypatch.chdir(tmp_path)
    db, migrate = SQLAlchemy(), flask_migrate.Migrate()
    users_with_email(db)

    def create_app():
        app = Flask("factory")
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'app.db'}"
        db.init_app(app)
        migrate.init_app(app, db)
        return app

    app = create_app()
    for words in (["init"], ["migrate"], ["upgrade"]):
        assert app.test_cli_runner().invoke(args=["db", *words]).exit_code == 0
    with app.app_context():
        assert "user" in sa.inspect(db.engine).get_table_names()
        db.engine.dispose()
