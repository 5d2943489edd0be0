"""Triggers, rules and policies: PostgreSQL lets no column below them get another type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..differences import spelling
from .views import retyped
from .written import StatementOp

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

#: How each one over some columns goes, and the statements that make it again as it is.
_PROGRAMS = """
WITH found AS (
    SELECT DISTINCT d.classid, d.objid
    FROM pg_depend d
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(:name)
    AND a.attname = ANY (CAST(:columns AS text[]))
), programs AS (
    SELECT 'TRIGGER' AS kind, t.tgname AS name, t.tgrelid AS place, t.tgenabled AS enabled,
        pg_get_triggerdef(t.oid) AS text, obj_description(t.oid, 'pg_trigger') AS said
    FROM found JOIN pg_trigger t ON classid = 'pg_trigger'::regclass AND t.oid = objid
    WHERE NOT t.tgisinternal
  UNION ALL
    SELECT 'RULE', r.rulename, r.ev_class, r.ev_enabled,
        rtrim(pg_get_ruledef(r.oid), '; '), obj_description(r.oid, 'pg_rewrite')
    FROM found JOIN pg_rewrite r ON classid = 'pg_rewrite'::regclass AND r.oid = objid
    WHERE r.rulename <> '_RETURN'
  UNION ALL
    SELECT 'POLICY', p.polname, p.polrelid, 'O',
        format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, p.polrelid::regclass,
            CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
            CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
            (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC'
                ELSE quote_ident(pg_get_userbyid(role)) END, ', ') FROM unnest(p.polroles) AS role),
            ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
            ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
        obj_description(p.oid, 'pg_policy')
    FROM found JOIN pg_policy p ON classid = 'pg_policy'::regclass AND p.oid = objid
)
SELECT format('DROP %s %I ON %s', kind, name, place::regclass), ARRAY[text,
    CASE WHEN enabled <> 'O' THEN format('ALTER TABLE %s %s %s %I', place::regclass,
        CASE enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
            ELSE 'ENABLE ALWAYS' END,
        kind, name) END,
    CASE WHEN said IS NOT NULL THEN
        format('COMMENT ON %s %I ON %s IS %L', kind, name, place::regclass, said) END]
FROM programs ORDER BY 1
"""


def keep_programs(comparison: Comparison, script: MigrationScript) -> None:
    """Drop those over columns that get another type, and make them again afterwards."""
    if comparison.dialect.name != "postgresql" or not comparison.writes_file:
        return
    programs: dict[str, list[str]] = {}
    for (schema, table), columns in retyped(comparison).items():
        found = _over(comparison, schema, table, columns)
        # Their texts have the old names.
        if found and any((place, new) == (schema, table) for place, _, new in comparison.touched):
            comparison.questions.warn(
                f"A trigger, a rule or a policy over {table} stands in the way of a new type: drop "
                "it before, and make it again afterwards, with the new names."
            )
            continue
        programs.update(found)
    makes = [text for texts in programs.values() for text in texts if text]
    for container in (comparison.upgrade, comparison.downgrade) if programs else ():
        container.ops[:] = [
            *map(StatementOp, programs),
            *container.ops,
            *map(StatementOp, makes),
        ]


def _over(
    comparison: Comparison, schema: str | None, table: str, columns: list[str]
) -> dict[str, list[str]]:
    """What makes each one over some columns of a table again, by what drops it."""
    import sqlalchemy as sa

    given = {
        "name": spelling.name(comparison.dialect, schema, comparison.former(schema, table)),
        "columns": [comparison.former_column(schema, table, column) for column in columns],
    }
    rows = comparison.connection.execute(sa.text(_PROGRAMS), given)
    return {row[0]: list(row[1]) for row in rows}
