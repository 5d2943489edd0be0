"""What is known while the models are compared with one database."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..sqlite_definitions import Definition
from . import (
    collations,
    mariadb,
    schemas,
    spelling,
    sqlite_types,
    text_collations,
    twins,
    type_sizes,
)
from .operations import Key

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

#: Where a ``MigrationContext`` has it in its ``opts``.
KEY = "flask_migrate_search"

_TABLE_TEXTS = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"


class Search:
    """One database and the models, and the temporary copies made of these."""

    def __init__(self, context: MigrationContext) -> None:
        self.context = context
        self._twins: dict[Any, twins.Twin | None] = {}
        #: The tables of MySQL and MariaDB by schema and name: as they are, and as the models say.
        self.tables: dict[Any, tuple[Any, Any]] = {}
        self.json_columns: set[tuple[Any, ...]] | None = None
        #: Indexes of MySQL and MariaDB by table and name, once they were read.
        self.mariadb_indexes: dict[Any, dict[str, Any]] | None = None
        self.index_texts: dict[str, dict[str, str]] | None = None
        #: Collations by schema, table and column, once they were read.
        self.collations: dict[Any, str] | None = None
        #: What unique constraints of PostgreSQL have besides columns, by table and name.
        self.unique_options: dict[Any, dict[str, dict[str, Any]]] | None = None
        self._table_texts: dict[str, str] | None = None
        self._definitions: dict[str, Definition | None] = {}
        #: The labels of PostgreSQL's enums by name, there and as the models have them.
        self.enums: tuple[dict[Key, list[str]], dict[Key, list[str]]] = ({}, {})

    def twin(self, table: Any) -> twins.Twin | None:
        """The model *table* as the database spells it."""
        if table not in self._twins:
            self._twins[table] = twins.make(self.context.connection, table)
        return self._twins[table]

    def table_text(self, name: str) -> str:
        """The ``CREATE TABLE`` of SQLite's table *name*; those of all are read at once."""
        if self._table_texts is None:
            connection: Any = self.context.connection
            self._table_texts = dict(connection.exec_driver_sql(_TABLE_TEXTS).all())
        return self._table_texts.get(name) or ""

    def definition(self, name: str) -> Definition | None:
        """What :meth:`table_text` says; ``None`` where there is no such text."""
        if name not in self._definitions:
            text = self.table_text(name)
            self._definitions[name] = Definition(text) if text else None
        return self._definitions[name]


def of(context: MigrationContext) -> Search | None:
    """The search under way; ``None`` where Alembic is used without us."""
    return context.opts.get(KEY)


def prepare(context: MigrationContext, options: dict[str, Any]) -> None:
    """Compare better what *context* is about to compare.

    :param options: What ``env.py`` gave to ``context.configure()``.
    """
    if context.connection is None:
        return
    from . import comparators

    comparators.register()
    found = context.opts[KEY] = Search(context)
    context.opts["include_name"] = _without_own_tables(context.opts)
    schemas.include(context, list(_tables(context.opts)))
    from . import checks

    for metadata in _metadatas(context.opts):
        checks.give_to_tables(metadata)
    if "compare_server_default" not in options:
        context._user_compare_server_default = True
    impl: Any = context.impl
    theirs = impl.compare_server_default

    def compare(there: Any, model: Any, model_sql: str | None, there_sql: str | None) -> bool:
        ours = differs(found, model, model_sql, there_sql)
        return theirs(there, model, model_sql, there_sql) if ours is None else ours

    impl.compare_server_default = compare
    impl.render_ddl_sql_expr = _written(impl.render_ddl_sql_expr, context.dialect)
    if context.dialect.name == "sqlite":
        impl.compare_type = sqlite_types.without_unknown(impl.compare_type, context)
    if context.dialect.name in ("postgresql", *mariadb.NAMES):
        impl.compare_type = type_sizes.compared(impl.compare_type, found)
    if context.dialect.name in ("sqlite", "postgresql"):
        impl.compare_type = text_collations.compared(impl.compare_type, found)
    if context.dialect.name in mariadb.NAMES:
        mariadb.without_own_indexes(impl)
        impl.autogen_column_reflect = mariadb.reflected(impl.autogen_column_reflect)
        impl.compare_type = mariadb.compared(
            collations.compared(impl.compare_type, found), context.dialect
        )


def _written(render: Callable[..., str], dialect: Any) -> Callable[..., str]:
    """*render*, which spells an expression for a file; it is compiled again when that runs."""

    def rendered(expression: Any, **options: Any) -> str:
        # No DDL has parameters: what was read from the database only looks like one.
        if getattr(expression, "_bindparams", None) and hasattr(expression, "text"):
            expression = type(expression)(spelling.without_parameters(expression.text))
        sql = spelling.undoubled(dialect, render(expression, **options))
        return spelling.without_parameters(sql)

    return rendered


def _without_own_tables(opts: dict[str, Any]) -> Callable[..., bool]:
    """``include_name`` for a comparison that passes by Alembic's tables and ours."""
    include_name: Callable[..., bool] | None = opts.get("include_name")
    known = {table.name for table in _tables(opts)}

    def included(name: Any, kind: str, parents: Any) -> bool:
        if kind == "table" and name.startswith(_OWN) and name not in known:
            return False
        return include_name is None or include_name(name, kind, parents)

    return included


def _tables(opts: dict[str, Any]) -> Iterator[Any]:
    """The tables of the models."""
    for metadata in _metadatas(opts):
        yield from metadata.tables.values()


def _metadatas(opts: dict[str, Any]) -> list[Any]:
    given = opts.get("target_metadata")
    return [each for each in (given if isinstance(given, Sequence) else [given]) if each]


#: How the names of these tables begin.
_OWN = "alembic_"


#: What Alembic and SQLAlchemy say they cannot do, and is done here.
_KNOWN_WARNINGS = (
    "Computed default on",
    "Cannot correctly sort tables",
    "autogenerate skipping metadata-specified expression-based index",
    "Skipped unsupported reflection of expression-based index",
)


@contextmanager
def without_known_warnings() -> Iterator[None]:
    """Keep warnings about what is taken care of away from whoever reads them."""
    with warnings.catch_warnings():
        for text in _KNOWN_WARNINGS:
            warnings.filterwarnings("ignore", message=text)
        yield


def differs(
    search: Search, model: Any, model_sql: str | None, there_sql: str | None
) -> bool | None:
    """Whether two server defaults differ; ``None`` for a default that counts."""
    is_counting = there_sql is not None and there_sql.startswith("nextval(")
    if is_counting and search.context.dialect.name == "postgresql":
        return None
    if model_sql is None and model is model.table._autoincrement_column:
        return False
    if model_sql == there_sql:
        return False
    if None not in (model_sql, there_sql):
        is_text = isinstance(model.server_default.arg, str)
        text = spelling.literal(model_sql or "")
        # Quotes around a text are not written.
        wanted = (model_sql, text) if is_text else (text,)
        if spelling.literal(there_sql or "") in wanted:
            return False
    twin = search.twin(model.table)
    if twin is None or model.name not in twin.columns:
        return True
    made = twin.columns[model.name]["default"]
    if made is None or there_sql is None:
        return made is not there_sql
    return bool(spelling.literal(made) != spelling.literal(there_sql))
