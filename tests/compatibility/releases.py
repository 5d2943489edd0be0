"""The project templates of every Flask-Migrate release that changed one.

They are fetched from the package index when a test asks for them, unpacked,
and never installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from contextlib import suppress
from functools import cache
from pathlib import Path

#: The first release with each variant of the single-database ``env.py``.
SINGLE = (
    *("0.1.0", "1.1.0", "1.4.0", "1.5.1", "2.0.4", "2.3.1", "2.4.0", "2.5.0", "2.5.3", "2.6.0"),
    *("2.7.0", "3.0.1", "4.0.0", "4.0.1", "4.0.3", "4.0.4", "4.1.0"),
)

#: The same for several databases.
MULTI = (
    *("1.5.0", "1.5.1", "2.0.4", "2.4.0", "2.5.0", "2.5.3", "2.6.0", "2.7.0", "3.0.1", "3.1.0"),
    *("4.0.0", "4.0.1", "4.0.3", "4.0.4", "4.1.0"),
)

_CACHE = Path(__file__).parents[2] / ".pytest_cache" / "releases"


@cache
def templates(release: str) -> Path:
    """The folder with the templates of a release.

    :raises LookupError: The package index cannot be reached.
    """
    folder = _CACHE / release
    if not folder.exists():
        archive = _download(release)
        partial = folder.with_name(f"{release}.{os.getpid()}")
        if archive.suffix in {".whl", ".zip"}:
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(partial)
        else:
            with tarfile.open(archive) as opened:
                opened.extractall(partial, filter="data")
        # Another process may have been here meanwhile.
        with suppress(OSError):
            partial.rename(folder)
    return next(folder.rglob("templates/flask/env.py")).parents[1]


def _download(release: str) -> Path:
    target = _CACHE / "archives" / release
    words = f"-m pip download --quiet --no-deps Flask-Migrate=={release} -d {target}"
    done = subprocess.run([sys.executable, *words.split()], capture_output=True, text=True)
    if done.returncode:
        raise LookupError(f"Flask-Migrate {release}: {done.stderr.strip()[-300:]}")
    return next(target.iterdir())
