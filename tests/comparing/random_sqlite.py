"""Schemas for SQLite by chance, with what reflection may stumble over."""

from __future__ import annotations

import random
import sqlite3

NAMES = [
    "plain",
    "Mixed Case",
    "select",
    'qu"ote',
    "tick`",
    "brack[et]",
    "per%cent",
    "dollar$",
    "naïve",
    "semi;colon",
    "apo'strophe",
]
TYPES = [
    "INTEGER",
    "VARCHAR(20)",
    "NUMERIC(10, 2)",
    "TEXT COLLATE NOCASE",
    "BLOB",
    "",
    "BOOLEAN",
    "DATETIME",
    "odd type(3)",
]
DEFAULTS = [
    "",
    "",
    " NOT NULL",
    " DEFAULT 5",
    " DEFAULT 'it''s'",
    " DEFAULT (1 + 2)",
    " NOT NULL DEFAULT CURRENT_TIMESTAMP",
]
ACTIONS = [
    "",
    " ON DELETE CASCADE",
    " ON UPDATE SET NULL ON DELETE RESTRICT",
    " DEFERRABLE INITIALLY DEFERRED",
]


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Schema:
    """Statements that make one schema of *random*'s choice."""

    def __init__(self, chance: random.Random, schema: str = "", prefix: str = "") -> None:
        self.chance, self.schema = chance, schema
        self.tables: dict[str, list[str]] = {}
        self.statements: list[str] = []
        for name in chance.sample(NAMES, chance.randint(1, len(NAMES))):
            self.table(prefix + name)
        if chance.random() < 0.5:
            self.statements.append(
                f"CREATE VIEW {schema}{quote(prefix + 'a view')} AS SELECT 1 AS one"
            )
            self.statements.append(
                f"CREATE VIEW {schema}{quote(prefix + 'broken')} AS SELECT x FROM gone"
            )
        if chance.random() < 0.3 and prefix != "temp ":
            self.statements.append(
                f"CREATE VIRTUAL TABLE {schema}{quote(prefix + 'words')} USING fts5(body)"
            )

    def maybe(self, text: str, probability: float = 0.4) -> str:
        return text if self.chance.random() < probability else ""

    def table(self, name: str) -> None:
        chance = self.chance
        columns = chance.sample(NAMES, chance.randint(2, 6))
        lines = [
            f"{quote(column)} {chance.choice(TYPES)}{chance.choice(DEFAULTS)}" for column in columns
        ]
        kind = chance.choice(["autoincrement", "inline", "named", "none"])
        has_key = kind != "none"
        if kind == "autoincrement":
            lines[0] = f"{quote(columns[0])} INTEGER PRIMARY KEY AUTOINCREMENT"
        elif kind == "inline":
            lines[0] += " PRIMARY KEY"
        elif kind == "named":
            lines.append(
                f"CONSTRAINT {quote('pk ' + name)} "
                f"PRIMARY KEY ({quote(columns[1])}, {quote(columns[0])})"
            )
        if self.maybe("generated"):
            lines.insert(
                len(columns),
                f"{quote('made')} INTEGER GENERATED ALWAYS AS ({quote(columns[0])} + 1) "
                + chance.choice(["STORED", "VIRTUAL"]),
            )
        if self.maybe("unique"):
            lines.append(
                self.maybe(f"CONSTRAINT {quote('uq ' + name)} ")
                + f"UNIQUE ({quote(columns[0])}, {quote(columns[1])})"
            )
        if self.maybe("inline unique"):
            lines[1] += " UNIQUE" if "PRIMARY" not in lines[1] else ""
        if self.maybe("check"):
            lines.append(self.maybe("CONSTRAINT ck_1 ") + f"CHECK ({quote(columns[0])} <> ')')")
        for other in chance.sample(
            sorted(self.tables), min(len(self.tables), chance.randint(0, 2))
        ):
            target = chance.choice([f"({quote(self.tables[other][0])})", ""])
            # A table in other letters is the same table.
            other = chance.choice([other, other.upper()])
            lines.append(
                self.maybe(f"CONSTRAINT {quote('fk ' + other)} ")
                + f"FOREIGN KEY ({quote(columns[0])}) REFERENCES {quote(other)} {target}"
                + chance.choice(ACTIONS)
            )
        if self.maybe("gone", 0.1):
            lines.append(f"FOREIGN KEY ({quote(columns[0])}) REFERENCES gone")
        # Constraints come after all columns.
        rest = [line for line in lines if not line.startswith('"')]
        lines = [line for line in lines if line.startswith('"')] + rest
        can_do_without = has_key and kind != "autoincrement"
        options = self.maybe(" WITHOUT ROWID") if can_do_without else ""
        self.statements.append(
            f"CREATE TABLE {self.schema}{quote(name)} (\n  " + ",\n  ".join(lines) + f"\n){options}"
        )
        self.tables[name] = columns
        for number in range(chance.randint(0, 3)):
            expression = chance.choice(
                [
                    quote(columns[0]),
                    f"{quote(columns[1])} COLLATE NOCASE, {quote(columns[0])} DESC",
                    f"lower({quote(columns[1])})",
                ]
            )
            where = self.maybe(f" WHERE {quote(columns[0])} > 5")
            self.statements.append(
                f"CREATE {self.maybe('UNIQUE ')}INDEX {self.schema}{quote(f'ix {name} {number}')} "
                f"ON {quote(name)} ({expression}){where}"
            )


def fill(connection: sqlite3.Connection, seed: int) -> None:
    """Make a main, a temporary and an attached schema."""
    chance = random.Random(seed)
    connection.execute('ATTACH \':memory:\' AS "oth""er"')
    schemas = [Schema(chance), Schema(chance, '"oth""er".')]
    if chance.random() < 0.7:
        # Without a prefix they hide those of the main schema.
        schemas.append(Schema(chance, "temp.", chance.choice(["temp ", ""])))
    for schema in schemas:
        for statement in schema.statements:
            connection.execute(statement)
