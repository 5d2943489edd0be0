"""``prepare``: whatever a database lacks, in containers that start together."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from flask_migrate import creation, refusals

from .. import servers
from ..project import users
from .test_adopt import LINES, create_all, left_over, user, write


def dropped(url):
    """The same URL, for a database that is not there; it is dropped at the end."""
    return url.set(database=f"{url.database} neu%x")


@pytest.fixture
def project(project, database_url, tmp_path):
    """A history of two revisions on each kind of database, which is not there yet."""
    if database_url.get_backend_name() == "sqlite":
        project.url = make_url(f"sqlite:///{tmp_path / 'new' / 'folder' / 'app.db'}")
        write(project)
        yield project
        return
    project.url = dropped(database_url)
    write(project)
    yield project
    engine = sa.create_engine(database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    quoted = engine.dialect.identifier_preparer.quote_identifier(project.url.database)
    with engine.connect() as connection, suppress(sa.exc.DBAPIError):
        connection.exec_driver_sql(f"DROP DATABASE {quoted}")


@pytest.fixture
def there(project):
    """The same, and the database is there and empty."""
    app = project.app()
    with app.app_context():
        creation.create_if_missing("default", app.extensions["sqlalchemy"].engine, 0, None)
        app.extensions["sqlalchemy"].engine.dispose()
    return project


@LINES
def test_a_missing_database_is_made_and_upgraded(project, face):
    """Whatever its name, and its folder on SQLite as well."""
    outcome = project.run("prepare", face)
    assert outcome.exit_code == 0, outcome.stderr
    assert "Made the database default." in outcome.stderr
    assert "Applied 2 revisions" in outcome.stderr
    assert project.current() == {"rev2"}


@LINES
def test_a_second_time_nothing_is_done(project, face):
    """And it says so."""
    project.run("prepare")
    outcome = project.run("prepare", face)
    assert outcome.exit_code == 0
    assert outcome.stderr.rstrip().endswith("Nothing to do; the database is at rev2.")
    value = project.run("prepare").value
    assert (value.created, value.adopted, value.steps) == ((), (), ())


def test_a_database_of_create_all_is_adopted_and_upgraded(there):
    """Its rows stay."""
    create_all(there, users)
    there.execute(f"INSERT INTO {user(there)} (id, name) VALUES (1, 'ann')")
    value = there.run("prepare").value
    assert [each.revisions for each in value.adopted] == [("rev1",)]
    assert [step.revision for step in value.steps] == ["rev2"]
    assert there.execute(f"SELECT name, email FROM {user(there)}") == [("ann", None)]
    assert left_over(there) == []


@LINES
def test_another_database_is_refused_with_the_difference(there, face):
    """Nothing is applied to it."""
    there.execute("CREATE TABLE legacy (id INTEGER)")
    outcome = there.run("prepare", face)
    assert outcome.exit_code == 1
    assert "    - table legacy" in outcome.stdout
    assert "The tables of the database default are not those of any revision." in outcome.stderr
    assert there.tables() == {"legacy"}


def test_a_first_revision_that_is_there_in_part_is_left_to_upgrade(there):
    """``--resume`` goes on with it, on MariaDB."""
    if there.url.get_backend_name() != "mysql":
        pytest.skip("elsewhere nothing is left")
    path = there.revision_files()[0]
    kept = path.read_text()
    path.write_text(
        kept.replace("\n\ndef downgrade", "\n    raise ValueError('x')\n\ndef downgrade")
    )
    assert there.run("prepare").exit_code == 1
    path.write_text(kept)
    assert isinstance(there.run("adopt", yes=True).error, refusals.NotAdoptedError)
    assert "--resume" in there.run("prepare").error.hint
    assert there.run("prepare", resume=True).exit_code == 0
    assert there.current() == {"rev2"}


def test_one_bind_of_several(project, tmp_path):
    """Only that one is made."""
    project.binds = {"other": f"sqlite:///{tmp_path / 'deep' / 'other.db'}"}
    assert "There is no database 'nothing'" in project.run("prepare", bind="nothing").error.message
    outcome = project.run("prepare", bind="default")
    assert outcome.value.created == ("default",)
    assert not (tmp_path / "deep").exists()


PROGRAM = """
import sys
from flask import Flask
from flask_migrate import Migrate, prepare
from flask_sqlalchemy import SQLAlchemy
app = Flask("project")
app.config["SQLALCHEMY_DATABASE_URI"] = sys.argv[1]
db = SQLAlchemy(app)
Migrate(app, db)
with app.app_context():
    done = prepare()
