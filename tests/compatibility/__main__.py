"""Print what a project of each earlier release does: ``python -m tests.compatibility``."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from pathlib import Path

from . import matrix


def main() -> int:
    """Run every project on every face and return the number of those that fail."""
    warnings.simplefilter("ignore")
    print(f"{'templates of':16}" + "".join(f"{name:>16}" for name in matrix.COMMANDS))
    failed = 0
    for template, release in matrix.PROJECTS:
        results = [_result(template, release, face) for face in matrix.FACES]
        merged = {
            name: "ok" if all(each[name] == "ok" for each in results) else "FAILED"
            for name in matrix.COMMANDS
        }
        failed += "FAILED" in merged.values()
        label = f"{release} {'multidb' if 'multidb' in template else ''}"
        print(f"{label:16}" + "".join(f"{merged[name]:>16}" for name in matrix.COMMANDS))
    total = len(matrix.PROJECTS)
    print(f"{total - failed} of {total} projects, each on {', '.join(matrix.FACES)}: ok")
    return failed


def _result(template: str, release: str, face: str) -> dict[str, str]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return matrix.results(matrix.project(Path(folder), template, release), face)
        finally:
            os.chdir(before)


if __name__ == "__main__":
    sys.exit(main())
