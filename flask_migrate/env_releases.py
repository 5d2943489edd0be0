"""Which release wrote an ``env.py``, and replacing one that nobody has changed."""

from __future__ import annotations

import difflib
import hashlib
import shutil
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from .template_folders import TEMPLATES

#: The releases that wrote each ``env.py`` for one database, by the first seven
#: digits of its git blob id (SHA-1 of "blob LENGTH\\0" and the content).
SINGLE = {
    "2ed594a": "0.1.0-1.0.0",
    "70961ce": "1.1.0-1.3.0",
    "0a038e6": "1.4.0-1.5.0",
    "4593816": "1.5.1-2.0.3",
    "23663ff": "2.0.4-2.3.0",
    "2d31c5a": "2.3.1",
    "169d487": "2.4.0",
    "79b8174": "2.5.0-2.5.2",
    "9452179": "2.5.3",
    "8b3fb33": "2.6.0",
    "42438a5": "2.7.0-3.0.0",
    "68feded": "3.0.1-3.1.0",
    "55e9df9": "4.0.0",
    "fa412e8": "4.0.1-4.0.2",
    "0694bc4": "4.0.3",
    "89f80b2": "4.0.4",
    "4c97092": "4.0.5-4.1.0",
}

#: The same for several databases.
MULTI = {
    "a0a39a3": "1.5.0",
    "71659dc": "1.5.1-2.0.3",
    "06a074e": "2.0.4-2.3.1",
    "1b32076": "2.4.0",
    "7e76ef4": "2.5.0-2.5.2",
    "c041738": "2.5.3",
    "79a2cfb": "2.6.0",
    "e2dd4da": "2.7.0-3.0.0",
    "04b1ff7": "3.0.1",
    "8c572fc": "3.1.0",
    "476b9bf": "4.0.0",
    "953e2b2": "4.0.1-4.0.2",
    "2556d6d": "4.0.3",
    "8f3101f": "4.0.4",
    "31b8e72": "4.0.5-4.1.0",
}


@dataclass(frozen=True)
class EnvFile:
    """The ``env.py`` of a project.

    ``releases`` is ``None`` where somebody has changed it since it was written.
    """

    path: Path
    releases: str | None
    every_bind: bool

    @property
    def is_thin(self) -> bool:
        """Whether it calls this package, as a new one does."""
        return "environment.run(" in self._text()

    @property
    def successor(self) -> Path:
        """What a new project of the same kind gets."""
        return TEMPLATES / ("flask-multidb" if self.every_bind else "shared") / "env.py"

    def difference(self) -> str:
        """What replacing it would change, as a unified diff."""
        return "\n".join(
            difflib.unified_diff(
                self._text().splitlines(),
                self.successor.read_text(encoding="utf-8").splitlines(),
                f"{self.path} (now)",
                f"{self.path} (new)",
                lineterm="",
            )
        )

    def replace(self) -> Path:
        """Put today's in its place and return where the old one is kept."""
        kept = self.path.with_name("env.py.old")
        for number in count(2):
            if not kept.exists():
                break
            kept = self.path.with_name(f"env.py.old{number}")
        shutil.copyfile(self.path, kept)
        shutil.copyfile(self.successor, self.path)
        return kept

    def _text(self) -> str:
        return self.path.read_text(encoding="utf-8", errors="replace")


def recognised(path: Path) -> EnvFile:
    """The ``env.py`` at *path*, with the releases that wrote it as it is."""
    content = path.read_bytes().replace(b"\r\n", b"\n")
    # Git's name for the content, not a signature.
    name = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    blob = name.hexdigest()[:7]
    return EnvFile(
        path,
        SINGLE.get(blob) or MULTI.get(blob),
        b"engine_name" in content or b"every_bind=True" in content,
    )
