"""What MySQL and MariaDB do with foreign keys and JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search

NAMES = ("mysql", "mariadb")


def reflect_json(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """See MariaDB's JSON columns as such: they are texts with a CHECK of their name.

    Otherwise one that is dropped would come back as a text.
    """
    if context.dialect.name not in NAMES or there is None:
        return
    from sqlalchemy.dialects.mysql import JSON

    found.tables[there.schema, there.name] = (there, model)
    texts = [each for each in there.columns if each.type.__visit_name__ == "LONGTEXT"]
    if texts and getattr(context.dialect, "is_mariadb", False):
        for column in texts:
            if (there.schema, there.name, column.name) in _json_columns(found):
                column.type = JSON()
                operations: list[Any] = ops.ops
                for op in operations:
                    if getattr(op, "column_name", None) == column.name and op.existing_type:
                        op.existing_type = JSON()


def _json_columns(found: Search) -> set[tuple[Any, ...]]:
    """The columns of the server that hold JSON, by schema, table and name."""
    if found.json_columns is None:
        connection: Any = found.context.connection
        found.json_columns = {
            (row[0], row[1], match[1])
            for row in connection.exec_driver_sql(_CHECKS)
            if (match := re.fullmatch(r"json_valid\(`(.+)`\)", row[2]))
        }
    return found.json_columns


_CHECKS = """
SELECT NULLIF(constraint_schema, DATABASE()), table_name, check_clause
FROM information_schema.check_constraints WHERE check_clause LIKE 'json_valid(%%'
"""


def has_other_labels(there: Any, model: Any) -> bool:
    """Whether two enums have other labels, or the same in another order."""
    labels = getattr(there.type, "enums", None), getattr(model.type, "enums", None)
    return None not in labels and list(labels[0] or ()) != list(labels[1] or ())


def drop_with_tables(container: Any) -> None:
    """Leave indexes to the tables that go: one may be needed by a foreign key until then."""
    from alembic.operations import ops

    gone = {(op.schema, op.table_name) for op in container.ops if isinstance(op, ops.DropTableOp)}
    container.ops[:] = [
        op
        for op in container.ops
        if not (
            isinstance(op, ops.ModifyTableOps)
            and (op.schema, op.table_name) in gone
            and all(isinstance(each, ops.DropIndexOp) for each in op.ops)
        )
    ]


def keep_indexes(found: Search, container: Any, is_upgrade: bool) -> None:
    """Give each foreign key an index before the one it uses is dropped.

    The server makes one with the key and drops it for a better one; it does not
    make it again when the better one goes, it refuses that.
    """
    from alembic.operations import ops

    done: list[Any] = []
    for op in container.ops:
        if isinstance(op, ops.ModifyTableOps):
            keep_indexes(found, op, is_upgrade)
        elif isinstance(op, (ops.DropIndexOp, ops.DropConstraintOp)):
            table = found.tables.get((op.schema, op.table_name), (None, None))[is_upgrade]
            made = {each.index_name for each in done if isinstance(each, ops.CreateIndexOp)}
            needed = _indexes_for(op, table) if table is not None else ()
            done += [each for each in needed if each.index_name not in made]
        done.append(op)
        if isinstance(op, ops.DropConstraintOp) and op.constraint_type == "foreignkey":
            better = [_columns(each) for each in container.ops if _makes_index(each)]
            done += _without_index(op, found, is_upgrade, better)
    container.ops[:] = done


def _columns(op: Any) -> list[str]:
    """The columns of what an operation drops."""
    try:
        thing = op.to_index() if hasattr(op, "to_index") else op.to_constraint()
        return [column.name for column in thing.columns]
    except (ValueError, AttributeError):
        return []


def _indexes_for(op: Any, table: Any) -> Iterator[Any]:
    """New indexes for the foreign keys of *table* that lean on what *op* drops."""
    from alembic.operations import ops

    if isinstance(op, ops.DropConstraintOp) and op.constraint_type != "unique":
        return
    dropped = _columns(op)
    for key in _keys(table):
        columns = [column.name for column in key.columns]
        if dropped[: len(columns)] != columns:
            continue
        own = next((each.name for each in table.indexes if _is_own(each, key)), None)
        if own or not any(each[: len(columns)] == columns for each in _indexed(table)):
            name = own or key.name or f"{table.name}_{'_'.join(columns)}"
            yield ops.CreateIndexOp(str(name), table.name, columns, schema=table.schema)


def _keys(table: Any) -> list[Any]:
    """The foreign keys of *table*; Alembic adds them to what was reflected once more."""
    found = {tuple(each.columns.keys()): each for each in table.foreign_key_constraints}
    return [found[columns] for columns in sorted(found)]


def _is_own(index: Any, key: Any) -> bool:
    """Whether the server made an index for a foreign key.

    It calls it like the key, or like the column where the key has no name.
    """
    columns = [column.name for column in key.columns]
    has_columns = [getattr(each, "name", "") for each in index.expressions] == columns
    return has_columns and not index.unique and index.name in (key.name, columns[0])


def _indexed(table: Any) -> Iterator[list[str]]:
    """The columns of each index that *table* is to have."""
    import sqlalchemy as sa

    for index in table.indexes:
        yield [getattr(each, "name", "") for each in index.expressions]
    for constraint in table.constraints:
        if isinstance(constraint, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)):
            yield [column.name for column in constraint.columns]


def _makes_index(op: Any) -> bool:
    from alembic.operations import ops

    return isinstance(op, (ops.CreateIndexOp, ops.CreateUniqueConstraintOp))


def _without_index(
    op: Any, found: Search, is_upgrade: bool, better: list[list[str]]
) -> Iterator[Any]:
    """Drop the index that came with a foreign key.

    :param better: The columns of the indexes that took its place before.
    """
    from alembic.operations import ops

    there, model = found.tables.get((op.schema, op.table_name), (None, None))
    if not is_upgrade or there is None or model is None:
        return
    key = op.to_constraint()
    columns = _columns(op)
    is_needed = any(
        [column.name for column in each.columns] == columns
        for each in model.foreign_key_constraints
    )
    is_needed = is_needed or any(each[: len(columns)] == columns for each in better)
    if is_needed or not all(name in model.columns for name in columns):
        return
    wanted = {each.name for each in model.indexes}
    for name in {each.name for each in there.indexes if _is_own(each, key)} - wanted:
        yield ops.DropIndexOp(name, op.table_name, schema=op.schema)
