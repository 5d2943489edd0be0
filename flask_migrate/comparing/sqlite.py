"""SQLite: what pragmas say of one table, read for all tables of a schema."""

# ruff: noqa: S608  (the names in statements are quoted)

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc

from ..sqlite_definitions import Definition
from .answers import Answers, Columns, Rows

_SCHEMA = r'(?P<schema>"(?:[^"]|"")*"|\w+)'

# What SQLAlchemy asks. Where it was given no schema it asks "main", then "temp".
_PRAGMA = re.compile(rf'PRAGMA {_SCHEMA}\.(?P<pragma>\w+)\((?P<name>".*")\)', re.DOTALL)
_TEXT = re.compile(
    rf"SELECT sql FROM +(?P<both>\(SELECT \* FROM +)?(?:{_SCHEMA}\.)?sqlite_master"
    r"(?(both) UNION ALL +SELECT \* FROM .*sqlite_temp_master\))"
    r" +WHERE name = \? +AND type (?:in|=) (?P<kinds>\('table', 'view'\)|'table'|'index')",
    re.DOTALL,
)

# Few foreign keys have them.
_ACTIONS = re.compile(r"\bON\s+(DELETE|UPDATE)\b|\bDEFERRABLE\b", re.I)

_OF_TABLES = ("table_xinfo", "index_list", "foreign_key_list")

# A longer list of names would come near the limits of SQLite.
_LONGEST_LIST = 100_000


_SQL = Columns(["sql"])


@contextmanager
def uniques_known_by_index(dialect: Any) -> Iterator[None]:
    """Let *dialect* look for unique constraints where there is an index of one, inside this block.

    It finds them in the text of each table, for long; none counts without its index.
    """
    plain = dialect.get_unique_constraints

    def get_unique_constraints(
        connection: Any, table_name: str, schema: str | None = None, **options: Any
    ) -> Any:
        options["schema"] = schema
        indexes = dialect.get_indexes(connection, table_name, include_auto_indexes=True, **options)
        if any(index["name"].startswith("sqlite_autoindex") for index in indexes):
            return plain(connection, table_name, **options)
        dialect._get_table_sql(connection, table_name, **options)  # an error if it is not found
        return []

    dialect.get_unique_constraints = get_unique_constraints
    try:
        yield
    finally:
        del dialect.get_unique_constraints


@contextmanager
def actions_known(dialect: Any) -> Iterator[None]:
    """Let *dialect* say ``ON DELETE`` and such of each foreign key, inside this block.

    It overlooks those of a column, and where the columns that are referred to have no name.
    """
    plain = dialect.get_foreign_keys

    def get_foreign_keys(
        connection: Any, table_name: str, schema: str | None = None, **options: Any
    ) -> Any:
        keys = plain(connection, table_name, schema=schema, **options)
        if all(key["options"] for key in keys):
            return keys
        text = dialect._get_table_sql(connection, table_name, schema=schema) or ""
        if _ACTIONS.search(text):
            actions = Definition(text).actions
            for key in keys:
                columns = tuple(name.lower() for name in key["constrained_columns"])
                key["options"] = {**actions.get(columns, {}), **key["options"]}
        return keys

    dialect.get_foreign_keys = get_foreign_keys
    try:
        yield
    finally:
        del dialect.get_foreign_keys


