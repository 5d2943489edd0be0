"""PostgreSQL: what Alembic asks about one column after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text

from .answers import Columns, Rows

# A default calls a sequence by its schema where the search path does not lead
# to it; SQLAlchemy adds it, in quotes, in tables that were asked for by theirs.
_OWNERS = text(
    """
    SELECT CAST(CAST(c.oid AS regclass) AS text), n.nspname, quote_ident(c.relname),
        c.relname, a.attname
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN (
        pg_depend AS d
        JOIN pg_class AS t ON t.oid = d.refobjid
        JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    ) ON d.objid = c.oid
        AND d.classid = CAST('pg_class' AS regclass)
        AND d.refclassid = CAST('pg_class' AS regclass)
    WHERE c.relkind = 'S'
    """
)


@contextmanager
def remembered(impl: Any) -> Iterator[None]:
    """Let *impl*, Alembic's own for PostgreSQL, ask nothing twice inside this block."""
    owners, comparisons = Owners(), Comparisons(impl.connection)
    compare = impl.compare_server_default
    impl.autogen_column_reflect = owners.known_to(impl.autogen_column_reflect)
    impl.compare_server_default = comparisons.known_to(compare, impl)
    try:
        yield
    finally:
        del impl.autogen_column_reflect, impl.compare_server_default


class Owners:
    """The columns that own sequences, by the names under which defaults call these.

    It stands in for the inspector, and for its connection, in what Alembic does
    with a column that was reflected.
    """

    def __init__(self) -> None:
        self._inspector: Any = None
        self._answers: dict[str, Rows] | None = None

    def known_to(self, reflect: Any) -> Any:
        """*reflect*, which Alembic calls with each column, asking here."""

        def reflected(inspector: Any, table: Any, column_info: Any) -> Any:
            self._inspector = inspector
            return reflect(self, table, column_info)

        return reflected

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inspector, name)

    @contextmanager
    def _operation_context(self) -> Iterator[_Connection]:
        with self._inspector._operation_context() as connection:
            if self._answers is None:
                self._answers = _read(connection)
            yield _Connection(connection, self._answers)


class _Connection:
    """A connection that knows who owns which sequence."""

    def __init__(self, connection: Any, answers: dict[str, Rows]) -> None:
        self._connection = connection
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """What the database says, or what it has said about all sequences."""
        if not options and list(parameters or ()) == ["seqname"]:
            # It is out of the text of a default, where quotes are doubled.
            known = self._answers.get(parameters["seqname"].replace("''", "'"))
            if known is not None:
                return known.result()
        return self._connection.execute(statement, parameters, **options)


class Comparisons:
    """A connection that compares two server defaults, in words it has met, but once."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], Any] = {}

    def known_to(self, compare: Any, impl: Any) -> Any:
        """*compare*, which Alembic calls with each column, asking here."""

        def compared(*columns: Any) -> Any:
            impl.connection = self
            try:
                return compare(*columns)
            finally:
                impl.connection = self._connection

        return compared

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def scalar(self, statement: Any) -> Any:
        """What the database says, or has said."""
        compiled = statement.compile(dialect=self._connection.dialect)
        key = str(compiled), repr(compiled.params)
        if key not in self._known:
            self._known[key] = self._connection.scalar(statement)
        return self._known[key]


def _read(connection: Any) -> dict[str, Rows]:
    """The answers of the database for all sequences, by their names."""
    found: dict[str, Rows] = {}
    columns = Columns(["relname", "attname"])
    for name, schema, identifier, sequence, column in connection.execute(_OWNERS):
        rows = [] if column is None else [(sequence, column)]
        for key in (name, f'"{schema}".{identifier}'):
            found.setdefault(key, Rows(columns, rows))
    return found
