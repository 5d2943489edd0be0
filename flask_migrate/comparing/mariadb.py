"""MariaDB: ``SHOW CREATE TABLE`` of all tables of a schema in one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc

from .answers import Answers, Columns, Rows

_NAME = r"""(?:`(?:[^`]|``)*`|"(?:[^"]|"")*")"""
_SHOW = re.compile(rf"SHOW CREATE TABLE (?P<schema>{_NAME}\.)?{_NAME}", re.DOTALL)

#: Drivers that are known to hand out one result after the other.
_DRIVERS = {"pymysql", "mysqldb", "aiomysql", "asyncmy"}

# A table that is gone or forbidden has no result; who asks for it hears why.
_BLOCK = "BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END; {} END"


# A default as the server writes it: a text, with bits or not, or an expression of functions.
_LITERAL = r"'(?:''|\\.|[^'\\])*'"


def _nested(depth: int) -> str:
    inside = f"|{_nested(depth - 1)}" if depth else ""
    return rf"\((?:[^()']|{_LITERAL}{inside})*\)"


_DEFAULT = rf"NULL|b?{_LITERAL}|[\-\w.]*{_nested(5)}(?: +ON UPDATE [\-\w.()]+)?"


@contextmanager
def whole_defaults(dialect: Any) -> Iterator[None]:
    """Let *dialect* read defaults to their end inside this block: ``floor(rand() * 10)``.

    SQLAlchemy stops where no word goes on, and passes over ``'it\\'s'`` and ``b'0'``.
    """
    parser = dialect._tabledef_parser
    plain = parser._re_column
    start, default, rest = plain.pattern.partition("(?P<default>(?:")
    if default:
        parser._re_column = re.compile(f"{start}{default}{_DEFAULT}|{rest}", plain.flags)
    try:
        yield
    finally:
        parser._re_column = plain


class MariaDBAnswers(Answers):
    """What ``SHOW CREATE TABLE`` says."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._tables: dict[str, dict[str, Rows]] = {}

    @property
    def is_possible(self) -> bool:
        """Whether the server has blocks, and the driver can read what one returns."""
        return bool(self.dialect.is_mariadb) and self.dialect.driver in _DRIVERS

    def forget(self) -> None:
        self._tables.clear()

    def answer(self, statement: str, parameters: Any) -> Rows | None:
        match = _SHOW.fullmatch(statement)
        if match is None or parameters:
            return None
        schema = match["schema"] or ""
        if schema not in self._tables:
            try:
                self._tables[schema] = self._read(schema)
            except exc.DBAPIError:  # the server is too old
                self._tables[schema] = {}
        return self._tables[schema].get(statement)

    def _read(self, schema: str) -> dict[str, Rows]:
        """The answers for the tables of *schema*, which is quoted and ends with a dot."""
        shown = self.ask(f"SHOW FULL TABLES FROM {schema[:-1]}" if schema else "SHOW FULL TABLES")
        names = [name for name, kind, *_ in shown if kind == "BASE TABLE"]
        quote = self.dialect.identifier_preparer.quote_identifier
        left_out = {quote(name) for name in self.left_out.get(self._unquoted(schema), ())}
        statements = {
            name: f"SHOW CREATE TABLE {schema}{quote(name)}"
            for name in names
            if quote(name) not in left_out
        }
        return {
            statements[row[0]]: Rows(Columns(columns), [row])
            for columns, row in self._results(list(statements.values()))
            if row[0] in statements
        }

    def _unquoted(self, schema: str) -> str | None:
        if not schema:
            return None
        name, quote = schema[1:-2], schema[0]
        return name.replace(quote * 2, quote).replace("%%", "%")

    def _results(self, statements: list[str]) -> list[tuple[list[str], tuple[Any, ...]]]:
        """The first row of each result of *statements*, with the names of its columns."""
        if not statements:
            return []
        result = self.ask(_BLOCK.format(" ".join(f"{each};" for each in statements)))
        cursor, found = result.cursor, []
        # The last result, that of the block itself, has no columns.
        while cursor is not None and cursor.description:
            columns = [column[0] for column in cursor.description]
            found += [(columns, tuple(row)) for row in cursor.fetchall()[:1]]
            cursor.nextset()
        result.close()
        return found
