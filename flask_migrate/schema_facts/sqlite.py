"""Facts about a database on SQLite, from its pragmas and the texts of its tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ..differences import spelling
from ..sqlite_definitions import Definition
from .facts import Key

_TABLES = "FROM sqlite_master t WHERE t.type = 'table' AND substr(t.name, 1, 7) <> 'sqlite_'"

_FROM = "FROM sqlite_master t JOIN {} WHERE t.type = 'table' AND substr(t.name, 1, 7) <> 'sqlite_'"

_COLUMNS = (
    'SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden '
    + _FROM.format("pragma_table_xinfo(t.name) c")
)

_UNIQUE = "SELECT t.name, i.name, c.name " + _FROM.format(
    "pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c"
)

_FOREIGN = (
    'SELECT t.name, f.id, f."from", f."table", f."to", f.on_update, f.on_delete '
    + _FROM.format("pragma_foreign_key_list(t.name) f")
)

_INDEXES = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"


def tables(connection: Any) -> Iterator[tuple[str, str]]:
    """Each table, by schema and name."""
    for (table,) in connection.exec_driver_sql(f"SELECT t.name {_TABLES}"):
        yield "", table


def facts(connection: Any) -> Iterator[tuple[Key, str]]:
    """What the main database says of its tables."""
    ask = connection.exec_driver_sql
    for name, sql in ask(f"SELECT t.name, t.sql {_TABLES}"):
        yield Key("table", "", name), ""
        for check in _checks(sql):
            yield Key("check", "", name, check), ""
    keys: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for table, name, type_, is_not_null, default, key, hidden in ask(_COLUMNS):
        text = _column(type_, bool(is_not_null or key), default, bool(hidden))
        yield Key("column", "", table, name), text
        if key:
            keys[table][key] = name
    for table, columns in keys.items():
        names = ", ".join(columns[place] for place in sorted(columns))
        yield Key("constraint", "", table, f"PRIMARY KEY ({names})"), ""
    yield from _unique(ask)
    yield from _foreign(ask)
    for table, name, sql in ask(_INDEXES):
        yield Key("index", "", table, name), spelling.plain(sql)


def _column(type_: str, is_not_null: bool, default: str | None, is_generated: bool) -> str:
    # As somebody may have typed it.
    words = [re.sub(r"\s*([(),])\s*", r"\1", type_.upper()).replace(",", ", ")]
    has_default = default is not None and default.upper() != "NULL"
    words += [f"DEFAULT {spelling.literal(default or '')}"] if has_default else []
    words += ["GENERATED"] if is_generated else []
    words += ["NOT NULL"] if is_not_null else []
    return " ".join(words)


@lru_cache(maxsize=10_000)
def _checks(sql: str) -> tuple[str, ...]:
    if not sql.upper().lstrip().startswith("CREATE TABLE"):  # a virtual one
        return ()
    return tuple(f"({spelling.plain(check.text)})" for check in Definition(sql).checks)


def _unique(ask: Any) -> Iterator[tuple[Key, str]]:
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for table, index, column in ask(f"{_UNIQUE} AND i.origin = 'u' ORDER BY c.seqno"):
        found[table, index].append(column)
    for (table, _), columns in found.items():
        yield Key("constraint", "", table, f"UNIQUE ({', '.join(columns)})"), ""


def _foreign(ask: Any) -> Iterator[tuple[Key, str]]:
    found: defaultdict[tuple[Any, ...], list[tuple[str, str | None]]] = defaultdict(list)
    for table, number, column, referent, to, *actions in ask(f"{_FOREIGN} ORDER BY f.seq"):
        key = (table, number, referent, *actions)
        found[key].append((column, to))
    for (table, _, referent, on_update, on_delete), pairs in found.items():
        columns = ", ".join(column for column, _ in pairs)
        targets = ", ".join(to for _, to in pairs if to)
        text = f"FOREIGN KEY ({columns}) REFERENCES {referent} ({targets})"
        for word, action in (("UPDATE", on_update), ("DELETE", on_delete)):
            text += f" ON {word} {action}" if action != "NO ACTION" else ""
        yield Key("constraint", "", table, text), ""
