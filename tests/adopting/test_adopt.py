"""``adopt``: databases that were made without migrations."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.pool import NullPool

from flask_migrate import Migrate, adopt, refusals, schema_facts, scratch
from flask_migrate.autogenerate import questions

from ..project import users, users_with_email

LINES = pytest.mark.parametrize("face", ["flask db", "manage.py db"])


@pytest.fixture
def project(project, database_url):
    """A project on each database in turn."""
    project.url = database_url
    return project


@pytest.fixture
def lite(project, database_url):
    """The same on SQLite alone, for what is no question of the database."""
    if database_url.get_backend_name() != "sqlite":
        pytest.skip("once is enough")
    return project


@pytest.fixture
def written(project):
    """A history of two revisions that no database has; the models are those of the second."""
    write(project)
    return project


def write(project):
    """Write a revision for each state of the models, with another database."""
    url, project.url = project.url, f"sqlite:///{project.folder / 'elsewhere.db'}"
    project.run("init")
    for number, models in enumerate((users, users_with_email), 1):
        project.models = models
        project.run("migrate", rev_id=f"rev{number}", message=f"number {number}")
        project.run("upgrade")
    project.url = url


def create_all(project, models=None):
    """What a program does that knows nothing of migrations."""
    project.models = models or project.models
    app: Flask = project.app()
    with app.app_context():
        db = app.extensions["sqlalchemy"]
        db.create_all()
        for engine in db.engines.values():
            engine.dispose()


def left_over(project):
    """The scratch databases on the server of the project."""
    if project.url.get_backend_name() == "sqlite":
        return []
    ask = "SHOW DATABASES"
    if project.url.get_backend_name() == "postgresql":
        ask = "SELECT datname FROM pg_database"
    return [name for (name,) in project.execute(ask) if name.startswith(scratch.PREFIX)]


def user(project):
    return '"user"' if project.url.get_backend_name() == "postgresql" else "user"


@pytest.fixture
def asked(monkeypatch):
    """Somebody sits at a terminal and gives the answers in the list."""
    answers, heard = [], []

    def answer(question, **options):
        heard.append(question)
        return answers.pop(0)

    monkeypatch.setattr(questions, "_is_terminal", lambda stream: True)
    monkeypatch.setattr(questions.click, "confirm", answer)
    return answers, heard


@LINES
def test_a_database_of_create_all_is_recorded_at_the_head(written, face):
    """Its rows stay, and nothing of the scratch database does."""
    create_all(written)
    written.execute(f"INSERT INTO {user(written)} (id, name) VALUES (1, 'ann')")
    outcome = written.run("adopt", face, yes=True)
    assert outcome.exit_code == 0
    assert "has the tables of rev2" in outcome.stdout
    assert "Recorded: default is at rev2." in outcome.stderr
    assert written.current() == {"rev2"}
    assert written.execute(f"SELECT name, email FROM {user(written)}") == [("ann", None)]
    assert left_over(written) == []


@LINES
def test_an_earlier_one_is_recorded_at_the_revision_it_has(written, face):
    """What is pending after it is what it lacks."""
    create_all(written, users)
    assert written.run("adopt", face, yes=True).exit_code == 0
    assert written.current() == {"rev1"}
    assert written.run("upgrade").exit_code == 0
    assert written.execute(f"SELECT email FROM {user(written)}") == []


@LINES
def test_without_a_terminal_nothing_is_recorded(written, face):
    """What was found is shown, with the way to record it."""
    create_all(written)
    outcome = written.run("adopt", face)
    assert outcome.exit_code == 3
    assert "has the tables of rev2" in outcome.stdout
    assert "db adopt --yes" in outcome.stderr
    assert written.tables() == {"user"}


@LINES
@pytest.mark.parametrize("is_yes", [True, False])
def test_at_a_terminal_the_answer_counts(written, asked, face, is_yes):
    """No leaves everything as it is."""
    create_all(written)
    asked[0].append(is_yes)
    outcome = written.run("adopt", face)
    assert asked[1] == ["Record default as being at rev2?"]
    assert outcome.exit_code == (0 if is_yes else 3)
    assert written.current() == ({"rev2"} if is_yes else set())


@LINES
def test_the_difference_to_the_nearest_is_shown(written, face):
    """With the symbols of a plan; nothing is made."""
    create_all(written, users)
    written.execute(f"ALTER TABLE {user(written)} DROP COLUMN name")
    written.execute("CREATE TABLE legacy (id INTEGER)")
    outcome = written.run("adopt", face, yes=True)
    assert outcome.exit_code == 1
    lines = outcome.stdout.splitlines()
    assert "is nearest to rev1: 2 differences" in lines[0]
    assert lines[1] == "    - table legacy"
    assert lines[2].startswith("    + column user.name ")
    assert "The tables of the database default are not those of any revision." in outcome.stderr
    assert written.tables() == {"legacy", "user"}


def test_a_database_that_is_migrated_is_refused(written):
    """It says where it is."""
    written.run("upgrade", revision="rev1")
    error = written.run("adopt", yes=True).error
    assert error.message == "The database default is at rev1 already."
    assert "flask db upgrade" in error.hint
    assert written.current() == {"rev1"}


def test_an_empty_database_is_refused(written):
    """Its tables are made by ``upgrade``."""
    error = written.run("adopt", yes=True).error
    assert error.message == "The database default is empty; there is nothing to adopt."
    assert written.tables() == set()


def test_an_empty_version_table_is_none(written):
    """A run that failed has left it."""
    create_all(written)
    written.run("ensure-version")
    assert written.run("adopt", yes=True).exit_code == 0
    assert written.current() == {"rev2"}


def test_a_history_without_revisions_is_refused(lite):
    """There is nothing to compare with."""
    lite.run("init")
    create_all(lite, users)
    error = lite.run("adopt", yes=True).error
    assert isinstance(error, refusals.NoRevisionsError)
    assert "with an empty database: flask db migrate" in error.hint


def test_the_newest_of_several_with_the_same_tables_is_recorded(written):
    """Revisions that change rows cannot be told apart by looking at tables."""
    create_all(written)
    written.run("revision", rev_id="rev3")
    written.edit_revision(f"op.execute('UPDATE {user(written)} SET name = 1')")
    outcome = written.run("adopt", "flask db", yes=True)
    assert "which are those of rev2 as well" in outcome.stdout
    assert written.current() == {"rev3"}


def test_a_revision_may_read_what_it_has_made(written):
    """It is run, so that Python works as well as operations."""
    written.run("revision", rev_id="rev3")
    written.edit_revision(
        "names = op.get_bind().execute(sa.text('SELECT 1')).scalar()\n"
        "op.create_table(f't{names}', sa.Column('id', sa.Integer, primary_key=True))"
    )
    create_all(written)
    written.execute("CREATE TABLE t1 (id INTEGER NOT NULL PRIMARY KEY)")
    if written.url.get_backend_name() == "mysql":
        written.execute("ALTER TABLE t1 CHANGE id id INTEGER AUTO_INCREMENT")
    if written.url.get_backend_name() == "postgresql":
        written.execute("CREATE SEQUENCE s; ALTER TABLE t1 ALTER id SET DEFAULT nextval('s')")
    assert written.run("adopt", yes=True).exit_code == 0
    assert written.current() == {"rev3"}


def test_a_revision_that_raises_is_named(written):
    """Nothing is recorded, and the scratch database is dropped."""
    create_all(written)
    written.run("revision", rev_id="rev3")
    written.edit_revision("raise ValueError('on purpose')")
    error = written.run("adopt", yes=True).error
    assert isinstance(error, refusals.NotReplayableError)
    assert (error.revision, error.database) == ("rev3", "default")
    assert error.message.endswith("ValueError: on purpose")
    assert left_over(written) == []
    assert written.tables() == {"user"}


def test_a_revision_with_a_connection_of_its_own_does_not_reach_the_database(written):
    """What it does there would be done to the rows of the user."""
    create_all(written)
    written.execute(f"INSERT INTO {user(written)} (id, name) VALUES (1, 'ann')")
    written.run("revision", rev_id="rev3")
    written.edit_revision(
        "from flask import current_app\n"
        "session = current_app.extensions['sqlalchemy'].session\n"
        f"""session.execute(sa.text('DELETE FROM {user(written)}'))\n"""
        "session.commit()"
    )
    error = written.run("adopt", yes=True).error
    assert isinstance(error, refusals.NotReplayableError)
    assert "it uses a connection of its own" in error.message
    assert written.execute(f"SELECT name FROM {user(written)}") == [("ann",)]


def test_an_index_that_is_built_concurrently_is_built(postgresql_url, project):
    """On PostgreSQL, outside the transaction."""
    if project.url is not postgresql_url and project.url.get_backend_name() != "postgresql":
        pytest.skip("only there")
    write(project)
    create_all(project)
    project.run("revision", rev_id="rev3")
    project.edit_revision("op.create_index('i', 'user', ['name'], postgresql_concurrently=True)")
    project.execute('CREATE INDEX i ON "user" (name)')
    assert project.run("adopt", yes=True).exit_code == 0
    assert project.current() == {"rev3"}


def test_one_branch_of_two_is_found(written):
    """The database may have one and not the other."""
    written.run("revision", rev_id="other", head="base")
    written.edit_revision("op.create_table('t', sa.Column('a', sa.Integer))")
    create_all(written)
    assert written.run("adopt", yes=True).exit_code == 0
    assert written.current() == {"rev2"}


def test_two_branches_are_found(written):
    """Both are recorded."""
    written.run("revision", rev_id="other", head="base")
    written.edit_revision("op.create_table('t', sa.Column('a', sa.Integer))")
    create_all(written)
    written.execute("CREATE TABLE t (a INTEGER)")
    assert written.run("adopt", yes=True).exit_code == 0
    assert written.current() == {"rev2", "other"}


@pytest.mark.parametrize(
    "options",
    [
        {"exclude_tables": ["legacy*"]},
        {"include_object": lambda thing, name, kind, is_there, model: name != "legacy_orders"},
        {"include_name": lambda name, kind, parents: name != "legacy_orders"},
    ],
    ids=lambda options: next(iter(options)),
)
def test_tables_that_migrate_leaves_alone_do_not_count(written, options):
    """Nor do those of other programs that it knows."""
    create_all(written)
    written.execute("CREATE TABLE legacy_orders (id INTEGER)")
    written.execute("CREATE TABLE celery_taskmeta (id INTEGER)")
    written.options = options
    assert written.run("adopt", yes=True).exit_code == 0
    assert written.current() == {"rev2"}


@LINES
def test_the_document_has_what_was_found(written, face):
    """For programs; an error has it too."""
    create_all(written)
    refused = written.run("adopt", face, json=True)
    assert refused.exit_code == 3
    error = json.loads(refused.stdout)["error"]
    assert error["kind"] == "AdoptionNotAgreedError"
    assert [each["revisions"] for each in error["adoptions"]] == [["rev2"]]
    (found,) = json.loads(written.run("adopt", face, json=True, yes=True).stdout)["result"]
    assert (found["outcome"], found["revisions"]) == ("adopted", ["rev2"])


def test_the_history_of_what_was_run_has_it(lite):
    """As a stamp: nothing was run."""
    write(lite)
    create_all(lite)
    lite.options = {"history": True}
    lite.run("adopt", yes=True)
    assert lite.execute("SELECT revision, direction FROM alembic_history") == [("rev2", "stamp")]


def test_it_waits_for_another_run(lite):
    """And says so where that takes too long."""
    from filelock import FileLock

    write(lite)
    create_all(lite)
    with FileLock(f"{lite.folder / 'app.db'}.migrate-lock"):
        outcome = lite.run("adopt", "flask db", yes=True, lock_wait="0s")
    assert outcome.exit_code == 8
    assert lite.current() == set()


def test_each_bind_is_adopted_by_itself(lite):
    """What one lacks keeps no other from it."""
    lite.binds = {"other": f"sqlite:///{lite.folder / 'other.db'}"}

    def models(db):
        users(db)
        db.Table("item", sa.Column("id", sa.Integer, primary_key=True), bind_key="other")

    lite.models = models
    kept = lite.url, lite.binds
    lite.url = f"sqlite:///{lite.folder / 'a.db'}"
    lite.binds = {"other": f"sqlite:///{lite.folder / 'b.db'}"}
    lite.run("init", multidb=True)
    lite.run("migrate", rev_id="rev1")
    lite.url, lite.binds = kept
    create_all(lite)
    lite.execute("ALTER TABLE user ADD x INTEGER")
    outcome = lite.run("adopt", "flask db", yes=True)
    assert outcome.exit_code == 1
    assert "    - column user.x" in outcome.stdout
    assert lite.current() == set()
    assert lite.execute("SELECT version_num FROM alembic_version", "other") == [("rev1",)]
    lite.execute("ALTER TABLE user DROP COLUMN x")
    assert lite.run("adopt", "flask db", yes=True).exit_code == 0
    assert lite.current() == {"rev1"}


def test_the_engine_is_used_as_the_application_set_it_up(lite):
    """Here with a function that only its connections have."""
    write(lite)
    create_all(lite)
    lite.run("revision", rev_id="rev3")
    lite.edit_revision("op.execute('SELECT own()')")

    def listen(connection, record):
        connection.create_function("own", 0, lambda: 1)

    sa.event.listen(sa.engine.Engine, "connect", listen)
    try:
        assert lite.run("adopt", yes=True).exit_code == 0
    finally:
        sa.event.remove(sa.engine.Engine, "connect", listen)


@pytest.fixture
def poor(written, database_url):
    """The same project, as a user who may make no database; and how to reach the server."""
    kind = database_url.get_backend_name()
    if kind == "sqlite":
        pytest.skip("anybody may make a file")
    rich = database_url
    create_all(written)
    owner = sa.create_engine(rich, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        for sql in _POOR[kind]:
            connection.exec_driver_sql(sql.format(database=rich.database))
    written.url = rich.set(username="poor", password="hu5h")
    yield written, rich
    with owner.connect() as connection:
        for sql in _GONE[kind]:
            connection.exec_driver_sql(sql)


_POOR = {
    "postgresql": (
        "CREATE ROLE poor LOGIN PASSWORD 'hu5h'",
        'GRANT ALL ON SCHEMA public TO poor; ALTER TABLE "user" OWNER TO poor',
    ),
    "mysql": (
        "CREATE USER poor@localhost IDENTIFIED BY 'hu5h'",
        "GRANT ALL ON {database}.* TO poor@localhost",
    ),
}
_GONE = {
    "postgresql": ("DROP OWNED BY poor", "DROP ROLE poor"),
    "mysql": ("DROP USER poor@localhost",),
}


@LINES
def test_without_the_right_to_make_a_database_it_says_what_helps(poor, face):
    """In one sentence, without the password."""
    project, _ = poor
    outcome = project.run("adopt", face, yes=True)
    assert outcome.exit_code == 1
    assert "Error: No scratch database could be made to run the revisions on: " in outcome.stderr
    assert "db adopt --scratch-url URL" in outcome.stderr
    assert "hu5h" not in outcome.stderr + outcome.stdout
    assert project.tables() == {"user"}


def test_another_server_may_have_the_scratch_database(poor):
    """Here the same one, as a user who may."""
    project, rich = poor
    url = rich.render_as_string(hide_password=False)
    assert project.run("adopt", yes=True, scratch_url=url).exit_code == 0
    assert project.current() == {"rev2"}
    project.url = rich
    assert left_over(project) == []


def test_another_kind_of_server_is_refused(lite):
    """The tables would not be the same."""
    write(lite)
    create_all(lite)
    error = lite.run("adopt", yes=True, scratch_url="postgresql+psycopg2://x:hu5h@nowhere/x").error
    assert isinstance(error, refusals.NoScratchError)
    assert "--scratch-url leads to postgresql, and the database is on sqlite." in error.message


def test_what_was_put_there_by_hand_is_put_into_the_scratch_database(project):
    """A schema and an extension on PostgreSQL, which revisions may need."""
    if project.url.get_backend_name() != "postgresql":
        pytest.skip("only there")
    project.run("init")
    project.execute("CREATE SCHEMA billing")
    project.run("revision", rev_id="rev1")
    project.edit_revision(
        "op.create_table('bill', sa.Column('id', sa.Integer), schema='billing')\n"
        "op.create_table('t', sa.Column('id', sa.Integer))"
    )
    project.execute("CREATE TABLE t (id INTEGER)")
    project.execute("CREATE TABLE billing.bill (id INTEGER)")
    assert project.run("adopt", yes=True).exit_code == 0
    assert project.current() == {"rev1"}


@pytest.mark.parametrize(
    "sql",
    ["DELETE FROM {0}.t", "ALTER TABLE `{0}`.t ADD x INTEGER", "USE {0}", "DROP DATABASE {0}"],
)
def test_a_statement_that_names_another_database_is_refused(project, sql):
    """On MariaDB it would reach that, which may be the very one that is looked at."""
    if project.url.get_backend_name() != "mysql":
        pytest.skip("only there")
    project.run("init")
    project.execute("CREATE TABLE t (id INTEGER)")
    project.execute("INSERT INTO t VALUES (1)")
    project.run("revision", rev_id="rev1")
    project.edit_revision(f"op.execute({sql.format(project.url.database)!r})")
    error = project.run("adopt", yes=True).error
    assert isinstance(error, refusals.NotReplayableError)
    assert "it reaches beyond its database" in error.message
    assert project.execute("SELECT * FROM t") == [(1,)]


def test_the_scratch_database_is_reached_as_the_database_is(project):
    """Here with a password that a listener of the application fetches."""
    if project.url.get_backend_name() != "mysql":
        pytest.skip("the other servers want none")
    write(project)
    project.execute("CREATE USER rotating@localhost IDENTIFIED BY 'hu5h'")
    project.execute("GRANT ALL ON *.* TO rotating@localhost")
    plain, project.url = project.url, project.url.set(username="rotating")

    def fetch(dialect, record, args, given):
        given["password"] = "hu5h"

    sa.event.listen(sa.engine.Engine, "do_connect", fetch)
    try:
        create_all(project)
        outcome = project.run("adopt", "flask db", yes=True)
    finally:
        sa.event.remove(sa.engine.Engine, "do_connect", fetch)
        project.url = plain
        project.execute("DROP USER rotating@localhost")
    assert outcome.exit_code == 0, outcome.stderr
    assert project.current() == {"rev2"}


def test_a_function_that_connects_leads_to_its_own_database_only(written):
    """So there is no scratch database beside it, and its own is never taken for one."""
    create_all(written)
    engine = sa.create_engine(written.url, poolclass=NullPool)
    app = Flask("app")
    app.config["SQLALCHEMY_DATABASE_URI"] = written.url
    args, given = engine.dialect.create_connect_args(engine.url)
    options = {"creator": lambda: engine.dialect.connect(*args, **given)}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    written.models(db := SQLAlchemy(app))
    Migrate(app, db)
    with app.app_context(), pytest.raises(refusals.NoScratchError, match="creator"):
        adopt(yes=True)
    assert written.tables() == {"user"}


def test_revisions_that_change_rows_only_come_first_in_a_branch(lite):
    """What is known of another branch is not taken for theirs."""
    lite.run("init")
    create = "op.create_table('{0}', sa.Column('id', sa.Integer, primary_key=True))"
    for branch in ("a", "b"):
        lite.run("revision", rev_id=f"{branch}1", head="base")
        lite.edit_revision("op.execute('SELECT 1')")
        lite.run("revision", rev_id=f"{branch}2", head=f"{branch}1")
        lite.edit_revision(create.format(branch))
    lite.execute("CREATE TABLE b (id INTEGER PRIMARY KEY)")
    assert lite.run("adopt", yes=True).exit_code == 0
    assert "b2" in lite.current()
    assert "a2" not in lite.current()


def test_the_nearest_is_found_though_no_revision_has_its_tables(written):
    """By what these hold, among those that have the most of them."""
    create_all(written, users)
    written.run("revision", rev_id="rev3")
    written.edit_revision("op.create_table('t', sa.Column('id', sa.Integer, primary_key=True))")
    written.execute("CREATE TABLE mine (id INTEGER)")
    (found,) = written.run("adopt", yes=True).error.adoptions
    assert (found.outcome, found.revisions) == ("different", ("rev1",))
    assert [(each.symbol, each.text) for each in found.differences] == [("-", "table mine")]
    assert left_over(written) == []


#: URLs of no use, and what is said of each.
NO_URLS = {
    "hu5h": "is no URL of a database",
    "postgresql://a:hu5h@h:x/y": "is no URL of a database",
    "nothing://ann:hu5h@host/x": "names a kind of database that SQLAlchemy does not know",
    "mssql+pymssql://ann:hu5h@host/x": "names a driver that is not installed",
}


@pytest.mark.parametrize("url", NO_URLS)
def test_a_scratch_url_that_is_none_is_told_without_its_password(lite, url):
    """It may have been typed wrong; on SQLite it can be left out."""
    write(lite)
    create_all(lite)
    outcome = lite.run("adopt", "flask db", yes=True, scratch_url=url, verbose=True)
    assert outcome.exit_code == 1
    assert f"--scratch-url {NO_URLS[url]}.\nHint: Leave it out: flask db adopt\n" in outcome.stderr
    assert "hu5h" not in outcome.stdout + outcome.stderr


def test_a_scratch_url_that_is_none_is_told_how_to_write_it(written):
    """With the driver that the database has."""
    create_all(written)
    error = written.run("adopt", yes=True, scratch_url="nonsense").error
    if written.url.get_backend_name() != "sqlite":
        driver = written.url.drivername
        assert f"--scratch-url {driver}://USER:PASSWORD@HOST/DATABASE" in error.hint


def test_an_interrupted_adopt_leaves_no_scratch_database(written):
    """Nor after Ctrl-C."""
    create_all(written)
    written.run("revision", rev_id="rev3")
    written.edit_revision("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        written.run("adopt", yes=True)
    assert left_over(written) == []
    assert written.tables() == {"user"}


def test_tables_of_other_schemas_count_where_the_project_includes_them(project):
    """``include_schemas``, as for ``migrate``."""
    if project.url.get_backend_name() != "postgresql":
        pytest.skip("only there")
    project.options = {"include_schemas": True}
    project.run("init")
    project.run("revision", rev_id="rev1")
    create = "op.create_table('{}', sa.Column('id', sa.Integer), schema={!r})\n"
    project.edit_revision(
        "op.execute('CREATE SCHEMA billing')\n" + create.format("bill", "billing")
    )
    project.execute("CREATE SCHEMA billing")
    project.execute("CREATE TABLE billing.bill (id INTEGER, x INTEGER)")
    (found,) = project.run("adopt", yes=True).error.adoptions
    assert [each.text for each in found.differences] == ["column billing.bill.x"]
    project.execute("ALTER TABLE billing.bill DROP COLUMN x")
    assert project.run("adopt", yes=True).exit_code == 0


def test_no_lock_does_not_wait(lite):
    """``--no-lock`` does not look whether another run is under way."""
    from filelock import FileLock

    write(lite)
    create_all(lite)
    with FileLock(f"{lite.folder / 'app.db'}.migrate-lock"):
        assert lite.run("adopt", yes=True, no_lock=True).exit_code == 0


def test_a_kind_of_database_that_is_not_known_is_left_alone(lite, monkeypatch):
    """``prepare`` upgrades it, as ``upgrade`` does."""
    write(lite)
    monkeypatch.delitem(schema_facts.facts._MODULES, "sqlite")
    error = lite.run("adopt", yes=True).error
    assert error.message.startswith("The database default is on sqlite; adopt knows SQLite, ")
    assert lite.tables() == set()
    assert lite.run("prepare").exit_code == 0
    assert lite.current() == {"rev2"}
