"""What MySQL and MariaDB do with foreign keys and JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
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


# What the server shows in another way than it is, whatever its ``sql_mode``.
_ESCAPES = {"n": "\n", "r": "\r", "0": "\0"}


def reflected(reflect: Callable[..., None]) -> Callable[..., None]:
    """*reflect*, which Alembic calls with each column, for labels as they are.

    SQLAlchemy reads those of an enum or a set with a backslash as if they had two.
    """

    def reflected(inspector: Any, table: Any, column_info: Any) -> None:
        type_ = column_info["type"]
        labels = _labels(type_)
        if labels is not None and any("\\" in each for each in labels):
            column_info["type"] = _with_labels(type_, [_as_it_is(each) for each in labels])
        reflect(inspector, table, column_info)

    return reflected


def _with_labels(type_: Any, labels: list[str]) -> Any:
    names = ("charset", "collation", "retrieve_as_bitwise")
    options = {name: getattr(type_, name) for name in names if hasattr(type_, name)}
    return type(type_)(*labels, **options)


def _as_it_is(label: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), label, flags=re.S)


def compared(compare: Callable[[Any, Any], bool], dialect: Any) -> Callable[[Any, Any], bool]:
    """*compare*, which compares the types of columns, with what Alembic passes over.

    That is the labels of an enum or a set, and their order; and whether a number has a sign,
    where the model has a type that says so.
    """
    # In this order: to compare makes the collation known that the downgrade has to name.
    return lambda there, model: compare(there, model) or _is_other(there, model, dialect)


def _is_other(there: Any, model: Any, dialect: Any) -> bool:
    wanted = model.type.dialect_impl(dialect)
    labels, wanted_labels = _labels(there.type), _labels(wanted)
    if labels is not None and wanted_labels is not None and labels != wanted_labels:
        return True
    # SQLAlchemy makes a signed number of one that says nothing.
    said = getattr(model.type, "_variant_mapping", {}).get(dialect.name, model.type)
    return hasattr(said, "unsigned") and any(
        bool(getattr(there.type, name, False)) != bool(getattr(wanted, name, False))
        for name in ("unsigned", "zerofill")
    )


def without_own_indexes(impl: Any) -> None:
    """Pass over the indexes of foreign keys that were made under the name that a key had once.

    A key without a name gets another one with its table, and its index does not.
    """
    correct: Callable[..., None] = impl.correct_for_autogen_constraints

    def corrected(uniques: Any, indexes: Any, model_uniques: Any, model_indexes: Any) -> None:
        wanted = {index.name for index in model_indexes}
        for index in list(indexes):
            is_made = _MADE_NAME.fullmatch(index.name) and not index.unique
            if is_made and index.name not in wanted and _is_of_key(index):
                indexes.remove(index)
        correct(uniques, indexes, model_uniques, model_indexes)

    impl.correct_for_autogen_constraints = corrected


#: What the server calls a foreign key without a name, and its index.
_MADE_NAME = re.compile(r".+_ibfk_\d+")


def _is_of_key(index: Any) -> bool:
    columns = [column.name for column in index.columns]
    keys = index.table.foreign_key_constraints
    return any([column.name for column in key.columns] == columns for key in keys)


def _labels(type_: Any) -> list[str] | None:
    labels = getattr(type_, "enums", None) or getattr(type_, "values", None)
    return list(labels) if isinstance(labels, (list, tuple)) else None


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
