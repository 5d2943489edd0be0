"""Running two commands in turn, as whole processes."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Timings:
    """What the runs of one command took."""

    seconds: list[float] = field(default_factory=list)
    mebibytes: list[float] = field(default_factory=list)
    statements: int | None = None
    output: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def memory(self) -> float:
        return max(self.mebibytes)


def run(
    command: list[str],
    folder: Path,
    variables: dict[str, str],
    into: Timings,
    reading: Callable[[str], float] | None = None,
) -> None:
    """Run *command* once and note what it took.

    :param reading: Takes the seconds out of the output, where the whole process
        is not what is measured.
    """
    environment = {"PATH": "/usr/bin:/bin", "FLASK_APP": "app", **variables}
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode != 0:
        raise RuntimeError(f"{command} exited with {process.returncode}")
    into.seconds.append(reading(output) if reading else seconds)
    into.mebibytes.append(_peak(usage))
    into.output = output
    counted = Path(variables.get("BENCH_STATEMENTS", os.devnull))
    if counted.is_file():
        into.statements = int(counted.read_text())
        counted.unlink()


def _peak(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024
