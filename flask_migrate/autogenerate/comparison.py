"""One database compared with the models, as the steps see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import DowngradeOps, MigrateOperation, OpContainer, UpgradeOps

    from .questions import Questions


@dataclass
class Comparison:
    """What was found in one database, and all there is to judge it by."""

    #: Alembic's: its ``imports``, ``opts`` and ``sorted_tables``.
    autogen: AutogenContext
    #: The operations of this database, to be changed in place.
    upgrade: UpgradeOps
    downgrade: DowngradeOps
    #: A bind, or ``"default"``.
    database: str
    #: The options of the command, by the names of its parameters.
    options: Mapping[str, Any]
    questions: Questions
    #: Whether a file is written, rather than differences reported.
    writes_file: bool = True

    @property
    def context(self) -> Any:
        """Alembic's ``MigrationContext``."""
        return self.autogen.migration_context

    @property
    def impl(self) -> Any:
        """What Alembic knows about this kind of database: ``compare_type`` and its like."""
        return self.context.impl

    @property
    def connection(self) -> Any:
        return self.context.connection

    @property
    def dialect(self) -> Any:
        return self.context.dialect

    @property
    def renders_batch(self) -> bool:
        """Whether changes of a table are written as ``op.batch_alter_table()``."""
        return bool(self.context.opts.get("render_as_batch"))

    @cached_property
    def inspector(self) -> Any:
        """What the tables are in the database."""
        return self.autogen.inspector

    @cached_property
    def tables(self) -> dict[tuple[str | None, str], Any]:
        """The tables of the models, by schema and name."""
        return {(table.schema, table.name): table for table in self.autogen.sorted_tables}

    def operations(self) -> Iterator[tuple[OpContainer | Any, MigrateOperation]]:
        """Each operation of the upgrade, with the container that holds it.

        Both are as they were when the iteration began.
        """
        return walk(self.upgrade)

    def comment(self, operation: MigrateOperation, text: str) -> None:
        """Put *text* as a comment above *operation* in the file, if there is one."""
        from .written import CommentOp

        if self.writes_file:
            for container, each in walk(self.upgrade):
                if each is operation:
                    # By identity: operations do not compare.
                    place = next(i for i, op in enumerate(container.ops) if op is each)
                    container.ops.insert(place, CommentOp(text))
                    return


def walk(container: OpContainer | Any) -> Iterator[tuple[OpContainer | Any, MigrateOperation]]:
    """Each operation in *container*, at any depth, with the container that holds it."""
    for operation in tuple(container.ops):
        if _holds_operations(operation):
            yield from walk(operation)
        else:
            yield container, operation


def _holds_operations(operation: Any) -> bool:
    return hasattr(operation, "ops") and not hasattr(operation, "columns")
