"""Columns and tables under new names, which keep their rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..console import counted
from ..differences import generated, identities, search
from ..differences.generated import GeneratedOp
from ..differences.mariadb import NAMES
from ..differences.operations import AddLabelsOp, User
from . import pairing
from .answers import spelled
from .comparison import holds_operations, key
from .crossed_names import refuse_crossed_columns, refuse_crossed_tables
from .followers import (
    dropped_before,
    follow,
    follow_generated,
    follow_keys,
    lead_dropped_tables,
)
from .made_names import mysql_names, postgresql_names
from .pairing import Pair
from .written import RenameColumnOp, RenamesOp, RenameTableOp

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison


def rename(comparison: Comparison, script: MigrationScript) -> None:
    """Write what was dropped and created as renamed, where it is the same thing."""
    # To a report a renamed column is as different as a new one.
    if not comparison.writes_file:
        return
    renames: list[Any] = []
    refuse_crossed_tables(comparison)
    for pair in _chosen(comparison, pairing.tables(comparison), _TableWords):
        renames += _rename_table(comparison, pair)
    refuse_crossed_columns(comparison)
    holders = [each for each in comparison.upgrade.ops if holds_operations(each)]
    for pair in _chosen(comparison, pairing.columns(comparison, holders), _ColumnWords):
        renames += _rename_column(comparison, pair)
    if renames:
        follow_generated(comparison)
        followed = follow(comparison)
        indexes = mysql_names(comparison, {each.up for each in followed})
        # What is still dropped after that has its old name when it goes.
        renames += [*postgresql_names(comparison), *indexes, *followed]
        renames = [*dropped_before(comparison), *renames]
        lead_dropped_tables(comparison)
        follow_keys(comparison)
        left = [each for each in comparison.upgrade.ops if not _is_empty(each)]
        for each in left:
            if isinstance(each, AddLabelsOp):
                # The names in the downgrade are given back after its labels have gone.
                each.users = [_moved(comparison, user) for user in each.users]
        comparison.upgrade.ops[:] = [RenamesOp(renames), *left]
        comparison.reverse()


def _moved(comparison: Comparison, user: User) -> User:
    """A column that has an enum type, under its new names."""
    tables = {(schema, old): new for schema, old, new in comparison.touched}
    table = tables.get((user.schema, user.table), user.table)
    columns = comparison.renamed_columns.get(key(user.schema, table), {})
    return replace(user, table=table, column=columns.get(user.column, user.column))


class _TableWords:
    """How questions about two tables are put."""

    option = "rename_table"

    def __init__(self, comparison: Comparison, pair: Pair) -> None:
        self.comparison = comparison
        self.pair = pair
        schema = pair.drop.schema
        self.old, self.new = pair.drop.table_name, pair.create.table_name
        self.qualified = f"{schema}.{self.old}" if schema else self.old
        self.spelled = spelled("--rename-table", f"{self.qualified}={self.new}")
        self.question = f"Was table {self.old} renamed to {self.new}?"

    @property
    def is_told(self) -> bool:
        """Whether an option says so."""
        schema = self.pair.create.schema
        new = [self.new, f"{schema}.{self.new}"] if schema else [self.new]
        return self.comparison.answers.renamed_table({self.qualified: 1, self.old: 1}, new)

    @property
    def is_certain(self) -> bool:
        """Whether both are one name to the database, which cannot have two such tables."""
        is_same: bool = self.old.lower() == self.new.lower()
        return is_same and self.comparison.dialect.name == "sqlite"

    @property
    def is_in_the_model(self) -> bool:
        """Whether ``info`` of the model says so."""
        key = self.pair.create.schema, self.new
        table = self.comparison.tables.get(key)
        return table is not None and table.info.get("renamed_from") == self.old

    @property
    def facts(self) -> str:
        return f"{self.new}: {self.pair.facts}."

    @property
    def problem(self) -> str:
        return f"Table {self.old} -> {self.new} looks like a rename; its rows are dropped."


class _ColumnWords(_TableWords):
    """How questions about two columns are put."""

    option = "rename"

    def __init__(self, comparison: Comparison, pair: Pair) -> None:
        self.comparison = comparison
        self.pair = pair
        self.column, self.new = pair.drop.column_name, pair.create.column.name
        table, schema = pair.drop.table_name, pair.drop.schema
        self.table = f"{schema}.{table}" if schema else table
        self.old = f"{self.table}.{self.column}"
        self.spelled = spelled("--rename", f"{self.old}={self.new}")
        self.question = f"Was {self.old} renamed to {self.table}.{self.new}?"

    @property
    def is_told(self) -> bool:
        before = self.comparison.predecessors.get(self.table, self.table)
        names = {self.old: 1, f"{self.pair.drop.table_name}.{self.column}": 1}
        names[f"{before}.{self.column}"] = 1
        return self.comparison.answers.renamed(names, self.new)

    @property
    def is_certain(self) -> bool:
        is_same: bool = self.column.lower() == self.new.lower()
        return is_same and self.comparison.dialect.name in ("sqlite", *NAMES)

    @property
    def is_in_the_model(self) -> bool:
        return bool(self.pair.create.column.info.get("renamed_from") == self.column)

    @property
    def facts(self) -> str:
        import sqlalchemy as sa

        old, new = self.pair.drop._reverse.column, self.pair.create.column
        dialect = self.comparison.dialect
        kinds = [each.type.compile(dialect=dialect) for each in (old, new)]
        kind = kinds[1] if kinds[0] == kinds[1] else f"{kinds[0]}, now {kinds[1]}"
        has_value = sa.column(old.name).isnot(None)
        rows = self.comparison.rows(self.pair.drop.schema, self.pair.drop.table_name, has_value)
        return (
            f"{self.table}: column {self.column} disappeared, {self.new} appeared "
            f"({kind}{'' if new.nullable else ' NOT NULL'}, position {pairing.position(new)}, "
            f"{counted(rows, 'row')} with a value)"
        )

    @property
    def problem(self) -> str:
        return f"{self.old} -> {self.table}.{self.new} looks like a rename; its values are dropped."


#: How many may be what one column or table has become, before it is taken for dropped.
_QUESTIONS = 2


def _chosen(
    comparison: Comparison, pairs: list[Pair], words_for: Callable[[Comparison, Pair], _TableWords]
) -> list[Pair]:
    """Those of *pairs* that are renames; each operation is in one of them at most."""
    words = [words_for(comparison, pair) for pair in pairs]
    said = [each for each in words if each.is_told]
    modelled = [each for each in words if each.is_in_the_model]
    taken: list[int] = []
    chosen = []

    def is_free(each: _TableWords) -> bool:
        return id(each.pair.drop) not in taken and id(each.pair.create) not in taken

    def take(each: _TableWords) -> None:
        taken.extend((id(each.pair.drop), id(each.pair.create)))

    for each in (*said, *modelled, *(each for each in words if each.is_certain)):
        if is_free(each):
            take(each)
            chosen.append(each.pair)
    if comparison.options.get("no_rename"):
        comparison.settled += [each.pair.drop for each in words if each.pair.score]
        return chosen
    asked: list[int] = []
    for each in words:
        if not each.pair.score or not is_free(each):
            continue
        if asked.count(id(each.pair.drop)) == _QUESTIONS:
            continue
        asked.append(id(each.pair.drop))
        if _is_rename(comparison, each):
            chosen.append(each.pair)
            take(each)
        elif not comparison.questions.are_possible:
            # One warning for each column is enough.
            take(each)
    return chosen


def _is_rename(comparison: Comparison, words: _TableWords) -> bool:
    questions = comparison.questions
    hint = f"Say {words.spelled} or --no-rename."
    comparison.settled.append(words.pair.drop)
    if not questions.are_possible:
        questions.open(words.problem, hint)
        comparison.comment(words.pair.drop, f"{words.problem} {hint}")
        return False
    answer = questions.confirm(words.question, words.facts)
    questions.repeated(words.spelled if answer else "--no-rename")
    return answer


def _rename_table(comparison: Comparison, pair: Pair) -> list[Any]:
    from alembic.operations import ops

    schema, old, new = pair.drop.schema, pair.drop.table_name, pair.create.table_name
    before, after = pairing.columns_of(pair.drop._reverse), pairing.columns_of(pair.create)
    conn_table = next(iter(before.values())).table
    comparison.remember_table(schema, old, new)
    changes = ops.ModifyTableOps(new, [], schema=schema)
    for name in after.keys() - before.keys():
        changes.ops.append(ops.AddColumnOp.from_column_and_tablename(schema, new, after[name]))
    for name in [each for each in after if each in before]:
        alter = _altered(comparison, schema, new, name, before[name], after[name])
        changes.ops += [alter] if alter.has_changes() else []
    table = next(iter(after.values())).table
    _dispatch(comparison, "table")(comparison.autogen, changes, schema, old, conn_table, table)
    for name in before.keys() - after.keys():
        changes.ops.append(ops.DropColumnOp.from_column_and_tablename(schema, new, before[name]))
    found: list[Any] = list(changes.ops)
    for each in found:
        each.table_name = new
    gone = {old, new}
    operations: list[Any] = comparison.upgrade.ops
    # Where the table would have been made its types are there, and still are.
    operations[:] = [
        changes if each is pair.create else each
        for each in operations
        if each is not pair.drop
        and not (holds_operations(each) and each.table_name in gone and each.schema == schema)
    ]
    return [RenameTableOp(old, new, schema=schema)]


def _rename_column(comparison: Comparison, pair: Pair) -> list[Any]:
    table, schema = pair.drop.table_name, pair.drop.schema
    old, new = pair.drop._reverse.column, pair.create.column
    if _is_computed_anew(comparison, old, new):
        return []
    alter = _altered(comparison, schema, table, new.name, old, new)
    if old.computed is not None and new.computed is None:
        was = old._copy()
        was.name = was.key = new.name
        alter = GeneratedOp(schema, table, was, new)
    place = pair.holder.ops.index(pair.create)
    pair.holder.ops[place : place + 1] = [alter] if alter.has_changes() else []
    pair.holder.ops.remove(pair.drop)
    comparison.remember_column(schema, table, old.name, new.name)
    operation = RenameColumnOp(
        table,
        old.name,
        schema=schema,
        modify_name=new.name,
        existing_type=alter.existing_type,
        existing_nullable=alter.existing_nullable,
        existing_server_default=alter.existing_server_default,
        existing_comment=alter.existing_comment,
        **alter.kw,
    )
    return [operation]


def _is_computed_anew(comparison: Comparison, old: Any, new: Any) -> bool:
    """Whether a generated column has values that cannot be those of the old one."""
    found = search.of(comparison.context)
    if found is None or new.computed is None:
        return False
    return not generated.is_same(found, comparison.autogen, new, old)


def _altered(
    comparison: Comparison, schema: str | None, table: str, name: str, old: Any, new: Any
) -> Any:
    """What else is different about a column that has a new name or place."""
    from alembic.operations import ops

    alter = ops.AlterColumnOp(table, name, schema=schema)
    compare = _dispatch(comparison, "column")
    compare(comparison.autogen, alter, schema, table, name, old, new)
    if not comparison.dialect.supports_identity_columns:
        identities.leave_out([alter])
    identity = identities.changed(old, new, comparison.dialect)
    if identity is not None:
        alter.existing_server_default, alter.modify_server_default = old.identity, identity
    return alter


def _dispatch(comparison: Comparison, what: str) -> Any:
    comparators: Any = comparison.autogen.comparators
    return comparators.dispatch(what, qualifier=comparison.dialect.name)


def _is_empty(operation: Any) -> bool:
    return holds_operations(operation) and not operation.ops
