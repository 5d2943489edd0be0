"""``python -m tests.property``: many pairs from a new seed."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from .. import servers
from .known import known
from .places import BACKENDS, bench
from .trial import Result


def main() -> int:
    """Run the pairs and print what was wrong with them."""
    parser = argparse.ArgumentParser(prog="python -m tests.property", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1000, help="pairs for each database")
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    parser.add_argument("--database", action="append", choices=BACKENDS)
    parser.add_argument("--show", type=int, default=3, help="failures to print of each kind")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"seed {arguments.seed}", flush=True)
    failed = 0
    for backend in arguments.database or BACKENDS:
        try:
            failed += _run(backend, arguments)
        except servers.UnavailableError as error:
            print(f"{backend}: not run, {error}")
            failed += 1
    return 1 if failed else 0


def _run(backend: str, arguments: argparse.Namespace) -> int:
    began, failures, listed, told = time.monotonic(), [], 0, 0
    with tempfile.TemporaryDirectory() as folder, bench(backend, Path(folder)) as place:
        for seed in range(arguments.seed, arguments.seed + arguments.pairs):
            result = place.run(seed)
            if result.is_told:
                told += 1
            elif result.problem and known(place.dialect, result):
                listed += 1
            elif result.problem:
                failures.append(result)
    seconds = time.monotonic() - began
    print(
        f"{backend}: {arguments.pairs} pairs, {len(failures)} failed, "
        f"{listed} ({listed / arguments.pairs:.1%}) needed the list of known differences, "
        f"{told} were refused or warned of, "
        f"{seconds:.0f} s",
        flush=True,
    )
    _print(failures, arguments.show)
    return len(failures)


def _print(failures: list[Result], show: int) -> None:
    kinds = Counter(failure.problem for failure in failures)
    for kind, count in kinds.most_common():
        print(f"\n=== {kind}: {count}")
        for failure in [each for each in failures if each.problem == kind][:show]:
            print(f"--- seed {failure.seed}")
            for fact in failure.facts:
                print("   ", fact)
            print(failure.detail)
            if show < 4:
                print(failure.file)


if __name__ == "__main__":
    sys.exit(main())
