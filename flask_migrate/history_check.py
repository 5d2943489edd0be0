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
        names = _check_labels(found)
        for script in found.values():
            _check_parents(script, found, names)

    return revisions


def _check(script: Any, found: dict[str, Any]) -> None:
    _check_text(script, "revision", script.revision)
    if script.revision in found:
        raise HistoryError(
            f"The revision {script.revision} is in two files: "
            f"{short(found[script.revision].path)} and {short(script.path)}.",
            hint="Delete one of them, or give it an id of its own.",
        )


def _check_labels(found: dict[str, Any]) -> dict[str, Any]:
    """The revisions by their ids and labels."""
    known = dict(found)
    for script in found.values():
        for label in script.branch_labels:
            _check_text(script, "branch_labels", label)
            if label in known:
                raise HistoryError(
                    f"{short(script.path)}: its branch label {label!r} is taken by "
                    f"{short(known[label].path)}.",
                    hint="Give one of them another name.",
                )
            known[label] = script
    return known


def _check_parents(script: Any, found: dict[str, Any], names: dict[str, Any]) -> None:
    for parent in _as_tuple(script.down_revision):
        _check_text(script, "down_revision", parent)
        if parent not in found:
            raise HistoryError(
                f"{short(script.path)}: its down_revision {parent!r} is in no file.",
                hint="Bring the file of that revision back, or name another parent.",
            )
    for needed in _as_tuple(script.dependencies):
        _check_text(script, "depends_on", needed)
        if needed not in names:
            raise HistoryError(
                f"{short(script.path)}: its depends_on {needed!r} is in no file.",
                hint="Bring the file of that revision back, or name another one.",
            )


def _check_text(script: Any, name: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise HistoryError(
            f"{short(script.path)}: the {name} {value!r} is no text.",
            hint=f"Write it between quotes: {name} = '...'",
        )


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (tuple, list, set)) else (value,)


def _unreadable(error: BaseException) -> HistoryError:
    path = file_being_loaded(error)
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
    elif isinstance(error, TypeError) and not line:
        said = f"its revision is {_local(error, '_from_path', 'revision')!r}"
    where = f"{short(path)}{line}" if path else "A revision file"
    return HistoryError(
        f"{where} cannot be read as a revision: {type(error).__name__}: {said}",
        hint="Correct the file, bring it back from version control, or move it away.",
    )


def file_being_loaded(error: BaseException) -> Path | None:
    """The file of the project that Alembic was loading when it met *error*."""
    found = _local(error, "_from_path", "path") or _local(error, "load_python_file", "path")
    return Path(found) if found is not None else None


def _local(error: BaseException, function: str, name: str) -> Any:
    """The value of a variable of Alembic's *function* that *error* went through."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    values = [each.f_locals.get(name) for each in frames if each.f_code.co_name == function]
    return values[-1] if values else None


def short(path: str | os.PathLike[str]) -> str:
    """*path* from the working directory, if it is below it."""
    try:
        return os.fspath(Path(path).resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return os.fspath(path)
