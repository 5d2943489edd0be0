"""Views and triggers on SQLite, which may read what a copy of a table has no more."""

# ruff: noqa: S608  (the names in statements are quoted)

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.exc import DBAPIError

_AGAIN = "Drop it before the table changes, and create it again afterwards."


class Dependents:
    """The views that can be read, and the tables whose rows can be changed.

    SQLite looks at a trigger when a row is to be changed, and no earlier.

    :param rows: Runs a statement and returns its rows.
    """

    def __init__(self, rows: Callable[..., list[Any]]) -> None:
        self._rows = rows
        self._views = {each for each in self._of("view") if self._fault_of(each) is None}
        self._changes = {change for change, fault in self._changed() if fault is None}

    def check(self) -> None:
        """See that all this is still so.

        :raises ValueError: It is not.
        """
        for view in sorted(self._views):
            fault = self._fault_of(view)
            if fault is not None:
                raise ValueError(f"The view {view} could not be read any more: {fault}. {_AGAIN}")
        for (table, what), fault in self._changed():
            if fault is not None and (table, what) in self._changes:
                triggers = ", ".join(self._of("trigger", table))
                raise ValueError(
                    f"A trigger of {table} ({triggers}) could not run any more: {fault}. {_AGAIN}"
                )

    def _of(self, kind: str, table: str | None = None) -> list[str]:
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = ? ORDER BY name"
        return [name for name, of in self._rows(sql, kind) if table in (None, of)]

    def _changed(self) -> Iterator[tuple[tuple[str, str], str | None]]:
        """What is wrong with each change of the tables and views that have triggers."""
        tables = self._rows("SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'")
        for (table,) in tables:
            name = _quoted(table)
            columns = self._rows(f"PRAGMA table_xinfo({name})")
            own = [_quoted(column) for _, column, *_, hidden in columns if not hidden]
            changes = {
                "INSERT": f"INSERT INTO {name} DEFAULT VALUES",
                "UPDATE": f"UPDATE {name} SET {', '.join(f'{each} = {each}' for each in own)}",
                "DELETE": f"DELETE FROM {name}",
            }
            for what, change in changes.items():
                yield (table, what), self._fault_in(f"EXPLAIN {change}")

    def _fault_of(self, view: str) -> str | None:
        return self._fault_in(f"SELECT * FROM {_quoted(view)} LIMIT 0")

    def _fault_in(self, statement: str) -> str | None:
        try:
            self._rows(statement)
        except DBAPIError as error:
            return str(error.orig)
        return None


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
