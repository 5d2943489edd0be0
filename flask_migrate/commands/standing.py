"""Where the databases are, and waiting for them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .. import alembic_parts, console
from ..command_table import command
from ..durations import DurationError, duration
from ..errors import (
    DamagedHistoryError,
    DatabaseError,
    InvalidNameError,
    MigrateError,
    NotAtHeadError,
)
from ..refusals import ContradictionError

if TYPE_CHECKING:
    from ..standing import Status
    from .calls import Directory, OneOrMore

#: Seconds between two looks of ``wait``.
PAUSE = 0.5


@command()
def status(
    directory: Directory = None,
    exit_code: bool = False,
    offline: bool = False,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
) -> tuple[Status, ...]:
    """Show each revision, and whether the databases have it.

    :param exit_code: Raise where a database is not at the head.
    :param offline: Show what the files say, and ask no database.
    :returns: One :class:`~flask_migrate.standing.Status` for each database.
    :raises NotAtHeadError: ``exit_code``, and revisions are pending.
    :raises DamagedHistoryError: ``exit_code``, and a database has a revision that no
        file defines, or whose file was changed since.
    :raises ContradictionError: ``exit_code`` and ``offline``.
    """
    if offline and exit_code:
        raise ContradictionError("--exit-code", "--offline")
    alembic_parts.import_alembic()
    from ..standing import from_files, lines, look

    found = (
        (from_files(directory, x_arg),) if offline else tuple(look(directory, x_arg, bind).statuses)
    )
    for each in found:
        for line in lines(each):
            console.result(line)
    if exit_code:
        _check_files(found)
        _check(found)
    return found


@command()
def wait(
    directory: Directory = None,
    timeout: float | str = 60.0,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
) -> tuple[Status, ...]:
    """Wait until the databases answer and have every revision.

    It changes nothing: another process migrates.

    :param timeout: How long to wait: seconds, or a text such as ``"5min"``.
    :returns: One :class:`~flask_migrate.standing.Status` for each database.
    :raises NotAtHeadError: It took longer.
    :raises DamagedHistoryError: A database has a revision that no file defines, so that
        waiting would not help.
    """
    alembic_parts.import_alembic()
    from ..standing import look

    seconds = _seconds(timeout)
    end = time.monotonic() + seconds
    is_told = False
    while True:
        left = end - time.monotonic()
        try:
            found = tuple(look(directory, x_arg, bind, _connect_timeout(left)).statuses)
            _check(found)
            return found
        except DamagedHistoryError:
            raise
        except (DatabaseError, NotAtHeadError) as error:
            if left <= 0:
                raise _waited(error, seconds) from error
            if not is_told:
                console.note(f"Waiting: {error.message}")
            is_told = True
        time.sleep(min(PAUSE, left))


def _connect_timeout(left: float) -> float:
    return min(max(left, 1.0), 10.0)


def _waited(error: MigrateError, seconds: float) -> NotAtHeadError:
    statuses = error.statuses if isinstance(error, NotAtHeadError) else ()
    return NotAtHeadError(f"Waited for {seconds:g} s: {error.message}", statuses, hint=error.hint)


def _check_files(found: tuple[Status, ...]) -> None:
    """Refuse files that were edited; for ``wait`` they are as good as others."""
    edited = _listed(found, "edited")
    if edited:
        raise DamagedHistoryError(
            f"A revision was changed after it was applied ({edited}).",
            found,
            hint="See where with: flask db verify",
        )


def _listed(found: tuple[Status, ...], state: str) -> str:
    """The revisions in a state, by database."""
    ids = {each.database: getattr(each, state) for each in found}
    return "; ".join(f"{name}: {', '.join(each)}" for name, each in ids.items() if each)


def _check(found: tuple[Status, ...]) -> None:
    missing = _listed(found, "missing")
    if missing:
        from ..applied_history import ways_out

        heads = [each.revision for each in found[0].revisions if each.is_head]
        raise DamagedHistoryError(
            f"The database has a revision that no file here defines ({missing}).",
            found,
            hint=ways_out(heads),
        )
    pending = _listed(found, "pending")
    if pending:
        raise NotAtHeadError(
            f"Revisions are pending ({pending}).",
            found,
            hint="Apply them with: flask db upgrade",
        )


def _seconds(value: float | str) -> float:
    try:
        return duration(value)
    except DurationError as error:
        raise InvalidNameError(f"timeout: {error}.", str(value)) from error
