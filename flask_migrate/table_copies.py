"""Copies of tables on SQLite that lose nothing they were not told to drop.

SQLite alters a table by copying it. Alembic copies what SQLAlchemy reflects;
the rest of what the table is, is read from its own definition and put back.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import sqlalchemy as sa
from alembic.operations import batch
from sqlalchemy.sql.elements import TextClause

from . import conventional_names, copied_values
from .logs import log
from .sqlite_definitions import (
    Check,
    Definition,
    mend_conflicts,
    mend_foreign_keys,
    mend_generated,
    renamed,
)
from .sqlite_dependents import Dependents

_OBJECTS = "SELECT name, sql FROM sqlite_master WHERE type = ? AND tbl_name = ? AND sql NOT NULL"


def keep() -> Callable[[], None]:
    """Let each copy of a table keep what it has, until the function that comes back is called."""
    stack = ExitStack()
    stack.enter_context(warnings.catch_warnings())
    # What SQLAlchemy and Alembic leave out, with these words, is put back here.
    warnings.filterwarnings("ignore", message="Unnamed CHECK constraint")
    warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression")
    stack.callback(setattr, batch, "ApplyBatchImpl", batch.ApplyBatchImpl)
    batch.ApplyBatchImpl = WholeCopy  # type: ignore[misc]
    return stack.close


class WholeCopy(batch.ApplyBatchImpl):
    """The copy of one table."""

    def __init__(self, impl: Any, table: Any, *args: Any, **kwargs: Any) -> None:
        mend_generated(table)
        super().__init__(impl, table, *args, **kwargs)
        self._connection = impl.connection
        self._definition = self._read_definition() if self.reflected else None
        self._dropped_indexes: set[str] = set()
        if self._definition is not None:
            self._enrich(self._definition)

    def _read_definition(self) -> Definition | None:
        if self.table.schema is not None:
            return None
        rows = self._rows(_OBJECTS, "table", self.table.name)
        return Definition(rows[0][1]) if rows else None

    def _enrich(self, definition: Definition) -> None:
        """Add what SQLAlchemy has not reflected."""
        options: dict[str, Any] = {
            "autoincrement": definition.is_autoincrement,
            "with_rowid": definition.has_rowid,
            "strict": definition.is_strict,
        }
        known = self.table.dialect_options["sqlite"]
        for name, value in options.items():
            if name in known:
                self.table_kwargs.setdefault(f"sqlite_{name}", value)
            elif value:
                said = "%s of the table %s cannot be kept in its copy."
                log.warning(said, name.upper(), self.table.name)
        for name, column in self.columns.items():
            if isinstance(column.server_default, sa.Computed):
                del self.column_transfers[name]["expr"]
            _keep_colons(column)
            self._collate(column, name)
        self._add_unique(definition)
        constraints = [*self.named_constraints.values(), *self.unnamed_constraints]
        mend_conflicts(definition, self.columns.values(), constraints)
        mend_foreign_keys(definition, constraints)
        for check in definition.checks:
            if check.name:
                self.named_constraints.pop(check.name, None)

        # A revision that lists checks means that they are what has no name.
        are_listed = any(isinstance(each, sa.CheckConstraint) for each in self.table_args)
        #: The checks by name, or by number.
        self._checks: dict[str, Check] = {
            check.name or f" {number}": check
            for number, check in enumerate(definition.checks)
            if check.name or not are_listed
        }

    def _add_unique(self, definition: Definition) -> None:
        """Add the unique constraints that SQLAlchemy does not read, for their types or names."""
        reflected = {
            tuple(column.name.lower() for column in each.columns)
            for each in self.table.constraints
            if isinstance(each, sa.UniqueConstraint)
        }
        by_name = {column.name.lower(): column for column in self.table.c}
        for columns, constraint in definition.uniques.items():
            names = tuple(name.lower() for name in columns)
            if names not in reflected:
                parts = [by_name[name] for name in names]
                made = sa.UniqueConstraint(*parts, name=constraint or None)
                if constraint:
                    self.named_constraints[constraint] = made
                else:
                    self.unnamed_constraints.append(made)

    def _collate(self, column: Any, name: str) -> None:
        collation = self._definition and self._definition.collations.get(name)
        if collation and isinstance(column.type, sa.String) and not column.type.collation:
            column.type = column.type.copy()
            column.type.collation = collation

    def alter_column(  # type: ignore[override]
        self, table_name: str, column_name: str, **changes: Any
    ) -> None:
        """Change a column; a change of its type leaves the values what they mean."""
        old = self.columns[column_name].type
        if changes.get("server_default", False) is not False:
            self._cease_to_compute(column_name)
        transfer: Any = self.column_transfers[column_name]
        is_copied = "expr" in transfer
        transfer.setdefault("expr")  # Alembic would cast what is computed
        super().alter_column(table_name, column_name, **changes)
        if not is_copied:
            del transfer["expr"]
        if changes.get("type_") is None or self._definition is None:
            return
        column = self.columns[column_name]
        self._collate(column, column_name)
        source = self.table.c.get(column_name)
        if source is None or "expr" not in transfer:
            return
        if isinstance(column.type, copied_values.DATES):
            # SQLite takes CAST AS DATE for one to a number: 2026-01-31 becomes 2026.
            transfer["expr"] = copied_values.as_date(source, column.type)
        elif isinstance(column.type, copied_values.UUIDS) and isinstance(old, sa.String):
            # As SQLAlchemy writes it: it would not find it again with hyphens.
            transfer["expr"] = sa.func.replace(sa.func.lower(transfer["expr"]), "-", "")
        self._check_values(source, old, column.type, transfer["expr"])

    def _check_values(self, source: Any, old: Any, new: Any, become: Any) -> None:
        """See that each value is one of the new type, which SQLite does not."""
        if isinstance(new, copied_values.NUMBERS) and not isinstance(old, copied_values.NUMBERS):
            self._check(source, copied_values.is_number, "would become 0, being no number")
        elif isinstance(new, sa.JSON) and not isinstance(old, sa.JSON):
            self._check(source, copied_values.is_json, "could not be read any more, being no JSON")
        what = copied_values.read_as(new)
        if what is not None and not (what == "text" and isinstance(old, sa.String)):
            is_read = copied_values.is_read_as(new, self.impl.dialect)
            if what == "text":  # the driver would fail
                is_read, become = copied_values.is_text, source
            self._check(source, is_read, f"could not be read any more, being no {what}", become)

    def _cease_to_compute(self, name: str) -> None:
        """Let a generated column keep the values that it has."""
        column = self.columns[name]
        if column.computed is not None:
            column.computed = column.server_default = None
            self.column_transfers[name]["expr"] = self.table.c[name]

    def drop_column(self, table_name: str, column: Any, **options: Any) -> None:
        """Drop a column, with the checks that are in its definition or read no other column."""
        super().drop_column(table_name, column, **options)
        if self._definition is not None:
            of_table = {each.name.lower() for each in self.table.c}
            self._checks = {
                key: check
                for key, check in self._checks.items()
                if check.column != column.name and check.names() & of_table != {column.name.lower()}
            }

    def drop_constraint(self, const: Any) -> None:
        """Drop a constraint; one without a name goes by the name that it would be given."""
        check = self._check_called(const)
        if check is not None:
            del self._checks[check]
            return
        for unnamed in self.unnamed_constraints:
            is_meant = _conventional_name(self.table.name, unnamed) == const.name
            if is_meant and const.name not in self.named_constraints:
                self.unnamed_constraints.remove(unnamed)
                if isinstance(unnamed, sa.PrimaryKeyConstraint):
                    for column in unnamed.columns:
                        self.columns[column.name].primary_key = False
                return
        super().drop_constraint(const)

    def _check_called(self, const: Any) -> str | None:
        """The key of the check that *const* names; one of a type may have no name."""
        if self._definition is None or const.name in self._checks:
            return None if self._definition is None else str(const.name)
        for key, check in self._checks.items():
            column = None if check.name else check.listed
            if column and conventional_names.check(self.table.name, column) == const.name:
                return key
            if column and getattr(const, "_type_bound", False) and column in const.columns:
                return key
        return None

    def add_constraint(self, const: Any) -> None:
        """Add a constraint; SQLAlchemy warns of a key that its columns do not say as well."""
        super().add_constraint(const)
        if isinstance(const, sa.PrimaryKeyConstraint):
            for name, column in self.columns.items():
                column.primary_key = name in const.columns

    def drop_index(self, idx: Any) -> None:
        """Drop an index, also one that SQLAlchemy cannot reflect."""
        self._dropped_indexes.add(idx.name)
        if idx.name in self.indexes:
            super().drop_index(idx)

    def _transfer_elements_to_new_table(self) -> None:
        if self._definition is not None:
            self.table_args = (*self.table_args, *map(self._made, self._checks.values()))
        super()._transfer_elements_to_new_table()
        new: Any = self.new_table
        # Else a row that ON CONFLICT IGNORE or REPLACE is for would be left out.
        new.insert = lambda: sa.insert(new).prefix_with("OR ABORT")

    def _made(self, check: Check) -> Any:
        """A check of the copy."""
        self._check_columns_stay(check)
        text = renamed(check.text, self._new_names()).replace(":", "\\:")
        return sa.CheckConstraint(sa.text(text), name=check.name or None)

    def _check_columns_stay(self, check: Check) -> None:
        read = self._gone() & check.names()
        if read:
            raise ValueError(
                f"The check {check.name or check.text!r} of the table {self.table.name} reads "
                f"the column {min(read)}, which is dropped; drop the check first."
            )

    def _gone(self) -> set[str]:
        """The columns that the copy has not, in lower case."""
        return {column.name.lower() for column in self.table.c if column.name not in self.columns}

    def _new_names(self) -> dict[str, str]:
        """The columns that have another name in the copy."""
        return {
            name: str(transfer["name"])
            for name, transfer in self.column_transfers.items()
            if "name" in transfer
        }

    def _gather_indexes_from_both_tables(self) -> list[Any]:
        if self._definition is not None:
            self.indexes.clear()  # those that are there are made again from their own text
        return super()._gather_indexes_from_both_tables()

    def _create(self, op_impl: Any) -> None:
        if self._definition is None:
            super()._create(op_impl)
            return
        table = self.table.name
        indexes, triggers = (
            self._rows(_OBJECTS, "index", table),
            self._rows(_OBJECTS, "trigger", table),
        )
        dependents, sequence = Dependents(self._rows), self._sequence()
        # Else SQLite looks at every view when the copy gets the name of its table.
        legacy = self._rows("PRAGMA legacy_alter_table")[0][0]
        self._rows("PRAGMA legacy_alter_table=ON")
        try:
            super()._create(op_impl)
        finally:
            self._rows(f"PRAGMA legacy_alter_table={legacy}")
        self._restore_indexes(indexes)
        for _, sql in triggers:
            self._rows(renamed(sql, self._new_names()))
        if sequence is not None:
            self._rows(
                "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", sequence, table
            )
        dependents.check()

    def _restore_indexes(self, indexes: list[Any]) -> None:
        gone = self._gone()
        for name, sql in indexes:
            reads = Check("", "", sql.partition("(")[2]).names()
            if name not in self._dropped_indexes and not reads & gone:
                self._rows(renamed(sql, self._new_names()))

    def _sequence(self) -> int | None:
        """The last number that AUTOINCREMENT gave."""
        if self._definition is None or not self._definition.is_autoincrement:
            return None
        rows = self._rows("SELECT seq FROM sqlite_sequence WHERE name = ?", self.table.name)
        return rows[0][0] if rows else None

    def _check(
        self, column: Any, is_fit: Callable[[Any], bool], otherwise: str, become: Any = None
    ) -> None:
        """See that each value of *column* is fit for its new type.

        :param become: What is made of it before; without, only texts are looked at.
        :raises ValueError: One is not, and SQLite would not say so.
        """
        value, is_asked = column, sa.func.typeof(column) == "text"
        if become is not None:
            value, is_asked = become, column.isnot(None)
        # As it is, not as SQLAlchemy would read it.
        select = sa.select(sa.type_coerce(value, sa.types.NullType())).where(is_asked)
        wrong = sum(not is_fit(each) for (each,) in self._connection.execute(select))
        if wrong:
            raise ValueError(
                f"{wrong} value{'s' if wrong > 1 else ''} of {self.table.name}.{column.name} "
                f"{otherwise}."
            )

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        result = self._connection.exec_driver_sql(sql, tuple(values))
        return list(result) if result.returns_rows else []


def _keep_colons(column: Any) -> None:
    """Let nothing in the default of *column*, which is SQL of SQLite's, be a parameter."""
    default = getattr(column.server_default, "arg", None)
    if isinstance(default, TextClause) and default._bindparams:
        text = TextClause._bind_params_regex.sub(r"\\:\1", default.text)
        column.server_default = sa.DefaultClause(sa.text(text))


def _conventional_name(table: str, constraint: Any) -> str | None:
    """The name that ``migrate`` would have given to a constraint without one."""
    columns = [column.name for column in constraint.columns]
    if isinstance(constraint, sa.ForeignKeyConstraint):
        referent = constraint.elements[0].target_fullname.rpartition(".")[0]
        return conventional_names.foreign_key(table, columns, referent.rpartition(".")[2])
    if isinstance(constraint, sa.UniqueConstraint):
        return conventional_names.unique(table, columns)
    if isinstance(constraint, sa.PrimaryKeyConstraint):
        return conventional_names.primary_key(table)
    return None
