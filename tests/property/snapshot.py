"""What a database says of itself, read without SQLAlchemy's reflection.

The names of constraints are left out: a server may have given them.
"""

from __future__ import annotations

import re
from typing import Any

from .making import SCHEMA

Snapshot = set[tuple[Any, ...]]

OURS = ("alembic_version", "alembic_resume", "alembic_history")


def take(connection: Any) -> Snapshot:
    """Everything but rows, as a set of facts."""
    facts = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql}
    return facts[connection.dialect.name](connection)


def _rows(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(sql)]


def _sqlite(connection: Any) -> Snapshot:
    found: Snapshot = set()
    master = _rows(connection, "SELECT type, name, tbl_name, sql FROM sqlite_master")
    for kind, name, table, sql in master:
        if table in OURS or name.startswith("sqlite_"):
            continue
        if kind != "table":
            found.add((kind, table, name, _plain(sql)))
            continue
        quoted = name.replace('"', '""')
        for row in _rows(connection, f'PRAGMA table_xinfo("{quoted}")'):
            _, column, type_, not_null, default, key, hidden = row
            default = default if default is None else _unwrapped(default)
            if default is not None and type_ in ("INTEGER", "SMALLINT", "BIGINT", "BOOLEAN"):
                # The column makes a number of it.
                default = default.strip("'")
            found.add(("column", name, column, type_, not_null, default, key, hidden))
        for row in _rows(connection, f'PRAGMA index_list("{quoted}")'):
            if row[3] == "u":
                columns = _rows(connection, f'PRAGMA index_info("{row[1]}")')
                found.add(("unique", name, tuple(each[2] for each in columns)))
        for row in _rows(connection, f'PRAGMA foreign_key_list("{quoted}")'):
            found.add(("foreign", name, *row[2:]))
        found |= {("clause", name, _plain(clause)) for clause in _clauses(sql)}
    return found


def _clauses(sql: str) -> list[str]:
    """The CHECKs, collations, generated columns and such of a ``CREATE TABLE``."""
    # BINARY is what a column has for which none is named.
    words = (
        r"COLLATE \"?(?!BINARY)\w+\"?|AUTOINCREMENT|DEFERRABLE INITIALLY DEFERRED|ON CONFLICT \w+"
    )
    found = re.findall(words, sql)
    for match in re.finditer(r"(CHECK|GENERATED ALWAYS AS) ?\(", sql):
        depth, end = 1, match.end()
        while depth and end < len(sql):
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        found.append(sql[match.start() : end])
    return found


def _unwrapped(sql: str) -> str:
    return sql[1:-1] if sql.startswith("(") and sql.endswith(")") else sql


def _plain(sql: str) -> str:
    return re.sub(r"[\s\"]+", "", sql)


def _postgresql(connection: Any) -> Snapshot:
    found: Snapshot = set()
    for row in _rows(connection, _PG_COLUMNS):
        found.add(("column", *row))
    for row in _rows(connection, _PG_CONSTRAINTS):
        found.add(("constraint", *row))
    for row in _rows(connection, _PG_INDEXES):
        found.add(("index", *row))
    for row in _rows(connection, _PG_COMMENTS):
        found.add(("comment", *row))
    for row in _rows(connection, _PG_ENUMS):
        found.add(("enum", row[0], tuple(row[1])))
    for row in _rows(connection, _PG_SEQUENCES):
        found.add(("sequence", *row))
    return {row for row in found if row[1] not in OURS}


#: The schemas that are looked at, and a name with its schema if that is not the usual one.
_PG_PLACES = f"'public', '{SCHEMA}'"
_PG_NAMED = "CASE s.nspname WHEN 'public' THEN '' ELSE s.nspname || '.' END ||"

_PG_COLUMNS = f"""
SELECT {_PG_NAMED} c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
       (SELECT collname FROM pg_collation WHERE oid = a.attcollation),
       col_description(c.oid, a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace s ON s.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND s.nspname IN ({_PG_PLACES}) AND a.attnum > 0 AND NOT a.attisdropped
"""
_PG_CONSTRAINTS = f"""
SELECT {_PG_NAMED} c.relname, contype, pg_get_constraintdef(k.oid) FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE s.nspname IN ({_PG_PLACES}) AND contype <> 'n'
"""
_PG_INDEXES = f"""
SELECT {_PG_NAMED} t.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i
JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
WHERE s.nspname IN ({_PG_PLACES})
  AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
"""
_PG_COMMENTS = f"""
SELECT {_PG_NAMED} c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c
JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE c.relkind = 'r' AND s.nspname IN ({_PG_PLACES})
"""
_PG_ENUMS = f"""
SELECT {_PG_NAMED} typname::text, array_agg(enumlabel::text ORDER BY enumsortorder)
FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace s ON s.oid = typnamespace
GROUP BY s.nspname, typname
"""
_PG_SEQUENCES = f"""
SELECT {_PG_NAMED} sequencename, start_value, min_value, max_value, increment_by, cycle
FROM pg_sequences JOIN pg_namespace s ON s.nspname = schemaname
WHERE schemaname IN ({_PG_PLACES})
"""


def _mysql(connection: Any) -> Snapshot:
    found: Snapshot = set()
    for kind, sql in _MYSQL.items():
        for row in _rows(connection, sql):
            found.add((kind, *row))
    referring = {(row[1], row[2]) for row in found if row[0] == "foreign"}
    for row in [row for row in found if row[0] == "index" and row[3]]:
        # The server made it for the foreign key, and gave it a name.
        if (row[1], row[4]) in referring:
            found.remove(row)
            found.add(("index", row[1], "foreign", row[3], row[4]))
    return {row for row in found if row[1] not in OURS}


_MYSQL = {
    "column": """
SELECT table_name, column_name, column_type, is_nullable, column_default, extra,
       character_set_name, collation_name, column_comment, generation_expression
FROM information_schema.columns WHERE table_schema = DATABASE()""",
    "index": """
SELECT table_name, IF(non_unique, index_name, 'unique'), non_unique,
       GROUP_CONCAT(column_name ORDER BY seq_in_index)
FROM information_schema.statistics WHERE table_schema = DATABASE()
GROUP BY table_name, index_name, non_unique""",
    "foreign": """
SELECT k.table_name, k.column_name, k.referenced_table_name, k.referenced_column_name,
       REPLACE(r.update_rule, 'NO ACTION', 'RESTRICT'),
       REPLACE(r.delete_rule, 'NO ACTION', 'RESTRICT')
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
 AND r.table_name = k.table_name
WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL""",
    "check": """
SELECT table_name, check_clause FROM information_schema.check_constraints
WHERE constraint_schema = DATABASE()""",
    "table": """
SELECT table_name, table_comment, table_collation, engine
FROM information_schema.tables WHERE table_schema = DATABASE()""",
}