print(len(done.created), len(done.adopted), len(done.steps))
"""


def at_once(project, count):
    """What each of several processes did: made, adopted, applied."""
    program = project.folder / "program.py"
    program.write_text(PROGRAM)
    url = project.url.render_as_string(hide_password=False)
    started = [
        subprocess.Popen(
            [sys.executable, program.name, url],
            cwd=project.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    with ThreadPoolExecutor(count) as executor:
        outcomes = list(executor.map(lambda each: (*each.communicate(), each.returncode), started))
    assert [code for _, _, code in outcomes] == [0] * count, [text for _, text, _ in outcomes]
    return [
        sum(numbers)
        for numbers in zip(*(map(int, out.split()) for out, _, _ in outcomes), strict=True)
    ]


def test_eight_at_once_make_one_database(project):
    """One makes it, and each revision is applied once."""
    assert at_once(project, 8) == [1, 0, 2]
    assert project.current() == {"rev2"}


def test_a_database_that_another_process_makes_first_is_not_said_to_be_made(project, database_url):
    """Although it was not there when this one looked."""
    if database_url.get_backend_name() == "sqlite":
        pytest.skip("one call looks and makes")
    other = sa.create_engine(database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def quicker(connection, cursor, statement, parameters, context, executemany):
        if statement.startswith("CREATE DATABASE") and connection.engine is not other:
            with other.connect() as elsewhere:
                elsewhere.exec_driver_sql(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", quicker)
    try:
        done = project.run("prepare").value
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", quicker)
    assert (done.created, len(done.steps)) == ((), 2)


def test_four_at_once_adopt_once(there):
    """The others find it done."""
    create_all(there, users)
    assert at_once(there, 4) == [0, 1, 1]
    assert left_over(there) == []


def test_a_server_that_does_not_come_up_is_waited_for_as_long_as_was_said(project):
    """Then the error is that of any command."""
    if project.url.get_backend_name() == "sqlite":
        pytest.skip("there is no server")
    kept, project.url = project.url, project.url.set(host="127.0.0.1", port=1, query={})
    begun = time.monotonic()
    outcome = project.run("prepare", "flask db", timeout="1s")
    project.url = kept
    assert time.monotonic() - begun >= 1
    assert outcome.exit_code == 1
    assert "cannot be used" in outcome.stderr


def test_a_server_that_comes_up_later_is_waited_for(project):
    """As in a group of containers."""
    if project.url.get_backend_name() != "sqlite":
        pytest.skip("it has a server of its own")
    with servers.private_postgresql() as server:
        server.process.kill()
        server.process.wait()
        project.url = server.url.set(database="shop")
        start = threading.Timer(1, server.restart)
        start.start()
        outcome = project.run("prepare", timeout="60s")
        start.join()
        assert outcome.value.created == ("default",)


def test_a_database_that_nobody_may_make_is_told(project, database_url):
    """With the statement for somebody who may."""
    kind = database_url.get_backend_name()
    if kind == "sqlite":
        pytest.skip("anybody may make a file")
    # A server of MariaDB tells a socket from an address.
    users = "pauper@localhost, pauper@'127.0.0.1'"
    make = "CREATE ROLE pauper LOGIN" if kind == "postgresql" else f"CREATE USER {users}"
    gone = make.replace("CREATE", "DROP").replace(" LOGIN", "")
    engine = sa.create_engine(database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(make)
        try:
            project.url = project.url.set(username="pauper")
            error = project.run("prepare").error
        finally:
            connection.exec_driver_sql(gone)
    assert isinstance(error, refusals.NotCreatedError)
    assert "is not there and cannot be made: " in error.message
    assert "CREATE DATABASE " in error.hint
