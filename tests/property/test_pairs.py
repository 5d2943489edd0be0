"""A hundred pairs of schemas on each database, the same in every run."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from .. import servers
from .changing import pair
from .chosen import PAIRS, MadeSchema
from .chosen_enums import ENUMS
from .chosen_keys import KEYS
from .chosen_mariadb import MARIADB
from .chosen_names import NAMES
from .chosen_sqlite import SQLITE
from .known import known
from .places import BACKENDS, on_files, on_server
from .trial import Bench

#: Tests may run side by side, a part of the pairs in each.
PARTS = range(4)
PAIRS_IN_A_PART = 25
SEED = 20261123


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each database in turn."""
    return str(request.param)


@pytest.fixture
def bench(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> Iterator[Bench]:
    """Two databases of the kind."""
    warnings.simplefilter("ignore")
    if backend == "sqlite":
        with on_files(tmp_path) as found:
            yield found
        return
    server: servers.Server = request.getfixturevalue(f"{backend}_server")
    with on_server(server, tmp_path) as found:
        yield found


@pytest.mark.parametrize("part", PARTS)
def test_what_is_written_leads_to_the_models_and_back(bench, part):
    """Upgrade is what create_all() would make, downgrade what was there; no row is lost."""
    first = SEED + part * PAIRS_IN_A_PART
    results = [bench.run(seed) for seed in range(first, first + PAIRS_IN_A_PART)]
    failed = [
        (each.seed, each.problem, each.detail[:300], each.facts)
        for each in results
        if each.problem and not each.is_told and not known(bench.dialect, each)
    ]
    assert not failed


ALL = {**PAIRS, **ENUMS, **KEYS, **NAMES, **SQLITE, **MARIADB}
CHOSEN = [(backend, name) for name, pair in ALL.items() for backend in pair.backends]


@pytest.mark.parametrize(("backend", "name"), CHOSEN, indirect=["backend"])
def test_a_chosen_pair_leads_to_the_models_and_back(bench, backend, name):
    """One thing at a time, and rare ones."""
    chosen = ALL[name]
    result = bench.take(MadeSchema(chosen.before, chosen.rows), MadeSchema(chosen.after))
    assert (result.problem, result.detail, result.facts) == ("", "", [])


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_a_seed_always_makes_the_same_pair(dialect):
    """What failed can be looked at again."""
    assert pair(5, dialect) == pair(5, dialect)
    assert pair(5, dialect) != pair(6, dialect)


def test_a_change_that_is_not_found_is_a_failure(tmp_path, monkeypatch):
    """The pairs do not only run: a comparison that finds nothing is caught."""
    monkeypatch.setattr("alembic.autogenerate.api.AutogenContext.run_object_filters", lambda *a: 0)
    with on_files(tmp_path) as bench:
        problems = {bench.run(seed).problem for seed in range(SEED, SEED + 10)}
    assert "change not found" in problems
