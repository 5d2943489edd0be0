from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from . import servers
from .project import FACES, Project


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the developer's shell reaches a command."""
    for name in os.environ:
        if name.startswith("FLASK_") and not name.startswith("FLASK_MIGRATE_TESTS_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that a test edits twice in a second would be the same to Python."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    """No pool of a test's applications outlives it: Python 3.13 warns of what is left open."""
    engines = weakref.WeakSet()

    def note(connection: sa.engine.Connection) -> None:
        if not connection.dialect.is_async:
            engines.add(connection.engine)

    sa.event.listen(sa.engine.Engine, "engine_connect", note)
    yield
    sa.event.remove(sa.engine.Engine, "engine_connect", note)
    for engine in list(engines):
        engine.dispose()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project on SQLite, in the working directory."""
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


@pytest.fixture
def started(project: Project) -> Project:
    """A project with a migration directory."""
    project.run("init")
    return project


@pytest.fixture(params=FACES)
def run(request: pytest.FixtureRequest, project: Project):
    """Run a command on each face in turn; the test sees one at a time."""
    return partial(project.run, face=request.param)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[servers.Server]:
    """A PostgreSQL for all tests together."""
    yield from _served("PostgreSQL", servers.postgresql())


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[servers.Server]:
    """A MariaDB for all tests together."""
    yield from _served("MariaDB", servers.mariadb())


def _served(
    kind: str, starting: AbstractContextManager[servers.Server]
) -> Iterator[servers.Server]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(starting)
        except servers.UnavailableError as error:
            reason = f"No {kind}: TEST_{kind.upper()}_URL is not set, and {error}."
            if os.environ.get("FLASK_MIGRATE_TESTS_REQUIRE_DATABASES") == "1":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: servers.Server) -> Iterator[URL]:
    """A new database on PostgreSQL."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture
def mariadb_url(mariadb_server: servers.Server) -> Iterator[URL]:
    """A new database on MariaDB."""
    with mariadb_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """A new database of each kind in turn."""
    if request.param == "sqlite":
        return make_url(f"sqlite:///{tmp_path / 'app.db'}")
    return request.getfixturevalue(f"{request.param}_url")
