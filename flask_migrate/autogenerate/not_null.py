"""Columns that become NOT NULL on tables with rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..console import counted
from ..differences import spelling
from ..errors import MigrateError
from .answers import spelled
from .comparison import holds_operations, key
from .written import BackfillOp

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

#: With more rows than these they get their values in several statements.
BATCH = 10_000

_CHOICES = {
    "1": "give existing rows a value now",
    "2": "keep the value as a server_default of the table; give it to the model as well",
    "3": "write it as it is",
    "4": "stop",
}


@dataclass
class _Column:
    """A column that becomes NOT NULL, and the rows that have nothing in it."""

    holder: Any
    operation: Any
    #: The model's.
    column: Any
    is_new: bool
    rows: int

    @property
    def table(self) -> str:
        """The name of its table, with the schema."""
        return key(self.operation.schema, self.operation.table_name)

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column.name}"

    @property
    def facts(self) -> str:
        rows = counted(self.rows, "row")
        if self.is_new:
            return (
                f"{self.name} is NOT NULL and has no server default; table {self.table} has {rows}."
            )
        return f"{self.name} becomes NOT NULL; {rows} of table {self.table} have no value."


def fill_not_null(comparison: Comparison, script: MigrationScript) -> None:
    """Give rows a value before a column becomes NOT NULL, where somebody says which."""
    if not comparison.writes_file:
        return
    holders: list[Any] = [each for each in comparison.upgrade.ops if holds_operations(each)]
    for holder in holders:
        for operation in tuple(holder.ops):
            found = _becoming(comparison, holder, operation)
            if found is not None:
                _settle(comparison, found)


def _becoming(comparison: Comparison, holder: Any, operation: Any) -> _Column | None:
    from alembic.operations import ops

    schema, table = getattr(holder, "schema", None), getattr(holder, "table_name", None)
    if isinstance(operation, ops.AddColumnOp):
        column: Any = operation.column
        if not _needs_value(column):
            return None
        rows = comparison.rows(schema, str(table))
        return _Column(holder, operation, column, True, rows)
    is_alter = isinstance(operation, ops.AlterColumnOp)
    if is_alter and operation.modify_nullable is False and operation.existing_nullable:
        model = comparison.tables.get((schema, str(table)))
        if model is None or operation.column_name not in model.columns:
            return None
        rows = comparison.rows_without(schema, str(table), operation.column_name)
        return _Column(holder, operation, model.columns[operation.column_name], False, rows)
    return None


def _needs_value(column: Any) -> bool:
    is_made = column.server_default is not None or column.computed is not None
    return not (column.nullable or is_made or column.primary_key)


def _settle(comparison: Comparison, found: _Column) -> None:
    """Write what was decided about a column, after asking for it."""
    value = comparison.answers.default({found.name: 1, _bare(found): 1})
    if value is None and found.rows and not comparison.options.get("no_backfill"):
        if comparison.questions.are_possible:
            value = _asked(comparison, found)
        else:
            hint = f"Say {_option(found, _offered(comparison, found) or 'SQL')} or --no-backfill."
            comparison.questions.open(found.facts, hint)
            comparison.comment(found.operation, f"{found.facts} {hint}")
    if value is not None:
        if found.column.unique and found.rows > 1:
            comparison.questions.warn(f"{found.name} is unique: one value for all rows will fail.")
        _write(comparison, found, value)


def _bare(found: _Column) -> str:
    return f"{found.operation.table_name}.{found.column.name}"


def _option(found: _Column, value: str) -> str:
    return spelled("--default", f"{found.name}={value}")


def _asked(comparison: Comparison, found: _Column) -> str | None:
    """The value that somebody at the terminal wants, if any."""
    questions = comparison.questions
    choices = {k: v for k, v in _CHOICES.items() if found.is_new or k != "2"}
    choice = questions.choose(found.facts, choices, default="1")
    if choice == "4":
        raise MigrateError("Stopped: nothing was written.")
    if choice == "3":
        questions.repeated("--no-backfill")
        return None
    value = questions.text("  Value (SQL)", _offered(comparison, found))
    if choice == "2":
        found.operation.column = _copied(found.column, server_default=value)
        return None
    questions.repeated(_option(found, value))
    return value


def _offered(comparison: Comparison, found: _Column) -> str | None:
    """The value of the model as SQL, where it has one that is the same for all rows."""
    import sqlalchemy as sa

    server_default = getattr(found.column.server_default, "arg", None)
    if server_default is not None:
        text = str(getattr(server_default, "text", server_default))
        return text if hasattr(server_default, "text") else spelling.quoted(text)
    default = found.column.default
    if default is None or default.is_callable or default.is_sequence:
        return None
    dialect = comparison.dialect
    value, type_ = default.arg, found.column.type
    try:
        if not default.is_clause_element:
            data = _as_bytes(value, type_)
            if data is not None:
                return f"decode('{data}', 'hex')" if dialect.name == "postgresql" else f"x'{data}'"
            value = sa.literal(*_as_text(value, type_, dialect))
        compiled = value.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    except Exception:
        # A type that cannot be written into a statement; whoever is asked may know better.
        return None
    return spelling.undoubled(dialect, str(compiled))


def _as_bytes(value: Any, type_: Any) -> str | None:
    """*value* in hexadecimal digits, if it is stored as bytes."""
    import sqlalchemy as sa
    from sqlalchemy.engine.default import DefaultDialect

    if type_._type_affinity is not sa.LargeBinary()._type_affinity:
        return None
    # A driver would wrap the bytes.
    without_driver = DefaultDialect()
    process = type_.dialect_impl(without_driver).bind_processor(without_driver)
    return bytes(process(value) if process else value).hex()


def _as_text(value: Any, type_: Any, dialect: Any) -> tuple[Any, Any]:
    """*value* and its type as SQL has them: JSON is a text, few know intervals or time zones."""
    import sqlalchemy as sa

    if isinstance(type_, sa.Interval) and dialect.name != "postgresql":
        return type_.epoch + value, sa.DateTime()

    if getattr(value, "tzinfo", None) is not None and dialect.name != "postgresql":
        return value.replace(tzinfo=None), type_
    if not isinstance(type_.dialect_impl(dialect), sa.JSON):
        return value, type_
    serialize = getattr(dialect, "_json_serializer", None) or json.dumps
    return serialize(value), sa.String()


def _write(comparison: Comparison, found: _Column, value: str) -> None:
    from alembic.operations import ops

    operation, holder = found.operation, found.holder
    operations: list[Any] = comparison.upgrade.ops
    place = operations.index(holder)
    schema, table, name = operation.schema, operation.table_name, found.column.name
    fill = BackfillOp(schema, table, name, value, is_batched=found.rows > BATCH)
    if not found.is_new:
        operations.insert(place, fill)
        return
    operation.column = _copied(found.column, nullable=True)
    not_null = ops.AlterColumnOp(
        table,
        name,
        schema=schema,
        existing_type=found.column.type,
        existing_nullable=True,
        existing_comment=found.column.comment,
        modify_nullable=False,
    )
    # Constraints and indexes come when the rows have their values.
    end = holder.ops.index(operation) + 1
    rest = [each for each in holder.ops[end:] if not isinstance(each, ops.AddColumnOp)]
    holder.ops[:] = [each for each in holder.ops if each not in rest]
    after = ops.ModifyTableOps(table, [not_null, *rest], schema=schema)
    operations[place + 1 : place + 1] = [fill, after]


def _copied(column: Any, nullable: bool | None = None, server_default: str | None = None) -> Any:
    """*column*, which is the model's and stays as it is, with something else about it."""
    import sqlalchemy as sa

    copy = column._copy()
    if nullable is not None:
        copy.nullable = nullable
    if server_default is not None:
        copy.server_default = sa.DefaultClause(sa.text(server_default))
    copy.table = column.table
    return copy
