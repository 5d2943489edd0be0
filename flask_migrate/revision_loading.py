"""The revision files of a history, most of which need not run to be known."""

from __future__ import annotations

import marshal
import os
import re
import time
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from struct import Struct
from types import CodeType, ModuleType
from typing import Any

from alembic import util
from alembic.script import Script, ScriptDirectory, base
from alembic.script.revision import Revision
from alembic.util import compat

from . import alembic_parts
from .revision_headers import Header, HeaderReader

_NAME = re.compile(r"(?!\.\#|__init__)(.*\.py)$")

_load_file = util.load_python_file


class HeaderScript(Script):
    """A revision whose module runs when it is first asked for."""

    def __init__(self, header: Header, path: str) -> None:
        # Attributes that come later take Python much more memory.
        self.nextrev = self._all_nextrev = _NONE
        # What Alembic finds out of a revision that depends on nothing.
        self._resolved_dependencies = self._normalized_resolved_dependencies = ()
        self.path = path
        name, down, labels, needed, self._doc = header
        is_usual = _IS_KNOWN and not (labels or needed or isinstance(down, tuple))
        if is_usual and name.isalnum() and name != down:
            self.revision, self.down_revision = name, down
            self.dependencies, self._orig_branch_labels = None, ()
            # One for all, until a revision of the history has a label.
            self.branch_labels = _NONE  # type: ignore[assignment]
            return
        Revision.__init__(
            self,
            name,
            down,
            branch_labels=util.to_tuple(labels, default=()),
            dependencies=util.to_tuple(needed, default=()),
        )

    @property
    def module(self) -> ModuleType:
        """The module, which runs now if it has not yet."""
        if "_module" not in self.__dict__:
            alembic_parts.complete()
            self._module = util.load_python_file(*os.path.split(self.path))
        return self._module

    @module.setter
    def module(self, module: ModuleType) -> None:
        self._module = module

    @property
    def longdoc(self) -> str:
        """The docstring of the file."""
        return (self._doc or "").strip()


_NONE: frozenset[str] = frozenset()

#: Whether Alembic makes of most revisions what is made of them here.
_IS_KNOWN = vars(Revision("a", "b")) == {
    "revision": "a",
    "down_revision": "b",
    "dependencies": None,
    "_orig_branch_labels": (),
    "branch_labels": set(),
}


def loader(script: ScriptDirectory) -> Callable[[], Iterator[Script]]:
    """What yields the revisions of *script* in the order in which Alembic does.

    Where the application has replaced a step of Alembic's, it is Alembic's own.
    """
    load: Any = script._load_revisions
    is_alembics = (
        getattr(load, "__func__", None) is ScriptDirectory._load_revisions
        and ScriptDirectory._load_revisions is _LOAD
        and Script._from_path.__func__ is _FROM_PATH  # type: ignore[attr-defined]
        and Script._list_py_dir.__func__ is _LIST_PY_DIR  # type: ignore[attr-defined]
        and util.load_python_file is _load_file
        and base.Script is Script
    )
    if not is_alembics or script.sourceless:
        alembic_parts.complete()
        return load  # type: ignore[no-any-return]
    return lambda: _revisions(script)


_LOAD: Any = ScriptDirectory._load_revisions
_FROM_PATH: Any = Script._from_path.__func__  # type: ignore[attr-defined]
_LIST_PY_DIR: Any = Script._list_py_dir.__func__  # type: ignore[attr-defined]


def _revisions(script: ScriptDirectory) -> Iterator[Script]:
    reader = HeaderReader()
    seen: set[str] = set()
    for place in script._version_locations:
        if not place.exists():
            continue
        for folder, names in _folders(place, script.recursive_version_locations):
            cached = _Bytecode(folder)
            for name, path in names:
                if path in seen:
                    util.warn(
                        f"File {path} loaded twice! ignoring. "
                        "Please ensure version_locations is unique."
                    )
                    continue
                seen.add(path)
                quick = _header_script(reader, cached, name, path)
                found = quick or _run(script, path)
                if found is not None:
                    yield found


def _run(script: ScriptDirectory, path: str) -> Script | None:
    alembic_parts.complete()
    return Script._from_path(script, Path(path))


def _folders(place: Path, is_recursive: bool) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each folder of revisions by its real path, and its files by name and real path."""
    for root, folders, files in compat.path_walk(place, top_down=True):
        if root.name.endswith("__pycache__"):
            continue
        folder = os.path.realpath(root)
        links = {entry.name for entry in os.scandir(root) if entry.is_symlink()}
        yield (
            folder,
            [
                (
                    name,
                    os.path.realpath(os.path.join(folder, name))
                    if name in links
                    else f"{folder}{os.sep}{name}",
                )
                for name in sorted(files)
            ],
        )
        if not is_recursive:
            break
        folders.sort()


def _header_script(
    reader: HeaderReader, cached: _Bytecode, name: str, path: str
) -> HeaderScript | None:
    """The revision in a file, or ``None`` where it must be run, or cannot be one."""
    if not _NAME.match(name) or not path.endswith(f"{os.sep}{name}"):
        return None
    try:
        header = reader.read(cached.code(name) or cached.compiled(path))
        return None if header is None else HeaderScript(header, path)
    except Exception:  # Alembic says what is wrong, in its own words
        return None


class _Bytecode:
    """What Python has compiled of the files of a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder + os.sep
        folder, name = os.path.split(cache_from_source(self._folder + "x.py"))
        self._cache = folder + os.sep
        self._suffix = name[1:]
        self._keeping = 0.0

    def code(self, name: str) -> CodeType | None:
        """The code of a file if what was compiled is still what is in it.

        Python's own rule: the time and the size of the source.
        """
        try:
            data = _content(f"{self._cache}{name[:-3]}{self._suffix}")
            source = os.stat(self._folder + name)
        except OSError:
            return None
        time, size = int(source.st_mtime), source.st_size
        if data[:16] != _by_time(MAGIC_NUMBER, 0, time & _NUMBER, size & _NUMBER):
            return None
        code = marshal.loads(memoryview(data)[16:])  # noqa: S302  (as an import does)
        return code if isinstance(code, CodeType) else None

    def compiled(self, path: str) -> CodeType:
        """The code of a file; where Python may, it is kept for the next time.

        Making thousands of files takes a file system longer than compiling them, and the
        one run in a new container needs none: the others are kept by the next runs.
        """
        if self._keeping > _KEEPING:
            return compile(_content(path), path, "exec", dont_inherit=True)
        began = time.perf_counter()
        name = re.sub(r"\W", "_", os.path.basename(path))
        code = SourceFileLoader(name, path).get_code(name)
        self._keeping += time.perf_counter() - began
        return code  # type: ignore[return-value]


#: Seconds of a run, for each folder, in which compiled code is kept as well.
_KEEPING = 0.05

#: How a file begins that is valid for one time and size of its source.
_by_time = Struct("<4sLLL").pack
_NUMBER = 0xFFFFFFFF


def _content(path: str) -> bytes:
    # Less than half the time of open().read(), for the small files that most are.
    descriptor = os.open(path, _READING)
    try:
        parts = [os.read(descriptor, _CHUNK)]
        if len(parts[0]) == _CHUNK:
            size = os.fstat(descriptor).st_size
            while more := os.read(descriptor, size):
                parts.append(more)
        return parts[0] if len(parts) == 1 else b"".join(parts)
    finally:
        os.close(descriptor)


_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_CHUNK = 1 << 13
