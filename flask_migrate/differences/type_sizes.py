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


def compared(compare: Callable[[Any, Any], bool], found: Search) -> Callable[[Any, Any], bool]:
    """*compare*, which compares the types of columns, with sizes that only one of two says."""
    dialect = found.context.dialect
    is_mariadb = dialect.name in mariadb.NAMES
    usual = _MARIADB if is_mariadb else _POSTGRESQL
    of_models = _MODELS_OF_MARIADB if is_mariadb else _POSTGRESQL

    def differ(there: Any, model: Any) -> bool:
        if compare(there, model):
            return not (is_mariadb and _is_what_fits(found, there, model))
        # It would take long to compile each type of thousands of tables.
        if _said(there.type, dialect) == _said(model.type, dialect):
            return False
        was, now = _size(there.type, dialect, usual), _size(model.type, dialect, of_models)
        return None not in (was, now) and was != now

    return differ


def _is_what_fits(found: Search, there: Any, model: Any) -> bool:
    """Whether a column is the smallest that a text or a blob of some length fits in."""
    import sqlalchemy as sa

    wanted = model.type.dialect_impl(found.context.dialect)
    if not isinstance(wanted, (sa.Text, sa.LargeBinary)) or wanted.length is None:
        return False
    twin = found.twin(model.table)
    made = twin.columns.get(model.name) if twin else None
    return made is not None and made["type"].__visit_name__ == there.type.__visit_name__


def _said(type_: Any, dialect: Any) -> list[str]:
    """The attributes of a type that have a value."""
    both = [getattr(each, "item_type", each) for each in (type_, type_.dialect_impl(dialect))]
    return [
        name for name in _ATTRIBUTES if any(getattr(each, name, None) is not None for each in both)
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
