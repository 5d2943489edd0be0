"""A column gets another type: its values are kept, or that they are not is said before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .running import Tables
from .types import KEPT, PROBES, STOPS, TOLD

DATABASES = ("sqlite", "postgresql", "mariadb")


def numbers(database: str, outcome: str) -> list[int]:
    """The probes that have an outcome on a database."""
    place = DATABASES.index(database)
    return [number for number, probe in enumerate(PROBES) if probe[4][place] == outcome]


def cases(outcome: str) -> Any:
    """A parameter for each probe with an outcome on each database."""
    found = [(each, number) for each in DATABASES for number in numbers(each, outcome)]
    names = [f"{database}: {PROBES[number][0]}" for database, number in found]
    return pytest.mark.parametrize(("database", "number"), found, ids=names)


def test_each_probe_has_one_outcome_on_each_database():
    """There is none that loses values without a word."""
    for database in DATABASES:
        count = sum(len(numbers(database, each)) for each in (KEPT, TOLD, STOPS))
        assert count == sum(probe[4][DATABASES.index(database)] != "-" for probe in PROBES)
        assert count >= 50


@pytest.fixture(scope="module")
def tables(request, tmp_path_factory) -> Iterator[Any]:
    """Make the project with all probes that have an outcome on a database, once."""
    made: dict[tuple[str, str], Tables] = {}
    ends: list[Any] = []

    def of(database: str, outcome: str) -> Tables:
        key = database, outcome
        if key not in made:
            folder = tmp_path_factory.mktemp("-".join(key))
            url: Any = f"sqlite:///{folder / 'app.db'}"
            if database != "sqlite":
                server = request.getfixturevalue(f"{database}_server")
                ends.append(server.database())
                url = ends[-1].__enter__()
            probes = {number: PROBES[number][1:4] for number in numbers(*key)}
            made[key] = Tables(folder, url, probes)
        return made[key]

    yield of
    for each in ends:
        each.__exit__(None, None, None)


@pytest.fixture(scope="module")
def there_and_back(tables) -> Any:
    """What was said, and the values before and after, for the probes that keep them."""
    results: dict[str, Any] = {}

    def of(database: str) -> Any:
        if database not in results:
            project = tables(database, KEPT)
            before = {number: project.values(number) for number in project.probes}
            project.change(project.probes)
            said = project.call("migrate").stderr
            for command in ("upgrade", "check", "downgrade"):
                outcome = project.call(command)
                assert outcome.exit_code == 0, outcome.stderr
            after = {number: project.values(number) for number in project.probes}
            results[database] = said, before, after
        return results[database]

    return of


@cases(KEPT)
def test_values_are_kept(there_and_back, database, number):
    """Nobody needs to be told, and a downgrade finds them."""
    said, before, after = there_and_back(database)
    assert f"t_{number}.value" not in said.replace("INFO", "").partition("Warning")[2]
    assert after[number] == before[number]


@pytest.fixture(scope="module")
def told(tables) -> Any:
    """What is said and written of the probes that do not keep their values."""
    results: dict[str, tuple[str, str]] = {}

    def of(database: str) -> tuple[str, str]:
        if database not in results:
            project = tables(database, TOLD)
            project.change(project.probes)
            assert project.call("migrate", strict=True).exit_code == 3
            assert len(project.revision_files()) == 1
            said = project.call("migrate").stderr
            results[database] = said, " ".join(project.newest().read_text().split())
        return results[database]

    return of


@cases(TOLD)
def test_values_that_are_not_kept_are_told(told, database, number):
    """On standard error and above the line; ``--strict`` writes nothing."""
    said, written = told(database)
    facts = f"t_{number}.value becomes "
    assert f"Warning: {facts}" in said
    assert f"# {facts}" in written


@cases(STOPS)
def test_values_that_do_not_fit_stop_the_upgrade(tables, database, number):
    """They are as they were."""
    project = tables(database, STOPS)
    before = project.values(number)
    project.change([number])
    assert project.call("migrate").exit_code == 0
    path = project.newest()
    try:
        assert project.call("upgrade").exit_code == 1
    finally:
        path.unlink()
    assert project.values(number) == before
