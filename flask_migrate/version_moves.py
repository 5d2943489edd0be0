"""How the recorded revision moves, without asking and compiling the same for each revision.

Alembic writes the revisions into a new statement each time. Here it is compiled once,
and they come to it when it is executed; the text that the database gets is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from alembic.runtime import migration
from alembic.util import CommandError
from sqlalchemy import bindparam


class Heads(migration.HeadMaintainer):
    """The revisions that are recorded, with a quicker step from one to the next."""

    def update_to_step(self, step: Any) -> None:
        if type(step) is migration.RevisionStep:
            before, after = step.from_revisions, step.to_revisions
            if len(before) == len(after) == 1 and self.heads == set(before):
                # To undo it, Alembic would look through all that is below for another way down.
                migration.log.debug("update %s to %s", *before, *after)
                self._update_version(*before, *after)
                return
        super().update_to_step(step)

    def _update_version(self, from_: str, to_: str) -> None:
        context = self.context
        if context.as_sql:
            super()._update_version(from_, to_)
            return
        self.heads.remove(from_)
        self.heads.add(to_)
        done: Any = context.impl._exec(self._move, params={"before": from_, "after": to_})
        is_known = done is not None and context.dialect.supports_sane_rowcount
        if is_known and done.rowcount != 1:
            raise CommandError(
                f"Online migration expected to match one row when updating '{from_}' to '{to_}' "
                f"in '{context.version_table}'; {done.rowcount} found"
            )

    @cached_property
    def _move(self) -> Any:
        table: Any = self.context._version
        column = table.c.version_num
        before, after = (
            bindparam(name, type_=column.type, literal_execute=True) for name in ("before", "after")
        )
        return table.update().values(version_num=after).where(column == before)


def quicken() -> Callable[[], None]:
    """Let Alembic use :class:`Heads`, until the function that comes back is called."""
    usual = migration.HeadMaintainer
    if usual is not Heads.__base__:  # the application has one of its own
        return lambda: None
    migration.HeadMaintainer = Heads  # type: ignore[misc]
    return lambda: setattr(migration, "HeadMaintainer", usual)
