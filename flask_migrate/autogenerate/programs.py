"""Triggers, rules and policies: PostgreSQL lets no column below them get another type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .views import do_without, over_retyped

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
    found = over_retyped(comparison, _PROGRAMS, "A trigger, a rule or a policy")
    programs: dict[str, list[str]] = dict(found)
    makes = [text for texts in programs.values() for text in texts if text]
    do_without(comparison, list(programs), makes)
