"""The short form of the trials: a few of each sort on each kind of database."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import pytest

from .. import servers
from . import broken_servers, trials
from .disturbances import DISTURBANCES
from .trial import Workshop

KINDS = ("sqlite", "postgresql", "mariadb")


@pytest.fixture(scope="session", params=KINDS)
def workshop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Makes trials on each kind of database in turn."""
    kind = request.param
    server = None if kind == "sqlite" else request.getfixturevalue(f"{kind}_server")
    return Workshop(tmp_path_factory.mktemp("torture"), kind, server)


def problems(workshop: Workshop, run) -> list[str]:
    with workshop.trial() as trial:
        run(trial, workshop)
        return trial.problems


def some(count: int, several: int) -> list[int]:
    """A few numbers from 1 to *count*, far from each other."""
    return [1 + count * n // several for n in range(several)]


@pytest.mark.parametrize("from_middle", [False, True])
def test_eight_upgrades_at_once_are_like_one(workshop, from_middle):
    """Each exits 0, and what is there is what one leaves."""
    run = partial(trials.simultaneous, count=8, from_middle=from_middle)
    assert problems(workshop, run) == []


@pytest.mark.parametrize("place", range(8))
def test_a_run_killed_before_a_statement_is_made_good_by_the_next(workshop, place):
    """Whatever the driver was about to be asked."""
    statement = some(workshop.statements, 8)[place]
    assert problems(workshop, partial(trials.killed_at, statement=statement)) == []


@pytest.mark.parametrize("place", range(4))
def test_a_revision_that_raises_after_an_operation_is_made_good(workshop, place):
    """Whichever operation it was."""
    operation = some(workshop.operations, 4)[place]
    assert problems(workshop, partial(trials.raising_after, operation=operation)) == []


@pytest.mark.parametrize("fault", ["drop", "terminate", "fill", "freeze"])
def test_a_disturbed_run_says_so_on_one_screen_and_is_made_good(workshop, fault):
    """Exit code 1, no traceback and no password; then the next run."""
    if fault not in DISTURBANCES[workshop.kind]:
        pytest.skip(f"{workshop.kind} has no such fault")
    for statement in some(workshop.statements, 3):
        run = partial(trials.disturbed_by, fault=fault, statement=statement)
        assert problems(workshop, run) == []


def test_a_table_that_another_session_holds_ends_the_run_in_time(workshop):
    """With ``--lock-timeout``; the next run goes through."""
    assert problems(workshop, partial(trials.held_table, statement=0)) == []


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_server_that_is_killed_or_full_is_made_good(kind):
    """Both on a server that nobody else uses."""
    # The accounts of servers may not look into the folder of a test.
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = list(broken_servers.trials(Path(folder), kind, rounds=2))
        except servers.UnavailableError as error:
            pytest.skip(str(error))
    assert len(done) >= 1
    assert [found for _, results in done for _, found in results if found] == []
