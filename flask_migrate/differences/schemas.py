"""Schemas that models name, which Alembic looks at only if it is told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

#: Where a ``MigrationContext`` has the schemas in its ``opts`` that nobody told it to look at.
KEY = "flask_migrate_schemas"


def include(context: MigrationContext, tables: list[Any]) -> None:
    """Look at the schemas of *tables*, those of the models.

    Alembic would find the tables in them to be new each time.
    """
    opts = context.opts
    named = {each.schema for each in tables} - {None, context.dialect.default_schema_name}
    if not named or opts.get("include_schemas"):
        return
    include_name: Callable[..., bool] = opts["include_name"]

    def included(name: Any, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name is None or name in named
        return include_name(name, kind, parents)

    opts.update({"include_schemas": True, "include_name": included, KEY: named})
