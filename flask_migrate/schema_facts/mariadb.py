"""Facts about a database on MariaDB or MySQL, from ``information_schema``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from .facts import Key

_TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
"""

_COLUMNS = """
SELECT c.table_name, c.column_name, c.column_type, c.is_nullable, c.column_default, c.extra,
       c.generation_expression
FROM information_schema.columns c JOIN information_schema.tables t
  ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'
"""

_INDEXES = """
SELECT table_name, index_name, non_unique, index_type, column_name, sub_part
FROM information_schema.statistics WHERE table_schema = DATABASE()
ORDER BY table_name, index_name, seq_in_index
"""

_FOREIGN = """
SELECT k.table_name, k.constraint_name, NULLIF(k.referenced_table_schema, DATABASE()),
       k.referenced_table_name, r.update_rule, r.delete_rule, k.column_name,
       k.referenced_column_name
FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
 AND r.table_name = k.table_name
WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
ORDER BY k.table_name, k.constraint_name, k.ordinal_position
"""

_MARIADB_CHECKS = """
SELECT table_name, check_clause FROM information_schema.check_constraints
WHERE constraint_schema = DATABASE()
"""

_MYSQL_CHECKS = """
SELECT t.table_name, c.check_clause FROM information_schema.check_constraints c
JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema
 AND t.constraint_name = c.constraint_name
WHERE c.constraint_schema = DATABASE()
"""

#: The names and the columns of the foreign keys of each table.
_Implied = dict[str, set[tuple[str, tuple[str, ...]]]]


def tables(connection: Any) -> Iterator[tuple[str, str]]:
    """Each table, by schema and name."""
    for (table,) in connection.exec_driver_sql(_TABLES):
        yield "", table


def facts(connection: Any) -> Iterator[tuple[Key, str]]:
    """What the server says of the database of *connection*."""
    ask = connection.exec_driver_sql
    for place in tables(connection):
        yield Key("table", *place), ""
    for table, name, *column in ask(_COLUMNS):
        yield Key("column", "", table, name), _column(*column)
    implied: _Implied = defaultdict(set)
    yield from _foreign(ask(_FOREIGN), implied)
    yield from _indexes(ask(_INDEXES), implied)
    if connection.dialect.is_mariadb or connection.dialect.server_version_info >= (8, 0, 16):
        checks = _MARIADB_CHECKS if connection.dialect.is_mariadb else _MYSQL_CHECKS
        for table, clause in ask(checks):
            yield Key("check", "", table, f"({clause})"), ""


def _column(type_: Any, is_nullable: str, default: Any, extra: str, expression: str | None) -> str:
    words = [_text(type_)]
    # MariaDB says 'NULL' where MySQL says nothing.
    if default is not None and _text(default) != "NULL":
        words.append(f"DEFAULT {_text(default)}")
    words += [extra.upper()] if extra else []
    words += [f"AS ({_text(expression)})"] if expression else []
    words += ["NOT NULL"] if is_nullable == "NO" else []
    return " ".join(words)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _foreign(rows: Any, implied: _Implied) -> Iterator[tuple[Key, str]]:
    found: defaultdict[tuple[Any, ...], list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        found[tuple(row[:6])].append((row[6], row[7]))
    for (table, name, schema, referent, *rules), pairs in found.items():
        columns = tuple(column for column, _ in pairs)
        implied[table].add((name, columns))
        target = f"{schema}.{referent}" if schema else referent
        text = f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {target} "
        text += f"({', '.join(column for _, column in pairs)})"
        for word, rule in zip(("UPDATE", "DELETE"), rules, strict=True):
            text += f" ON {word} {rule}" if rule not in ("NO ACTION", "RESTRICT") else ""
        yield Key("constraint", "", table, text), ""


def _indexes(rows: Any, implied: _Implied) -> Iterator[tuple[Key, str]]:
    found: defaultdict[tuple[Any, ...], list[tuple[str, Any]]] = defaultdict(list)
    for row in rows:
        found[tuple(row[:4])].append((row[4], row[5]))
    for (table, name, non_unique, kind), parts in found.items():
        names = tuple(column for column, _ in parts)
        text = ", ".join(f"{column}({part})" if part else str(column) for column, part in parts)
        if name == "PRIMARY":
            yield Key("constraint", "", table, f"PRIMARY KEY ({text})"), ""
        elif not non_unique:
            yield Key("constraint", "", table, f"UNIQUE ({text})"), ""
        # The server makes one for each foreign key, and names it after that or its column.
        elif not any(
            names == columns and name in (foreign, columns[0])
            for foreign, columns in implied[table]
        ):
            yield Key("index", "", table, name), f"{kind} ({text})"
