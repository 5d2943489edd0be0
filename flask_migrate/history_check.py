"""A history that cannot be used is refused with the name of the file at fault."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .errors import HistoryError


def check_directory(directory: str) -> None:
    """Refuse a directory that is there and is no migration directory.

    One that is missing Alembic refuses itself.

    :raises HistoryError: It has no ``env.py`` or is not a directory.
    """
    if not os.path.exists(directory):
        return
    if not os.path.isdir(directory):
        raise HistoryError(
            f"The migration directory {directory!r} is a file.",
            hint="Name another one with -d, or move the file and run: flask db init",
        )
    if not os.path.exists(os.path.join(directory, "env.py")):
        raise HistoryError(
            f"The directory {directory!r} has no env.py: it is no migration directory.",
            hint="Make one with: flask db init, or bring the file back from version control.",
        )


def check_versions(script: Any) -> None:
    """Refuse a project whose folder of revisions is gone.

    :raises HistoryError: It is.
    """
    missing = [place for place in script._version_locations if not os.path.isdir(place)]
    if missing:
        raise HistoryError(
            f"The folder of revisions {short(missing[0])!r} is missing.",
            hint="Bring it back from version control; if there was no revision yet: "
            f"mkdir {short(missing[0])}",
        )


def checked(
    load: Callable[[], Iterable[Any]], found: dict[str, Any]
) -> Callable[[], Iterator[Any]]:
    """*load*, which yields the revisions of a history, refusing what cannot be one.

    :param found: Receives each revision by its id.
    :raises HistoryError: A file cannot be read, an id is there twice, a parent is
        missing.
    """

    def revisions() -> Iterator[Any]:
        found.clear()
        try:
            for script in load():
                _check(script, found)
                found[script.revision] = script
                yield script
        except HistoryError:
            raise
        except (Exception, SystemExit) as error:
            raise _unreadable(error) from error
        for script in found.values():
            _check_parents(script, found)

    return revisions


def _check(script: Any, found: dict[str, Any]) -> None:
    if not isinstance(script.revision, str) or not script.revision:
        raise HistoryError(
            f"{short(script.path)}: the revision id {script.revision!r} is no text.",
            hint="Write the id between quotes: revision = '...'",
        )
    if script.revision in found:
        raise HistoryError(
            f"The revision {script.revision} is in two files: "
            f"{short(found[script.revision].path)} and {short(script.path)}.",
            hint="Delete one of them, or give it an id of its own.",
        )


def _check_parents(script: Any, found: dict[str, Any]) -> None:
    for parent in _as_tuple(script.down_revision):
        if not isinstance(parent, str):
            raise HistoryError(
                f"{short(script.path)}: the down_revision {parent!r} is no text.",
                hint="Write the id between quotes: down_revision = '...'",
            )
        if parent not in found:
            raise HistoryError(
                f"{short(script.path)}: its down_revision {parent!r} is in no file.",
                hint="Bring the file of that revision back, or name another parent.",
            )


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (tuple, list, set)) else (value,)


def _unreadable(error: BaseException) -> HistoryError:
    path = _file_being_loaded(error)
    line = ""
    if isinstance(error, SyntaxError) and error.lineno:
        line = f", line {error.lineno}"
    else:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if path and frame.filename == os.fspath(path)]
        line = f", line {lines[-1]}" if lines else ""
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    if isinstance(error, SystemExit):
        said = f"sys.exit({error.code!r})"
    elif isinstance(error, AttributeError) and error.name:
        said = f"it defines no {error.name!r}"
    where = f"{short(path)}{line}" if path else "A revision file"
    return HistoryError(
        f"{where} cannot be read as a revision: {type(error).__name__}: {said}",
        hint="Correct the file, bring it back from version control, or move it away.",
    )


def _file_being_loaded(error: BaseException) -> Path | None:
    """The file that Alembic was reading when it met *error*."""
    found = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        found = frame.f_locals.get("real_path", found)
    return found


def short(path: str | os.PathLike[str]) -> str:
    """*path* from the working directory, if it is below it."""
    try:
        return os.fspath(Path(path).resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return os.fspath(path)
