"""The long form: ``python -m tests.torture``, or ``make torture``. Prints what it counted."""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from .. import servers
from . import broken_servers, trials, writing
from .disturbances import DISTURBANCES
from .trial import Trial, Workshop

KINDS = ("sqlite", "postgresql", "mariadb")

Run = Callable[[Trial, Workshop], None]


class Torture:
    """All trials on one kind of database."""

    def __init__(self, workshop: Workshop, rounds: int, seed: int) -> None:
        self.workshop = workshop
        self.rounds = rounds
        self.seed = seed
        self.found = 0

    def all(self) -> None:
        """Run every trial and print a line for each sort."""
        work, kind = self.workshop, self.workshop.kind
        for count in (2, 8, 16):
            for from_middle in (False, True):
                start = "the middle" if from_middle else "empty"
                run = partial(trials.simultaneous, count=count, from_middle=from_middle)
                # One at a time: the processes of a round have the machine to themselves.
                self._report(f"{count} at once from {start}", [run] * self.rounds, at_once=1)
        everywhere = range(1, work.statements + 1)
        self._report(
            "killed before a statement", [_at(trials.killed_at, statement=n) for n in everywhere]
        )
        moments = trials.moments(2 * self.rounds, self.seed, longest=2.0)
        self._report(
            "killed at a moment", [_at(trials.killed_after, seconds=each) for each in moments]
        )
        operations = range(1, work.operations + 1)
        self._report(
            "raises after an operation",
            [_at(trials.raising_after, operation=n) for n in operations],
        )
        for fault in DISTURBANCES[kind]:
            somewhere = everywhere[:: max(1, len(everywhere) // (2 * self.rounds))]
            self._report(
                f"{fault} at a statement",
                [_at(trials.disturbed_by, fault=fault, statement=n) for n in somewhere],
            )
        held = [_at(trials.held_table, statement=n) for n in range(1 + self.rounds // 4)]
        self._report("another session holds a table", held)

    def _report(self, name: str, runs: list[Run], at_once: int | None = None) -> None:
        with ThreadPoolExecutor(at_once or os.cpu_count()) as pool:
            done = list(pool.map(self._one, runs))
        report(self.workshop.kind, name, done)
        self.found += sum(1 for _, problems in done if problems)

    def _one(self, run: Run) -> tuple[int, list[str]]:
        with self.workshop.trial() as trial:
            run(trial, self.workshop)
            return trial.processes, trial.problems


def _at(function: Callable[..., None], **where: Any) -> Run:
    return partial(function, **where)


def report(kind: str, name: str, done: Iterable[tuple[int, list[str]]]) -> None:
    """Print how many trials of a sort ran, and what was wrong."""
    done = list(done)
    wrong = [problems for _, problems in done if problems]
    processes = sum(count for count, _ in done)
    print(
        f"{kind:<11} {name:<34} {len(done):>5} trials {processes:>6} processes "
        f"{len(wrong):>4} wrong",
        flush=True,
    )
    for problems in wrong[:5]:
        print(f"    {problems[0]}", flush=True)


def write(folder: Path, rounds: int, seed: int) -> int:
    """Run the trials of processes that write revisions; returns how many found something."""
    moments = trials.moments(2 * rounds, seed, longest=0.8)
    sorts: dict[str, list[Callable[[Path], Trial]]] = {
        f"{count} migrate at once": [partial(writing.several_at_once, count=count)] * rounds
        for count in (2, 8)
    }
    sorts["migrate killed with half a file"] = [writing.killed_with_half_a_file] * rounds
    sorts["migrate killed at a moment"] = [
        partial(writing.killed_after, seconds=each) for each in moments
    ]
    found = 0
    for name, runs in sorts.items():
        ended = [run(folder / f"{name} {number}") for number, run in enumerate(runs)]
        report("files", name, [(each.processes, each.problems) for each in ended])
        found += sum(1 for each in ended if each.problems)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("kinds", nargs="*", default=KINDS)
    options = parser.parse_args()
    print(f"rounds {options.rounds}, seed {options.seed}")
    found = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found += write(folder / "writing", options.rounds, options.seed)
        for kind in options.kinds:
            server = None
            if kind != "sqlite":
                server = stack.enter_context(getattr(servers, kind)())
            torture = Torture(Workshop(folder, kind, server), options.rounds, options.seed)
            torture.all()
            found += torture.found
            if kind != "sqlite":
                done = broken_servers.trials(folder / "broken", kind, options.rounds)
                for name, results in done:
                    report(kind, name, results)
                    found += sum(1 for _, problems in results if problems)
    print(f"{found} trials found something wrong.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
