"""One database compared with the models, as the steps see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import DowngradeOps, MigrateOperation, OpContainer, UpgradeOps

    from .answers import Answers
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
    answers: Answers
    #: Whether a file is written, rather than differences reported.
    writes_file: bool = True
    #: New names of tables by the old ones, and the other way; with a schema, if any.
    successors: dict[str, str] = field(default_factory=dict)
    predecessors: dict[str, str] = field(default_factory=dict)
    #: For a table, new names of columns by the old ones.
    renamed_columns: dict[str, dict[str, str]] = field(default_factory=dict)
    #: New names of constraints and indexes by schema and the old ones.
    renamed_parts: dict[tuple[str | None, str], str] = field(default_factory=dict)
    #: For an enum of PostgreSQL, new labels by the old ones, as literals.
    renamed_labels: dict[Any, dict[str, str]] = field(default_factory=dict)
    #: What is dropped all the same after somebody was asked, or told, about it.
    settled: list[Any] = field(default_factory=list)
    #: What was renamed or has renamed columns: schema, old and new name.
    touched: list[tuple[str | None, str, str]] = field(default_factory=list)

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

    def begin_with(self, operations: list[Any]) -> None:
        """Let the upgrade do *operations* before all else but renames."""
        from .written import RenamesOp

        start = sum(isinstance(each, RenamesOp) for each in self.upgrade.ops)
        self.upgrade.ops[start:start] = operations

    def changed_parts(self) -> set[str]:
        """The names of the constraints and indexes that the upgrade drops or makes."""
        names = ("constraint_name", "index_name")
        return {str(getattr(op, name, None)) for _, op in walk(self.upgrade) for name in names}

    def remember_table(self, schema: str | None, old: str, new: str) -> None:
        """A table has another name from now on."""
        self.successors[key(schema, old)] = key(schema, new)
        self.predecessors[key(schema, new)] = key(schema, old)
        self.touched.append((schema, old, new))

    def remember_column(self, schema: str | None, table: str, old: str, new: str) -> None:
        """A column of *table*, under its new name, has another name from now on."""
        self.renamed_columns.setdefault(key(schema, table), {})[old] = new
        if table not in [each for place, _, each in self.touched if place == schema]:
            self.touched.append((schema, table, table))

    def former(self, schema: str | None, table: str) -> str:
        """What *table* is called in the database."""
        names = [old for place, old, new in self.touched if (place, new) == (schema, table)]
        return names[0] if names else table

    def former_column(self, schema: str | None, table: str, column: str) -> str:
        """What a column of *table*, both under their new names, is called in the database."""
        renamed = self.renamed_columns.get(key(schema, table), {})
        names = [old for old, new in renamed.items() if new == column]
        return names[0] if names else column

    def with_new_labels(self, enum: Any, sql: str) -> str:
        """*sql* of PostgreSQL, with the labels of *enum* as they become."""
        for old, new in self.renamed_labels.get(enum, {}).items():
            sql = sql.replace(f"{old}::", f"{new}::")
        return sql

    def rows(self, schema: str | None, table: str, where: Any = None) -> int:
        """How many rows *table* has in the database, or how many of which a condition holds.

        :param where: The condition, with columns as they are called in the database.
        """
        import sqlalchemy as sa

        counted = sa.table(self.former(schema, table), schema=schema)
        statement = sa.select(sa.func.count()).select_from(counted)
        if where is not None:
            statement = statement.where(where)
        return int(self.connection.execute(statement).scalar() or 0)

    def rows_without(self, schema: str | None, table: str, column: str) -> int:
        """How many rows of *table* have no value in a column."""
        import sqlalchemy as sa

        former: Any = sa.column(self.former_column(schema, table, column))
        return self.rows(schema, table, former.is_(None))

    def reverse(self) -> None:
        """Make the downgrade from the upgrade."""
        self.downgrade.ops[:] = [each.reverse() for each in reversed(self.upgrade.ops)]


def key(schema: str | None, table: str) -> str:
    """The name of a table with its schema, if it has one of its own."""
    return f"{schema}.{table}" if schema else table


def walk(container: OpContainer | Any) -> Iterator[tuple[OpContainer | Any, MigrateOperation]]:
    """Each operation in *container*, at any depth, with the container that holds it."""
    for operation in tuple(container.ops):
        if holds_operations(operation):
            yield from walk(operation)
        else:
            yield container, operation


def holds_operations(operation: Any) -> bool:
    """Whether *operation* is there for those in it, as the changes of a table are."""
    return hasattr(operation, "ops") and not hasattr(operation, "columns")


def drop_empty(container: OpContainer | Any) -> None:
    """Take the changes of tables out of *container* of which nothing is left."""
    operations: list[Any] = container.ops
    operations[:] = [each for each in operations if not holds_operations(each) or each.ops]