class SQLiteAnswers(Answers):
    """What ``PRAGMA table_xinfo`` and its like say, and the texts of tables and indexes."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._schemas: dict[str, _Schema | None] = {}

    def forget(self) -> None:
        self._schemas.clear()

    def answer(self, statement: str, parameters: Any) -> Rows | None:
        match = _PRAGMA.fullmatch(statement)
        if match and not parameters:
            return self._pragma(
                _unquoted(match["schema"]), match["pragma"], _unquoted(match["name"])
            )
        match = _TEXT.fullmatch(statement)
        if match and parameters and len(parameters) == 1:
            given = match["schema"] and _unquoted(match["schema"])
            searched = [given] if given else ["main", "temp"] if match["both"] else ["main"]
            kinds = re.findall(r"\w+", match["kinds"])
            return self._text(searched, kinds, parameters[0])
        return None

    def _pragma(self, schema: str, pragma: str, name: str) -> Rows | None:
        # Whether the version table is there is asked before include_name is.
        found = self._schemas.get(schema) if pragma == "table_info" else self._schema(schema)
        if found is None:
            return None
        if schema == "temp" and name.lower() not in found.names:
            # Asked because "main" has said that there is nothing.
            main = self._schema("main")
            known = main.pragma(pragma, name) if main else None
            return Rows(known.columns) if known else None
        return found.pragma(pragma, name)

    def _text(self, schemas: list[str], kinds: list[str], name: str) -> Rows | None:
        for schema in schemas:
            found = self._schema(schema)
            if found is None:
                return None
            for kind in kinds:
                if (kind, name) in found.texts:
                    return Rows(_SQL, [(found.texts[kind, name],)])
        return None

    def _schema(self, name: str) -> _Schema | None:
        if name not in self._schemas:
            left_out = self.left_out.get(None if name == "main" else name, ())
            try:
                self._schemas[name] = _Schema(self.ask, name, left_out)
            except exc.DBAPIError:  # SQLite is too old, or a table cannot be read
                self._schemas[name] = None
        return self._schemas[name]


class _Schema:
    """One schema as it was when it was read."""

    def __init__(self, ask: Any, schema: str, left_out: Collection[str]) -> None:
        # The alias that is like those of other schemas is younger.
        master = "sqlite_temp_master" if schema == "temp" else f"{_quoted(schema)}.sqlite_master"
        self.names: set[str] = set()
        self.texts: dict[tuple[str, str], str] = {}
        for kind, name, sql in ask(f"SELECT type, name, sql FROM {master}"):
            self.names.add(name.lower())
            self.texts[kind, name] = sql
        self._columns: dict[str, Columns] = {}
        self._rows: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
        for pragma, sql in _queries(master, schema, left_out) if self.names else ():
            result = ask(sql)
            self._columns[pragma] = Columns(list(result.keys())[1:])
            groups = self._rows[pragma] = {}
            for row in result.fetchall():
                groups.setdefault(row[0], []).append(tuple(row[1:]))

    def pragma(self, pragma: str, name: str) -> Rows | None:
        """What *pragma* says of a table or of an index; ``None`` if that was not read."""
        if pragma == "table_info":
            return self._table_info(name)
        known = self._rows.get(pragma if pragma == "index_info" else "table_xinfo", ())
        if pragma not in self._rows or name not in known:
            return None
        return Rows(self._columns[pragma], self._rows[pragma].get(name, ()))

    def _table_info(self, name: str) -> Rows | None:
        extended = self.pragma("table_xinfo", name)
        if extended is None:
            return None
        plain = [row[1:-1] for row in extended.rows if not row[-1]]
        return Rows(
            Columns(extended.columns.names[:-1]),
            [(number, *row) for number, row in enumerate(plain)],
        )


def _queries(master: str, schema: str, left_out: Collection[str]) -> list[tuple[str, str]]:
    """The pragmas with the statements that ask them about all tables but *left_out*."""
    names = ", ".join(map(_text, left_out))
    others = f" AND name NOT IN ({names})" if 0 < len(names) < _LONGEST_LIST else ""
    # A virtual table without its module, or a broken view, is an error for who asks about it.
    tables = (
        f"(SELECT name FROM {master} WHERE type = 'table' "
        f"AND sql NOT LIKE 'CREATE VIRTUAL%'{others}) AS m"
    )
    of_tables = {
        pragma: f"SELECT m.name, p.* FROM {tables} "
        f"CROSS JOIN pragma_{pragma}(m.name, {_text(schema)}) AS p"
        for pragma in _OF_TABLES
    }
    of_indexes = (
        f"SELECT i.name, p.* FROM {tables} "
        f"CROSS JOIN pragma_index_list(m.name, {_text(schema)}) AS i "
        f"CROSS JOIN pragma_index_info(i.name, {_text(schema)}) AS p"
    )
    return [*of_tables.items(), ("index_info", of_indexes)]


def _text(value: str) -> str:
    return "'{}'".format(value.replace("'", "''"))


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
