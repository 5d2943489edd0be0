"""How PostgreSQL gets from one type to another where it does not know by itself."""

from __future__ import annotations

import re
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
        if is_alter and becomes_another_kind(op, dialect):
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

    cast = FullAlterOp.of(op, _using(op, dialect))
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


def _using(op: Any, dialect: Any) -> str | None:
    """How the values get from one type to the other; ``None`` where they do by themselves."""
    column = dialect.identifier_preparer.quote(op.column_name)
    using = conversion(column, op.existing_type, op.modify_type, dialect)
    # To text without: a cast would cut what is too long, where an assignment stops.
    is_cast = using.startswith(f"{column}::")
    return None if is_cast and kind_of(op.modify_type, dialect) == "text" else using


def _alter(op: Any, **options: Any) -> Any:
    from alembic.operations import ops

    return ops.AlterColumnOp(op.table_name, op.column_name, **options)


def becomes_another_kind(op: Any, dialect: Any) -> bool:
    """Whether a column gets a type that PostgreSQL does not convert to by itself."""
    if op.existing_type is None or op.modify_type is None:
        return False
    if changes_zone(op.existing_type, op.modify_type, dialect):
        return True
    old, new = (kind_of(each, dialect) for each in (op.existing_type, op.modify_type))
    if old.endswith("[]") and new.endswith("[]"):
        # Their values are assigned one by one; a cast would cut them.
        old, new = old.rstrip("[]"), new.rstrip("[]")
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
    from sqlalchemy.dialects.postgresql import BIT

    found = type_.dialect_impl(dialect)
    found = getattr(found, "impl_instance", None) or found
    if isinstance(found, sa.ARRAY):
        return kind_of(found.item_type, dialect) + "[]"
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
        (BIT, "bit"),
    ]
    for kind, name in kinds:
        if isinstance(found, kind):
            return name
    return str(found.compile(dialect=dialect)).lower()


def _is_native(type_: Any) -> bool:
    return bool(getattr(type_, "native_enum", False))


def conversion(column: str, old: Any, new: Any, dialect: Any) -> str:
    """The expression that makes a value of the type *new* of one of the type *old*."""
    was, now = kind_of(old, dialect), kind_of(new, dialect)
    target = new.compile(dialect=dialect)
    # A cast would take the bytes for what their text is written as, and back.
    if was == "text" and now == "bytea":
        return f"convert_to({column}, 'UTF8')"
    if was == "bytea" and now == "text":
        return f"convert_from({column}, 'UTF8')"
    if now == f"{was}[]" and was != "text":
        return f"CASE WHEN {column} IS NOT NULL THEN ARRAY[{column}]::{target} END"
    if was == f"{now}[]" and now != "text":
        return f"({column})[1]::{target}"
    if _goes_by_text(was, now):
        return f"{column}::text::{target}"
    if changes_zone(old, new, dialect):
        return f"{column} AT TIME ZONE 'UTC'"
    if now == "boolean" and was in ("numeric", "float"):
        return f"{column} <> 0"
    if was == "boolean" and now in ("numeric", "float"):
        return f"{column}::integer::{target}"
    if now == "boolean" and target and old.compile(dialect=dialect) != "INTEGER":
        return f"{column}::integer::boolean" if was == "integer" else f"{column}::boolean"
    if was == "boolean" and now == "integer" and target != "INTEGER":
        return f"{column}::integer::{target}"
    return f"{column}::{target}"


def _goes_by_text(was: str, now: str) -> bool:
    """Whether PostgreSQL knows no other way between two kinds of types than what they write."""
    both = {was, now}
    has_labels = any(each.startswith("enum ") for each in both)
    are_ranges = all(re.fullmatch(r"(?!.*multi).*range", each) for each in both)
    is_json = bool(both & {"json", "jsonb"}) and bool(both & {*_NUMBERS, "boolean"})
    return "text" not in both and (has_labels or are_ranges or is_json)


def changes_zone(old: Any, new: Any, dialect: Any) -> bool:
    """Whether a date and time gets a time zone, or has one no longer."""
    if old is None or not all(kind_of(each, dialect) == "timestamp" for each in (old, new)):
        return False
    return bool(getattr(old, "timezone", False)) != bool(getattr(new, "timezone", False))
