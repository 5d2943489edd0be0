"""Databases that were made without migrations, or not made yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import alembic_parts, console
from ..command_table import command
from ..refusals import AdoptionNotAgreedError, NotAdoptedError
from .applying import LOCK_WAIT, seconds
from .calls import invoke

if TYPE_CHECKING:
    from ..adopting import Adoption
    from .calls import Directory, OneOrMore


@command(yes={"help": "Record without asking"})
def adopt(
    directory: Directory = None,
    yes: bool = False,
    scratch_url: str | None = None,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
    lock_wait: float | str = LOCK_WAIT,
    no_lock: bool = False,
    connect_timeout: float | str | None = None,
) -> tuple[Adoption, ...]:
    """Find out at which revision a database is that was made without migrations, and record it.

    The revisions are run on a scratch database of the same kind, which is dropped.

    :param yes: Record it. Without it somebody at a terminal is asked.
    :param scratch_url: Any database of a server on which the scratch database is made,
        instead of the server of the database.
    :returns: One :class:`~flask_migrate.adopting.Adoption` for each database.
    :raises NotAdoptedError: A database has other tables than any revision makes, or has
        none, or has a revision already.
    :raises AdoptionNotAgreedError: There is one that could be recorded; nobody said yes.
    """
    found = _adoptions(locals())
    _check(found)
    adopted = [each for each in found if each.outcome == "adopted"]
    if not adopted:
        raise _nothing_to_adopt(found)
    for each in adopted:
        console.note(f"Recorded: {each.database} is at {', '.join(each.revisions)}.")
    return found


def _adoptions(given: dict[str, Any]) -> tuple[Adoption, ...]:
    """What became of each database; *given* are the parameters of a command."""
    alembic_parts.import_alembic()
    from ..adopting import AdoptingRun

    options = {
        "is_agreed": given["yes"],
        "scratch_url": given["scratch_url"],
        "no_lock": given["no_lock"],
        **{key: seconds(key, given[key]) for key in ("lock_wait", "connect_timeout")},
    }
    place = (given[key] for key in ("directory", "x_arg", "bind"))
    run: Any = invoke("stamp", *place, kind=AdoptingRun, options=options, revision="heads")
    return tuple(run.adoptions)


def _check(found: Sequence[Adoption]) -> None:
    """Refuse to call it done where a database with tables has no revision after all."""
    different = [each for each in found if each.outcome == "different"]
    if different:
        from ..adopting import lines

        for each in different:
            for line in lines(each):
                console.result(line)
        first = different[0]
        raise NotAdoptedError(
            f"The tables of the database {first.database} are not those of any revision.",
            found,
            hint="Change it by hand as shown, then: flask db adopt; or record the nearest one as "
            f"it is: flask db stamp {' '.join(first.revisions)}",
        )
    waiting = [each for each in found if each.outcome == "found"]
    if waiting:
        first = waiting[0]
        raise AdoptionNotAgreedError(
            f"The database {first.database} is at {', '.join(first.revisions)}, and that was not "
            "recorded.",
            found,
            hint="Record it with: flask db adopt --yes",
        )


def _nothing_to_adopt(found: Sequence[Adoption]) -> NotAdoptedError:
    migrated = [each for each in found if each.outcome == "migrated"]
    if migrated:
        first = migrated[0]
        return NotAdoptedError(
            f"The database {first.database} is at {', '.join(first.revisions)} already.",
            found,
            hint="See what is pending with: flask db status; apply it with: flask db upgrade",
        )
    return NotAdoptedError(
        f"The database {found[0].database} is empty; there is nothing to adopt.",
        found,
        hint="Make its tables with: flask db upgrade",
    )
