"""How a command calls Alembic, which is imported only then."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .. import console
from ..errors import InvalidNameError

if TYPE_CHECKING:
    from alembic.script import Script

    from ..planning import Plan
    from ..runs import Run

    Directory = str | os.PathLike[str] | None
    OneOrMore = str | Sequence[str] | None


def invoke(
    name: str, directory: Directory, x_arg: OneOrMore, bind: OneOrMore, **arguments: Any
) -> Run:
    """:func:`flask_migrate.bridge.invoke`."""
    from .. import alembic_parts

    alembic_parts.import_alembic()
    from ..bridge import invoke

    return invoke(name, directory, x_arg, bind, **arguments)


def updating_run() -> type[Run]:
    """What watches ``--update``."""
    from .. import alembic_parts

    alembic_parts.import_alembic()
    from ..updating import UpdatingRun

    return UpdatingRun


def history_of(run: Run) -> Any:
    """The history that *run* read."""
    return run.script


def named(run: Run, revision: str) -> tuple[Script, ...]:
    """The revisions that a symbol stands for."""
    symbol: str | Iterable[str] = run.heads if revision == "current" else revision
    return tuple(history_of(run).get_revisions(symbol))


def check_range(text: str | None) -> None:
    """Refuse a range with more than two ends, which Alembic trips over."""
    if text is not None and text.count(":") > 1:
        raise InvalidNameError(
            f"{text!r} is no range of revisions.", text, hint="Write START:END, or one revision."
        )


def planned(
    name: str,
    directory: Directory,
    revision: str,
    tag: str | None,
    x_arg: OneOrMore,
    bind: OneOrMore,
) -> tuple[Plan, ...]:
    """What ``upgrade`` or ``downgrade`` would do, which is shown."""
    from ..planning import PlanningRun, lines

    check_range(revision)
    arguments = {"revision": revision, "tag": tag}
    run: Any = invoke(name, directory, x_arg, bind, kind=PlanningRun, **arguments)
    for plan in run.plans:
        for line in lines(plan):
            console.result(line)
    return tuple(run.plans)
