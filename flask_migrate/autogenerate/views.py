"""Views: PostgreSQL lets no type change below them, MariaDB leaves them old names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..differences import spelling
from ..differences.mariadb import NAMES
from ..differences.operations import ReplaceEnumOp
from .comparison import walk
from .written import RenameColumnOp, RenameTableOp, StatementOp

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

#: Each view over a column, and over such a view, those that need others last.
_VIEWS = """
WITH RECURSIVE found (view, depth) AS (
    SELECT r.ev_class, 1
    FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = to_regclass(:name) AND a.attname = ANY (CAST(:columns AS text[]))
    AND r.ev_class <> d.refobjid AND r.rulename = '_RETURN'
  UNION
    SELECT r.ev_class, depth + 1
    FROM found JOIN pg_depend d ON d.refobjid = view AND d.refclassid = 'pg_class'::regclass
    AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> view
    AND r.rulename = '_RETURN'
)
SELECT view, max(depth) FROM found GROUP BY view ORDER BY max(depth), view
"""

#: What makes a view again as it is. ``%I`` and ``%L`` quote a name and a text.
_MAKING = (
    """
    SELECT format('CREATE %sVIEW %s%s AS %s', CASE relkind WHEN 'm' THEN 'MATERIALIZED ' END,
        oid::regclass, ' WITH (' || array_to_string(reloptions, ', ') || ')',
        rtrim(pg_get_viewdef(oid), '; '))
    FROM pg_class WHERE oid = :view
    """,
    """
    SELECT format('ALTER TABLE %s OWNER TO %I', oid::regclass, pg_get_userbyid(relowner))
    FROM pg_class WHERE oid = :view AND pg_get_userbyid(relowner) <> current_user
    """,
    """
    SELECT format('COMMENT ON %s %s IS %L',
        CASE WHEN a.attname IS NOT NULL THEN 'COLUMN'
            WHEN c.relkind = 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
        concat_ws('.', c.oid::regclass, quote_ident(a.attname)), d.description)
    FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND a.attnum > 0
    WHERE d.classoid = 'pg_class'::regclass AND c.oid = :view ORDER BY d.objsubid
    """,
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = :view ORDER BY indexrelid",
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = :view AND NOT tgisinternal",
    """
    SELECT format('GRANT %s ON %s TO %s%s', acl.privilege_type, c.oid::regclass,
        CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END,
        CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' END)
    FROM pg_class c, aclexplode(c.relacl) acl
    WHERE c.oid = :view AND acl.grantee <> c.relowner ORDER BY 1
    """,
)

_DROPPING = """
SELECT format('DROP %sVIEW %s', CASE relkind WHEN 'm' THEN 'MATERIALIZED ' END, oid::regclass)
FROM pg_class WHERE oid = :view
"""


#: Views and their texts, in which each name has quotes and its schema.
_TEXTS = """
SELECT table_name, view_definition FROM information_schema.views
WHERE table_schema = COALESCE(:schema, DATABASE()) ORDER BY table_name
"""


def keep_views(comparison: Comparison, script: MigrationScript) -> None:
    """Drop the views over columns that get another type, and make them again afterwards."""
    if comparison.dialect.name in NAMES:
        _tell_views(comparison)
    if comparison.dialect.name != "postgresql" or not comparison.writes_file:
        return
    views: dict[int, int] = {}
    for view, depth in over_retyped(comparison, _VIEWS, "A view"):
        views[view] = max(depth, views.get(view, 0))
    ordered = sorted(views, key=lambda view: (views[view], view))
    drops = [_texts(comparison, _DROPPING, view)[0] for view in reversed(ordered)]
    makes = [text for view in ordered for text in _made(comparison, view)]
    do_without(comparison, drops, makes)


def over_retyped(comparison: Comparison, question: str, what: str) -> Iterator[Any]:
    """The rows that answer *question* about columns that get another type, for each table.

    :param what: What people call it. They are told where the texts have names that change.
    """
    import sqlalchemy as sa

    for (schema, table), columns in _retyped(comparison).items():
        given = {
            "name": spelling.name(comparison.dialect, schema, comparison.former(schema, table)),
            "columns": [comparison.former_column(schema, table, column) for column in columns],
        }
        found = comparison.connection.execute(sa.text(question), given).all()
        if found and any((place, new) == (schema, table) for place, _, new in comparison.touched):
            comparison.questions.warn(
                f"{what} over {table} stands in the way of a new type: drop it before, and make "
                "it again afterwards, with the new names."
            )
            continue
        yield from found


def do_without(comparison: Comparison, drops: list[str], makes: list[str]) -> None:
    """Drop things before all else, there and back, and make them again when it is done."""
    for container in (comparison.upgrade, comparison.downgrade) if drops else ():
        container.ops[:] = [
            *map(StatementOp, drops),
            *container.ops,
            *map(StatementOp, makes),
        ]


def _tell_views(comparison: Comparison) -> None:
    """Say which views cannot be read any more: they have the old names."""
    for operation in [each for _, each in walk(comparison.upgrade)]:
        if isinstance(operation, (RenameTableOp, RenameColumnOp)):
            schema, table = operation.schema, str(operation.table_name)
            names = [comparison.former(schema, table)]
            if isinstance(operation, RenameColumnOp):
                names.append(str(operation.column_name))
            for view in _mentioning(comparison, schema, names):
                problem = f"The view {view} uses {'.'.join(names)}, which gets another name."
                hint = f"Make {view} again by hand, with the new name."
                comparison.questions.open(problem, hint)
                comparison.comment(operation, f"{problem} {hint}")


def _mentioning(comparison: Comparison, schema: str | None, names: list[str]) -> list[str]:
    """The views that have all *names* in their texts, other than as names they give."""
    import sqlalchemy as sa

    rows = comparison.connection.execute(sa.text(_TEXTS), {"schema": schema})
    wanted = [re.compile(rf"(?<!AS )`{re.escape(name)}`", re.I) for name in names]
    return [view for view, text in rows if all(each.search(text) for each in wanted)]


def _retyped(comparison: Comparison) -> dict[tuple[str | None, str], list[str]]:
    """The columns whose types change, or that are computed anew, by table."""
    from alembic.operations.ops import AddColumnOp, AlterColumnOp

    found: dict[tuple[str | None, str], list[str]] = {}
    for _, operation in walk(comparison.upgrade):
        if isinstance(operation, AlterColumnOp) and operation.modify_type is not None:
            key = (operation.schema, operation.table_name)
            found.setdefault(key, []).append(operation.column_name)
        elif isinstance(operation, AddColumnOp) and operation.column.computed is not None:
            key = (operation.schema, operation.table_name)
            found.setdefault(key, []).append(operation.column.name)
    for operation in (*comparison.upgrade.ops, *comparison.downgrade.ops):
        if isinstance(operation, ReplaceEnumOp):
            for user in operation.users:
                found.setdefault((user.schema, user.table), []).append(user.column)
    return found


def _made(comparison: Comparison, view: int) -> Iterator[str]:
    for question in _MAKING:
        yield from _texts(comparison, question, view)


def _texts(comparison: Comparison, question: str, view: int) -> list[str]:
    import sqlalchemy as sa

    return list(comparison.connection.execute(sa.text(question), {"view": view}).scalars())
