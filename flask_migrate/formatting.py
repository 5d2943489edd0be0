"""The tool of the project that formats Python, run on a file that is not there yet."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from .refusals import FormatterError, UnknownFormatterError

#: The tools that are known, with what they are told to format standard input.
TOOLS = {"ruff": ("format",), "black": ("--quiet",)}


class Formatter:
    """One of :data:`TOOLS`, with the configuration that the project has for it.

    :raises UnknownFormatterError: It is none of these.
    :raises FormatterError: It is not installed.
    """

    def __init__(self, name: str) -> None:
        if name not in TOOLS:
            raise UnknownFormatterError(name, TOOLS)
        self.name = name
        elsewhere = shutil.which(name)
        if find_spec(name) is not None:
            self._command = [sys.executable, "-m", name]
        elif elsewhere:
            self._command = [elsewhere]
        else:
            raise FormatterError(
                f"{name} is not installed, so no file was written.",
                hint=f"Install it with: {os.path.basename(sys.executable)} -m pip install {name}",
            )

    def format(self, path: Path, target: Path) -> None:
        """Format the file at *path* as the project wants it to be at *target*.

        :raises FormatterError: The tool did not like it, or its configuration.
        """
        command = [*self._command, *TOOLS[self.name], "--stdin-filename", os.fspath(target), "-"]
        done = subprocess.run(  # noqa: S603
            command, input=path.read_bytes(), capture_output=True, check=False
        )
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing"]
            raise FormatterError(
                f"{self.name} did not format the file, so none was written. It said: {said[-1]}",
                hint=f"Correct the configuration of {self.name}, or leave out: "
                f"--format {self.name}",
            )
        path.write_bytes(done.stdout)
