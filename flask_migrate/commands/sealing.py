"""Comparing revision files with what was run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import console
from ..command_table import command
from ..errors import InvalidNameError, RevisionsChangedError, UnknownRevisionError
from .applying import LOCK_WAIT, number
from .calls import invoke

if TYPE_CHECKING:
    from ..sealing import Seal
    from .calls import Directory, OneOrMore


@dataclass(frozen=True)
class Verification:
    """``checked`` is how many revisions of the databases were compared with their files."""

    checked: int


@command()
def verify(
    directory: Directory = None, x_arg: OneOrMore = None, bind: OneOrMore = None
) -> Verification:
    """Check that the revisions that were run are as they were then.

    Needs ``Migrate(history=True)``. Comments, formatting and docstrings do not count.

    :raises RevisionsChangedError: Some are not; ``changes`` says where.
    :raises NoAppliedHistoryError: A database has no history of what was run.
    """

    from ..sealing import SealReading

    run = invoke("current", directory, x_arg, bind, kind=SealReading)
    if run.changes:  # type: ignore[attr-defined]
        raise RevisionsChangedError(run.changes)  # type: ignore[attr-defined]
    checked: int = run.checked  # type: ignore[attr-defined]
    console.result(
        f"{console.counted(checked, 'revision')} checked; none changed since it was run."
    )
    return Verification(checked)


@command()
def repair(
    directory: Directory = None,
    revision: str | None = None,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
    lock_wait: float | str = LOCK_WAIT,
    no_lock: bool = False,
) -> tuple[Seal, ...]:
    """Accept a revision that was changed after it was run.

    ``verify`` takes it from then on as it is now. Nothing of it is run.

    :param revision: The id of one revision, or its first characters.
    :raises UnknownRevisionError: No database has run it.
    """
    if not revision:
        raise InvalidNameError(
            "Which revision?", "", hint="See which were changed with: flask db verify"
        )

    from ..sealing import SealWriting

    options = {
        "revision": revision,
        "lock_wait": number("lock_wait", lock_wait),
        "no_lock": no_lock,
    }
    run = invoke("current", directory, x_arg, bind, kind=SealWriting, options=options)
    seals: list[Seal] = run.seals  # type: ignore[attr-defined]
    if not seals:
        raise UnknownRevisionError(
            f"No database has run the revision {revision!r}.",
            revision,
            hint="See what they are at with: flask db current",
        )
    for seal in seals:
        console.result(f"{seal.revision} on {seal.database} is accepted as it is now.")
    return tuple(seals)
