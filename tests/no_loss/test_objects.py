"""A column gets another type: what hangs on it, and on its table, stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from ..project import Project
from .objects import PROBES, Probe, models


class Objects(Project):
    """A project with the tables of all probes of a database."""

    def see(self, number: int) -> list[Any]:
        """What the probe finds, and how many of its statements fail."""
        probe = PROBES[number]
        found: list[Any] = [self.ask(each, number) for each in probe.looks]
        for each in probe.refused:
            with pytest.raises(sa.exc.DBAPIError):
                self.ask(each, number)
        return found

    def ask(self, sql: str, number: int) -> Any:
        return self.execute(sql.replace("{t}", f"o_{number}").replace(":", "\\:"))

    def call(self, name: str) -> str:
        outcome = self.run(name, "flask db")
        assert outcome.exit_code == 0, outcome.stderr
        return outcome.stderr


def _enforce(connection: Any, record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA foreign_keys=ON")


@pytest.fixture(scope="module")
def seen(request, tmp_path_factory) -> Iterator[Any]:
    """What the probes of a database find before, after an upgrade and after a downgrade."""
    results: dict[str, Any] = {}
    ends: list[Any] = []
    patch = pytest.MonkeyPatch()
    sa.event.listen(sa.engine.Engine, "connect", _enforce)

    def of(database: str) -> Any:
        if database not in results:
            folder = tmp_path_factory.mktemp(database)
            url: Any = f"sqlite:///{folder / 'app.db'}"
            if database != "sqlite":
                ends.append(request.getfixturevalue(f"{database}_server").database())
                url = ends[-1].__enter__()
            with patch.context() as inside:
                inside.chdir(folder)
                results[database] = _there_and_back(Objects(folder, url), database)
        return results[database]

    yield of
    sa.event.remove(sa.engine.Engine, "connect", _enforce)
    for each in ends:
        each.__exit__(None, None, None)


def _there_and_back(project: Objects, database: str) -> Any:
    numbers = [number for number, each in enumerate(PROBES) if each.database == database]
    project.models = models(database)
    assert project.run("init").exit_code == 0
    for number in numbers:
        for sql in PROBES[number].setup:
            project.ask(sql, number)
    found = [{number: project.see(number) for number in numbers}]
    said = project.call("migrate")
    for command in ("upgrade", "downgrade"):
        project.call(command)
        if command == "upgrade":
            project.call("check")
        found.append({number: project.see(number) for number in numbers})
    return said, found


def _name(number: int) -> str:
    return f"{PROBES[number].database}: {PROBES[number].name}"


@pytest.mark.parametrize("number", range(len(PROBES)), ids=_name)
def test_it_is_there_as_before(seen, number):
    """After the upgrade, and after the downgrade."""
    probe: Probe = PROBES[number]
    said, (before, upgraded, downgraded) = seen(probe.database)
    assert "Warning" not in said
    assert before[number][0]
    assert upgraded[number] == before[number]
    assert downgraded[number] == before[number]
