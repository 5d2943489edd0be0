"""What carries the name of a renamed column or table, and is renamed with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import conventional_names
from ..differences import generated, search, spelling
from ..differences.generated import GeneratedOp
from ..differences.mariadb import NAMES
from ..differences.operations import ChangeKeyOp
from .comparison import holds_operations, key, walk
from .written import StatementOp

if TYPE_CHECKING:
    from .comparison import Comparison

#: What a constraint may say besides what it is over and refers to, and how it says nothing.
_OPTIONS = (
    "deferrable",
    "initially",
    "match",
    "postgresql_include",
    "postgresql_nulls_not_distinct",
)
_USUAL = ("IMMEDIATE", "SIMPLE")


def follow(comparison: Comparison) -> list[Any]:
    """Take out what is dropped and created only because a name in it changed.

    :returns: What gives it the name that the models want, where a database can.
    """
    statements: list[Any] = []
    holders: list[Any] = [each for each in comparison.upgrade.ops if holds_operations(each)]
    for holder in holders:
        for drop, create in _same(comparison, holder):
            if _goes_with_column(holder, create):
                continue
            wanted, present = name_of(create), name_of(drop)
            if wanted is None or present is None or wanted == present:
                renamed: list[Any] = []
            else:
                renamed = _renamed(comparison, create, present, wanted)
                if not renamed:
                    continue
            holder.ops.remove(drop)
            holder.ops.remove(create)
            statements += renamed
            comparison.renamed_parts[holder.schema, str(present)] = str(wanted or present)
    if comparison.dialect.name == "sqlite":
        _leave_nameless(comparison, holders)
    return statements


def _goes_with_column(holder: Any, create: Any) -> bool:
    """Whether it is made again because a generated column in it is."""
    changed = [each.now for each in holder.ops if isinstance(each, GeneratedOp)]
    return any(generated.has_in_it(create, column) for column in changed)


def follow_generated(comparison: Comparison) -> None:
    """Let generated columns be computed from new names; databases see to that."""
    from alembic.operations import ops

    found: list[tuple[Any, Any]] = list(walk(comparison.upgrade))
    for holder, operation in found:
        if isinstance(operation, ops.DropColumnOp) and operation._reverse is not None:
            # The downgrade makes it again before it gives the old names back.
            _computed_again(comparison, operation._reverse)
        if not isinstance(operation, GeneratedOp) or operation.was.computed is None:
            continue
        names = Names(comparison, operation.schema, operation.table_name)
        operation.was = computed_from(operation.was, names.expression)
        is_away = comparison.dialect.name == "postgresql" and generated.changes_source(
            holder.ops, operation.was
        )
        if not is_away and is_unchanged(comparison, operation):
            holder.ops.remove(operation)


def _computed_again(comparison: Comparison, added: Any) -> None:
    """Let a dropped column that comes back be computed from names as they are then."""
    if added.column.computed is not None:
        names = Names(comparison, added.schema, added.table_name)
        added.column = computed_from(added.column, names.expression)


def computed_from(column: Any, change: Callable[[str], str]) -> Any:
    """*column* of the database, computed from something else."""
    import sqlalchemy as sa

    copy = column._copy()
    old = copy.computed
    sql = sa.text(spelling.without_parameters(change(str(old.sqltext))))
    copy.server_default = None
    copy.computed = None
    copy._init_items(sa.Computed(sql, persisted=old.persisted))
    copy.table = column.table
    return copy


def is_unchanged(comparison: Comparison, operation: Any) -> bool:
    """Whether nothing is left of a change but names."""
    was, now, search_ = operation.was, operation.now, search.of(comparison.context)
    return (
        search_ is not None
        and was.nullable == now.nullable
        and was.comment == now.comment
        and not comparison.impl.compare_type(was, now)
        and generated.is_same(search_, comparison.autogen, now, was)
    )


def follow_keys(comparison: Comparison) -> None:
    """Take out changes of primary keys that are only new names, and know the others by these."""
    found: list[tuple[Any, Any]] = list(walk(comparison.upgrade))
    for holder, operation in found:
        if not isinstance(operation, ChangeKeyOp):
            continue
        table = holder.table_name
        was = Names(comparison, operation.schema, table).columns(operation.was)
        if was == tuple(operation.now):
            holder.ops.remove(operation)
            continue
        former = comparison.former(operation.schema, table)
        if operation.was_name == conventional_names.primary_key(former):
            operation.was_name = conventional_names.primary_key(table)
        operation.table_name, operation.was = table, was


def _leave_nameless(comparison: Comparison, holders: list[Any]) -> None:
    """Take out unique constraints that are there without a name, of whose columns one changed.

    Alembic, which could not drop these, overlooks them.
    """
    for schema, old, new in comparison.touched:
        names = Names(comparison, schema, new)
        present = {
            ("unique", tuple(sorted(names.columns(each["column_names"]))))
            for each in comparison.inspector.get_unique_constraints(old, schema=schema)
            if each["name"] is None
        }
        for holder in holders:
            if (getattr(holder, "table_name", None), holder.schema) == (new, schema):
                holder.ops[:] = [
                    each for each in holder.ops if _signature(each, comparison) not in present
                ]


def dropped_before(comparison: Comparison) -> list[Any]:
    """Take out what is dropped under the old names, to be dropped before these change.

    The downgrade, which goes backwards, has the old names then when it makes it again.
    """
    from alembic.operations import ops

    taken = []
    holders: list[Any] = [each for each in comparison.upgrade.ops if holds_operations(each)]
    for holder in holders:
        moved = [each for each in getattr(holder, "ops", ()) if _has_old_names(comparison, each)]
        if not moved:
            continue
        holder.ops[:] = [each for each in holder.ops if each not in moved]
        table = comparison.former(holder.schema, holder.table_name)
        for each in moved:
            each.table_name = table
        taken.append(ops.ModifyTableOps(table, moved, schema=holder.schema))
    return taken


def lead_dropped_tables(comparison: Comparison) -> None:
    """Let the foreign keys of dropped tables lead to new names.

    The downgrade makes these tables again before it gives the old names back.
    """
    import sqlalchemy as sa
    from alembic.operations import ops

    for operation in comparison.upgrade.ops:
        again = operation._reverse if isinstance(operation, ops.DropTableOp) else None
        if again is not None:
            again.columns = [
                _led(comparison, each) if isinstance(each, sa.ForeignKeyConstraint) else each
                for each in again.columns
            ]


def _led(comparison: Comparison, constraint: Any) -> Any:
    """A foreign key of the database that leads to the same by new names."""
    import sqlalchemy as sa

    found = [each.target_fullname.rpartition(".") for each in constraint.elements]
    # A name with its schema is how tables are known.
    names = Names(comparison, None, found[0][0])
    targets = [f"{names.table}.{name}" for name in names.columns(name for _, _, name in found)]
    if targets == [each.target_fullname for each in constraint.elements]:
        return constraint
    names_of_options = ("name", "onupdate", "ondelete", "deferrable", "initially", "match")
    options: dict[str, Any] = {each: getattr(constraint, each) for each in names_of_options}
    options.update(constraint.dialect_kwargs)
    return sa.ForeignKeyConstraint(list(constraint.column_keys), targets, **options)


def _has_old_names(comparison: Comparison, operation: Any) -> bool:
    reverse = getattr(operation, "_reverse", None)
    is_other = reverse is None or hasattr(operation, "column_name")
    if is_other or hasattr(operation, "column"):
        return False
    now = _signature(reverse, comparison)
    then = _signature(reverse, comparison, comparison)
    schema = getattr(operation, "schema", None)
    is_on_renamed = key(schema, operation.table_name) in comparison.predecessors
    return now is not None and (now != then or is_on_renamed)


def _same(comparison: Comparison, holder: Any) -> list[tuple[Any, Any]]:
    """The operations in *holder* that drop something and create the same again."""
    from alembic.operations import ops

    operations = list(getattr(holder, "ops", ()))
    made = [
        (each, _signature(each, comparison))
        for each in operations
        if isinstance(each, (ops.CreateIndexOp, ops.AddConstraintOp))
    ]
    possible = [
        (drop, create)
        for drop in operations
        if (was := _signature(getattr(drop, "_reverse", None), comparison, comparison))
        for create, signature in made
        if signature == was
    ]
    # A table may have two that are the same but for their names.
    possible.sort(key=lambda pair: name_of(pair[0]) != name_of(pair[1]))
    pairs: list[tuple[Any, Any]] = []
    for drop, create in possible:
        if not any(drop is one or create is other for one, other in pairs):
            pairs.append((drop, create))
    return pairs


def _signature(
    operation: Any, comparison: Comparison, renames: Comparison | None = None
) -> tuple[Any, ...] | None:
    """What an index or a constraint is but for its name.

    :param renames: Where new names for those in it are found, if it has old ones.
    """
    from sqlalchemy.sql import ClauseElement

    if hasattr(operation, "referent_table"):
        kw = operation.kw
        local = Names(renames, kw.get("source_schema"), operation.source_table)
        remote = Names(renames, kw.get("referent_schema"), operation.referent_table)
        return (
            "foreign key",
            local.columns(operation.local_cols),
            remote.table,
            remote.columns(operation.remote_cols),
            *(_action(kw.get(each), comparison) for each in ("ondelete", "onupdate")),
            *local.options(kw),
        )
    if hasattr(operation, "index_name"):
        names = Names(renames, operation.schema, operation.table_name)
        index = operation.to_index()
        options = {
            name: names.option(value)
            for name, value in dict(index.kwargs).items()
            if isinstance(value, ClauseElement) or value
        }
        expressions = tuple(names.expression(each) for each in index.expressions)
        if index.unique and not options and comparison.dialect.name in NAMES:
            # There a unique constraint is nothing else.
            return ("unique", tuple(sorted(expressions)))
        return ("index", expressions, bool(index.unique), tuple(sorted(options.items())))
    if getattr(operation, "constraint_type", "") == "unique" and hasattr(operation, "columns"):
        names = Names(renames, operation.schema, operation.table_name)
        columns = tuple(sorted(names.columns(operation.columns)))
        return ("unique", columns, *names.options(operation.kw))
    if hasattr(operation, "condition"):
        names = Names(renames, operation.schema, operation.table_name)
        return ("check", spelling.plain(names.expression(str(operation.condition))))
    return None


class Names:
    """The names of a table and its columns, as they become."""

    def __init__(self, comparison: Comparison | None, schema: str | None, table: str) -> None:
        name = key(schema, table)
        self.table = comparison.successors.get(name, name) if comparison else name
        self._columns = comparison.renamed_columns.get(self.table, {}) if comparison else {}

    def columns(self, names: Any) -> tuple[str, ...]:
        """The columns called *names*."""
        return tuple(self._columns.get(str(each), str(each)) for each in names)

    def expression(self, expression: Any) -> str:
        """A part of an index."""
        name = getattr(expression, "name", None)
        if name is not None:
            return self._columns.get(str(name), str(name))
        return spelling.outside_literals(str(expression), self._renamed)

    def options(self, said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """What a constraint says that makes a difference."""
        return tuple(
            (name, self.option(said[name]))
            for name in _OPTIONS
            if said.get(name) and str(said[name]).upper() not in _USUAL
        )

    def option(self, value: Any) -> str:
        """An option of an index: SQL, names of columns, or something for each of some columns."""
        if isinstance(value, Mapping):
            return str(sorted((*self.columns([name]), each) for name, each in value.items()))
        if isinstance(value, (list, tuple)):
            return str(self.columns(getattr(each, "name", each) for each in value))
        return spelling.plain(self.expression(value))

    def _renamed(self, text: str) -> str:
        return re.sub(r"\w+", lambda word: self._columns.get(word[0], word[0]), text)


def _renamed(comparison: Comparison, create: Any, present: str, wanted: str) -> list[Any]:
    """What renames a constraint or an index; nothing where that is not possible."""
    dialect = comparison.dialect
    quote = partial(spelling.name, dialect)
    is_index = hasattr(create, "index_name")
    is_unique = getattr(create, "constraint_type", "") == "unique"
    table = getattr(create, "table_name", None) or create.source_table
    schema = getattr(create, "schema", None) or getattr(create, "kw", {}).get("source_schema")
    ways = (present, wanted), (wanted, present)

    def renaming(kind: str) -> list[str]:
        start = f"ALTER TABLE {quote(schema, table)} RENAME {kind}"
        return [f"{start} {quote(one)} TO {quote(other)}" for one, other in ways]

    if dialect.name == "postgresql" and is_index:
        statements = [
            f"ALTER INDEX {quote(schema, one)} RENAME TO {quote(other)}" for one, other in ways
        ]
    elif dialect.name == "postgresql":
        statements = renaming("CONSTRAINT")
    elif dialect.name in NAMES and (is_index or is_unique):
        statements = renaming("INDEX")
    else:
        return []
    return [StatementOp(*statements)]


def name_of(operation: Any) -> str | None:
    """What an operation on an index or a constraint calls it."""
    name = getattr(operation, "index_name", None) or getattr(operation, "constraint_name", None)
    return None if name is None else str(name)


def _action(value: str | None, comparison: Comparison) -> str | None:
    is_same = comparison.dialect.name in NAMES
    nothing = ("NO ACTION", "RESTRICT") if is_same else ("NO ACTION",)
    return None if value is None or value.upper() in nothing else value.upper()
