"""Lengths and precisions of types, where only one of two says what Alembic compares."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import mariadb

if TYPE_CHECKING:
    from .search import Search

Size = tuple[int, ...]

#: What a type has for which none is said; kinds that are not here are not looked at.
_POSTGRESQL: dict[str, Size | None] = {
    "varchar": (),
    "char": (1,),
    "numeric": (),
    "bit": (1,),
    "bit varying": (),
    "timestamp": (),
    "time": (),
    "interval": (),
}
_MARIADB: dict[str, Size | None] = {
    "numeric": (10, 0),
    "decimal": (10, 0),
    "datetime": (0,),
    "timestamp": (0,),
    "time": (0,),
}
#: There the usual is the least, and a model that says nothing may well mean any.
_MODELS_OF_MARIADB: dict[str, Size | None] = dict.fromkeys(_MARIADB)

_WORDS = re.compile(r"(bit varying|[a-z]+)[^(]*(?:\(([\d, ]+)\))?")

_ATTRIBUTES = ("length", "precision", "scale", "fsp")


def _is_array(type_: Any) -> bool:
    import sqlalchemy as sa

    return isinstance(getattr(type_, "impl", type_), sa.ARRAY)


def compared(compare: Callable[[Any, Any], bool], found: Search) -> Callable[[Any, Any], bool]:
    """*compare*, which compares the types of columns, with sizes that only one of two says."""
    dialect = found.context.dialect
    is_mariadb = dialect.name in mariadb.NAMES
    usual = _MARIADB if is_mariadb else _POSTGRESQL
    of_models = _MODELS_OF_MARIADB if is_mariadb else _POSTGRESQL

    def differ(there: Any, model: Any) -> bool:
        if compare(there, model):
            return not _is_what_is_made(found, there, model)
        # Alembic compares the words: INTEGER[] has those of INTEGER.
        if not is_mariadb and _is_array(there.type) != _is_array(model.type):
            return True
        # It would take long to compile each type of thousands of tables.
        if _said(there.type, dialect) == _said(model.type, dialect):
            return False
        was, now = _size(there.type, dialect, usual), _size(model.type, dialect, of_models)
        return None not in (was, now) and was != now

    return differ


def _is_what_is_made(found: Search, there: Any, model: Any) -> bool:
    """Whether a column has the type that the server makes of the one of its model.

    ``Text(100)`` is the smallest kind of text that it fits in on MariaDB, ``Float(10)`` is ``REAL``
    on PostgreSQL.
    """
    twin = found.twin(model.table)
    made = twin.columns.get(model.name) if twin else None
    spelled = [_spelled(each, found) for each in (there.type, made["type"])] if made else []
    return None not in spelled and len(set(spelled)) == 1


def _spelled(type_: Any, found: Search) -> str | None:
    import sqlalchemy as sa

    if isinstance(type_, sa.types.NullType):
        return None
    return str(type_.compile(dialect=found.context.dialect))


def _said(type_: Any, dialect: Any) -> list[str]:
    """The attributes of a type that have a value."""
    impl = type_.dialect_impl(dialect)
    type_, impl = getattr(type_, "item_type", type_), getattr(impl, "item_type", impl)
    return [
        name
        for name in _ATTRIBUTES
        if getattr(type_, name, None) is not None or getattr(impl, name, None) is not None
    ]


def _size(type_: Any, dialect: Any, usual: dict[str, Size | None]) -> Size | None:
    """The numbers in the parentheses of a type, or those that it has without."""
    match = _WORDS.match(str(type_.compile(dialect=dialect)).lower())
    if match is None or match[1] not in usual:
        return None
    if match[2] is None:
        return usual[match[1]]
    numbers = tuple(int(each) for each in match[2].split(","))
    is_without_scale = match[1] in ("numeric", "decimal") and len(numbers) == 1
    return (*numbers, 0) if is_without_scale else numbers
