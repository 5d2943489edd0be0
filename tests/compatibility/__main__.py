"""Print what a project of each earlier release does: ``python -m tests.compatibility``."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from pathlib import Path

from . import matrix


def main() -> int:
    """Run every project on every face and return 1 if one of them fails."""
    warnings.simplefilter("ignore")
    print(f"{'templates of':16}" + "".join(f"{name:>14}" for name in matrix.COMMANDS))
    failures: list[str] = []
    good = 0
    for template, release in matrix.PROJECTS:
        label = f"{release} {'multidb' if 'multidb' in template else ''}".strip()
        results = {face: _results(template, release, face) for face in matrix.FACES}
        cells = [_cell(results, name) for name in matrix.COMMANDS]
        good += all(cell == "ok" for cell in cells)
        print(f"{label:16}" + "".join(f"{cell:>14}" for cell in cells), flush=True)
        failures += [
            f"{label}: {face} {name}: {found}"
            for face, each in results.items()
            for name, found in each.items()
            if found != "ok"
        ]
    print(*failures, sep="\n", end="\n" if failures else "")
    print(f"On each of {', '.join(matrix.FACES)}:")
    print(f"{good} of {len(matrix.PROJECTS)} projects: ok")
    return 0 if good == len(matrix.PROJECTS) else 1


def _cell(results: dict[str, dict[str, str]], name: str) -> str:
    """What one command does on all faces together."""
    is_good = all(each.get(name) == "ok" for each in results.values())
    return "ok" if is_good else "FAILED"


def _results(template: str, release: str, face: str) -> dict[str, str]:
    """Each command with "ok", or what went wrong; only "init" if there is no project."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return matrix.results(matrix.project(Path(folder), template, release), face)
        except (LookupError, RuntimeError) as error:
            return {"init": str(error)}
        finally:
            os.chdir(before)


if __name__ == "__main__":
    sys.exit(main())
