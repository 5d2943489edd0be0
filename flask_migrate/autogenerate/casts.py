"""How PostgreSQL gets from one type to another where it does not know by itself."""

from __future__ import annotations

from typing import Any

from ..differences.enums import bare
from ..differences.generated import GeneratedOp
from ..differences.operations import FullAlterOp


def add_casts(container: Any, dialect: Any) -> None:
    """Convert each column that becomes another kind of type, and its default."""
    from alembic.operations import ops

    if dialect.name != "postgresql":
        return
    done: list[Any] = []
    for op in container.ops:
        if isinstance(op, ops.ModifyTableOps):
            add_casts(op, dialect)
        is_alter = isinstance(op, ops.AlterColumnOp) and not isinstance(op, GeneratedOp)
        if is_alter and _becomes_another_kind(op, dialect):
            done += _converted(op, dialect)
        elif is_alter and _changes_identity(op):
            done.append(FullAlterOp.of(op))
        else:
            done.append(op)
    container.ops[:] = done


def _changes_identity(op: Any) -> bool:
    """Whether Alembic has to be told what the identity was."""
    return op.modify_server_default is not False and _is_identity(op.existing_server_default)


def _is_identity(default: Any) -> bool:
    import sqlalchemy as sa

    return isinstance(default, sa.Identity)


def _converted(op: Any, dialect: Any) -> list[Any]:
    """*op*, if need be with ``USING``; its default is of the old type and goes before."""
    import sqlalchemy as sa

    # To text without: a cast would cut what is too long, where an assignment stops.
    is_to_text = kind_of(op.modify_type, dialect) == "text"
    cast = FullAlterOp.of(op, None if is_to_text else _using(op, dialect))
    old, new = op.existing_server_default, op.modify_server_default
    if not isinstance(old, sa.DefaultClause):
        return [cast]
    if new is False:
        text = bare(str(getattr(old.arg, "text", old.arg)))
        new = sa.DefaultClause(sa.text(text))
    cast.modify_server_default, cast.existing_server_default = False, None
    names = {"schema": op.schema, "existing_nullable": op.existing_nullable}
    before = _alter(op, existing_type=op.existing_type, modify_server_default=None, **names)
    if new is None:
        return [before, cast]
    return [
        before,
        cast,
        _alter(op, existing_type=op.modify_type, modify_server_default=new, **names),
    ]


def _alter(op: Any, **options: Any) -> Any:
    from alembic.operations import ops

    return ops.AlterColumnOp(op.table_name, op.column_name, **options)


def _becomes_another_kind(op: Any, dialect: Any) -> bool:
    if op.existing_type is None or op.modify_type is None:
        return False
    old, new = (kind_of(each, dialect) for each in (op.existing_type, op.modify_type))
    return old != new and (old, new) not in _ASSIGNED


_NUMBERS = ("integer", "numeric", "float")

#: What PostgreSQL converts without being told.
_ASSIGNED = {
    *((old, new) for old in _NUMBERS for new in _NUMBERS),
    ("date", "timestamp"),
    ("timestamp", "date"),
    ("timestamp", "time"),
    ("json", "json"),
}


def kind_of(type_: Any, dialect: Any) -> str:
    """What a type is a kind of: ``"integer"``, ``"timestamp"``; else its own name."""
    import sqlalchemy as sa

    found = type_.dialect_impl(dialect)
    found = getattr(found, "impl_instance", None) or found
    kinds: list[tuple[Any, str]] = [
        (sa.Enum, f"enum {getattr(found, 'name', '')}" if _is_native(found) else "text"),
        (sa.Boolean, "boolean"),
        (sa.Integer, "integer"),
        (sa.Float, "float"),
        (sa.Numeric, "numeric"),
        (sa.DateTime, "timestamp"),
        (sa.Date, "date"),
        (sa.Time, "time"),
        (sa.JSON, found.__visit_name__.lower()),
        (sa.String, "text"),
    ]
    for kind, name in kinds:
        if isinstance(found, kind):
            return name
    return str(found.compile(dialect=dialect)).lower()


def _is_native(type_: Any) -> bool:
    return bool(getattr(type_, "native_enum", False))


def _using(op: Any, dialect: Any) -> str:
    quote = dialect.identifier_preparer.quote
    column = quote(op.column_name)
    old, new = (kind_of(each, dialect) for each in (op.existing_type, op.modify_type))
    target = op.modify_type.compile(dialect=dialect)
    if new == "boolean" and old in ("numeric", "float"):
        return f"{column} <> 0"
    if old == "boolean" and new in ("numeric", "float"):
        return f"{column}::integer::{target}"
    if new == "boolean" and target and _size(op.existing_type, dialect) not in ("INTEGER", None):
        return f"{column}::integer::boolean" if old == "integer" else f"{column}::boolean"
    if old == "boolean" and new == "integer" and target != "INTEGER":
        return f"{column}::integer::{target}"
    if old.startswith("enum") and new.startswith("enum"):
        return f"{column}::text::{target}"
    return f"{column}::{target}"


def _size(type_: Any, dialect: Any) -> str | None:
    return str(type_.compile(dialect=dialect))
