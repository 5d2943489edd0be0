"""Foreign keys that forbid a change of what they are over, or refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..differences.generated import GeneratedOp
from ..differences.mariadb import NAMES
from ..differences.operations import AddLabelsOp, ChangeKeyOp, ReplaceEnumOp
from .casts import kind_of
from .comparison import drop_empty, key, walk
from .written import RenamesOp

if TYPE_CHECKING:
    from alembic.operations.ops import CreateForeignKeyOp, MigrationScript

    from .comparison import Comparison

#: A column, by schema, table and name.
Place = tuple[str | None, str, str]

_OPTIONS = ("ondelete", "onupdate", "deferrable", "initially", "match")


@dataclass
class _Changes:
    """What changes that a foreign key may forbid."""

    #: Columns that get another type.
    columns: set[Place] = field(default_factory=set)
    #: The columns of primary keys and unique constraints that go.
    keys: set[frozenset[Place]] = field(default_factory=set)

    def are_forbidden_by(self, made: CreateForeignKeyOp) -> bool:
        """Whether a foreign key has to be away meanwhile."""
        own = _places(made.kw["source_schema"], made.source_table, made.local_cols)
        target = _places(made.kw["referent_schema"], made.referent_table, made.remote_cols)
        return bool(self.columns & (own | target)) or target in self.keys


def release(comparison: Comparison, script: MigrationScript) -> None:
    """Drop each foreign key that forbids a change before it, and make it again afterwards."""
    if comparison.dialect.name not in ("postgresql", *NAMES) or not comparison.writes_file:
        return
    changes = _changes(comparison)
    if not (changes.columns or changes.keys):
        return
    staying = list(_staying(comparison, changes))
    drops, makes = _taken_out(comparison, changes)
    for drop, make in staying:
        drops.append(drop)
        makes.append(make)
    if not (drops or makes):
        return
    comparison.begin_with([_holder(each, each.table_name, each.schema) for each in drops])
    comparison.upgrade.ops += [
        _holder(each, each.source_table, each.kw["source_schema"]) for each in makes
    ]
    comparison.reverse()


def _changes(comparison: Comparison) -> _Changes:
    from alembic.operations import ops

    found, dialect = _Changes(), comparison.dialect
    for _, op in comparison.operations():
        if isinstance(op, ops.AlterColumnOp):
            if op.modify_type is not None and _is_forbidden(op, dialect):
                found.columns.add((op.schema, op.table_name, op.column_name))
        elif isinstance(op, (AddLabelsOp, ReplaceEnumOp)):
            # There or back, each column gets the type made anew by itself.
            found.columns |= {(user.schema, user.table, user.column) for user in op.users}
        elif isinstance(op, ChangeKeyOp):
            found.keys.add(_places(op.schema, op.table_name, op.was))
        elif isinstance(op, ops.DropConstraintOp) and op.constraint_type == "unique":
            dropped: Any = op.to_constraint()
            columns = [column.name for column in dropped.columns]
            found.keys.add(_places(op.schema, op.table_name, columns))
    found.keys.discard(frozenset())
    return found


def _is_forbidden(op: Any, dialect: Any) -> bool:
    """Whether a column of a foreign key cannot get the type, or is made anew."""
    if dialect.name in NAMES or isinstance(op, GeneratedOp):
        return True
    old, new = (kind_of(each, dialect) for each in (op.existing_type, op.modify_type))
    return old != new


def _places(schema: Any, table: Any, columns: Any) -> frozenset[Place]:
    return frozenset((schema, str(table), str(each)) for each in columns)


def _taken_out(comparison: Comparison, changes: _Changes) -> tuple[list[Any], list[Any]]:
    """Take out what drops or makes such foreign keys already."""
    from alembic.operations import ops

    drops: list[Any] = []
    makes: list[Any] = []
    # What goes before the renames is away in time, and comes back under the old names.
    renames = [each for each in comparison.upgrade.ops if isinstance(each, RenamesOp)]
    early = [op for each in renames for _, op in walk(each)]
    for holder, op in comparison.operations():
        if any(op is each for each in early):
            continue
        if isinstance(op, ops.CreateTableOp):
            makes += _out_of_table(op, changes)
            continue
        if isinstance(op, ops.DropTableOp):
            keys = [each.to_constraint() for each in _out_of_table(op._reverse, changes)]
            drops += [ops.DropConstraintOp.from_constraint(each) for each in keys]
            continue
        if isinstance(op, ops.CreateForeignKeyOp):
            made, found = op, makes
        elif isinstance(op, ops.DropConstraintOp) and isinstance(
            op._reverse, ops.CreateForeignKeyOp
        ):
            made, found = op._reverse, drops
        else:
            continue
        if changes.are_forbidden_by(made):
            holder.ops[:] = [each for each in holder.ops if each is not op]
            found.append(op)
    drop_empty(comparison.upgrade)
    return drops, makes


def _out_of_table(table: Any, changes: _Changes) -> list[Any]:
    """Take such foreign keys out of what makes a table."""
    import sqlalchemy as sa
    from alembic.operations import ops

    if table is None:
        return []
    found = []
    for constraint in table.to_table().foreign_key_constraints:
        made: Any = ops.CreateForeignKeyOp.from_constraint(constraint)
        if changes.are_forbidden_by(made):
            found.append(made)
    names = [list(map(str, made.local_cols)) for made in found]
    table.columns = [
        part
        for part in table.columns
        if not (isinstance(part, sa.ForeignKeyConstraint) and list(part.column_keys) in names)
    ]
    return found


def _staying(comparison: Comparison, changes: _Changes) -> Iterator[tuple[Any, Any]]:
    """The operations that drop and make each one that is there and is to be there."""
    from alembic.operations import ops

    new = {
        _places(op.kw["source_schema"], op.source_table, op.local_cols)
        for _, op in walk(comparison.upgrade)
        if isinstance(op, ops.CreateForeignKeyOp)
    }
    for (schema, name), table in comparison.tables.items():
        for constraint in table.foreign_key_constraints:
            made: Any = ops.CreateForeignKeyOp.from_constraint(constraint)
            if _places(schema, name, made.local_cols) in new:
                continue
            if changes.are_forbidden_by(made):
                present = _present(comparison, made)
                if present is not None:
                    drop = ops.DropConstraintOp.from_constraint(present.to_constraint())
                    yield drop, present


def _present(comparison: Comparison, wanted: Any) -> Any:
    """What makes the foreign key that is there; ``None`` where there is none like *wanted*."""
    from alembic.operations import ops
    from sqlalchemy.exc import NoSuchTableError

    schema, table = wanted.kw["source_schema"], wanted.source_table
    former = comparison.former(schema, table)
    renamed = comparison.renamed_columns.get(key(schema, table), {})
    try:
        keys = comparison.inspector.get_foreign_keys(former, schema=schema)
    except NoSuchTableError:
        return None
    for found in keys:
        columns = [renamed.get(each, each) for each in found["constrained_columns"]]
        if columns == list(wanted.local_cols):
            options = {each: found["options"].get(each) for each in _OPTIONS}
            return ops.CreateForeignKeyOp(
                _after_rename(found["name"], former, table, comparison.dialect),
                table,
                wanted.referent_table,
                columns,
                wanted.remote_cols,
                source_schema=schema,
                referent_schema=wanted.kw["referent_schema"],
                **{name: value for name, value in options.items() if value is not None},
            )
    return None


def _after_rename(name: str, former: str, table: str, dialect: Any) -> str:
    """What a foreign key is called in its renamed table: MySQL goes along with names of its own."""
    start, end = f"{former}_ibfk_", name.rpartition("_")[2]
    is_own = dialect.name in NAMES and name == start + end and end.isdigit()
    return f"{table}_ibfk_{end}" if is_own else name


def _holder(op: Any, table: Any, schema: Any) -> Any:
    from alembic.operations import ops

    return ops.ModifyTableOps(str(table), [op], schema=schema)
