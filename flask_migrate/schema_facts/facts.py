"""Facts about tables, and the difference between those of two databases of one kind.

Both are what their server says of itself, so nothing has to be known about how
a model is spelled. Constraints are told by what they say: their names, which
servers make up, are no difference. Comments, the order of columns, views and
triggers are none either.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple


class Key(NamedTuple):
    """What a fact is about. ``schema`` is empty for the default one."""

    kind: str
    schema: str
    table: str
    name: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """The table, with its schema."""
        return self.schema, self.table


#: What each thing is: the type of a column, the columns of an index.
Facts = dict[Key, str]

#: How the facts of each database are read, in as many statements for a thousand tables as for one.
_MODULES = {
    "postgresql": ".postgresql",
    "mysql": ".mariadb",
    "mariadb": ".mariadb",
    "sqlite": ".sqlite",
}


def are_known(connection: Any) -> bool:
    """Whether the facts of this kind of database can be read."""
    return connection.dialect.name in _MODULES


def read(connection: Any) -> Facts:
    """The facts about every table that *connection* can see in its database."""
    found = _module(connection).facts(connection)
    return {key: text for key, text in found if not _is_ours(key.table)}


def read_tables(connection: Any) -> set[tuple[str, str]]:
    """The same as :func:`tables` of :func:`read`, in one quick statement."""
    found = _module(connection).tables(connection)
    return {place for place in found if not _is_ours(place[1])}


def _module(connection: Any) -> Any:
    return import_module(_MODULES[connection.dialect.name], __package__)


def _is_ours(table: str) -> bool:
    return table.startswith("alembic_")


def tables(facts: Facts) -> set[tuple[str, str]]:
    """The tables in *facts*, by schema and name."""
    return {key.place for key in facts if key.kind == "table"}


def distance(there: Facts, wanted: Facts) -> int:
    """How many facts are others. A CHECK more than wanted is none.

    Alembic has never written those of columns into a revision.
    """
    return sum(key.kind != "check" or key in wanted for key, _ in there.items() ^ wanted.items())


def differences(there: Facts, wanted: Facts) -> Iterator[tuple[str, str]]:
    """What would have to be done for *there* to become *wanted*: symbols and texts.

    The symbols are those of a plan. A whole table is one difference.
    """
    whole = tables(there) ^ tables(wanted)
    for key in sorted({*there, *wanted}, key=_order):
        if there.get(key) == wanted.get(key) or (key.place in whole and key.kind != "table"):
            continue
        if key not in there:
            yield "+", _told(key, wanted[key])
        elif key in wanted:
            yield "~", f"{_told(key)} {there[key]} -> {wanted[key]}"
        elif key.kind != "check":
            yield "-", _told(key)


_KINDS = ("enum", "table", "column", "constraint", "check", "index")


def _order(key: Key) -> tuple[Any, ...]:
    return key.kind == "enum", key.place, _KINDS.index(key.kind), key.name


def _told(key: Key, text: str = "") -> str:
    table = f"{key.schema}.{key.table}" if key.schema else key.table
    if key.kind == "table":
        return f"table {table}"
    if key.kind == "column":
        return f"column {table}.{key.name} {text}".rstrip()
    if key.kind == "enum":
        return f"enum {table} {text}".rstrip()
    return f"{key.kind} {key.name} on {table}"
