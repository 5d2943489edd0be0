"""What hangs on a column that gets another type, and must be there afterwards.

Each probe is a table ``{t}`` that is made by hand; its model has the same, but for ``n``, which
is longer, and for what no model says: triggers, views, collations. What ``looks`` find, and how
often ``refused`` fails, is the same before, after ``upgrade`` and after ``downgrade``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

TABLE = "CREATE TABLE {t} (id INTEGER PRIMARY KEY, n VARCHAR(50))"
ROW = "INSERT INTO {t} (id, n) VALUES (1, 'alice')"


@dataclass(frozen=True)
class Probe:
    """A table with something on it."""

    name: str
    database: str
    setup: tuple[str, ...]
    looks: tuple[str, ...] = ("SELECT n FROM {t}",)
    #: Statements that the table refuses.
    refused: tuple[str, ...] = ()
    #: What the model has besides ``id`` and ``n``.
    more: Callable[[str], list[Any]] = field(default=lambda t: [])
    n: dict[str, Any] = field(default_factory=dict)
    key: dict[str, Any] = field(default_factory=dict)


_OBJECTS = "SELECT sql FROM sqlite_master WHERE tbl_name = '{t}' AND type <> 'table'"


def _sqlite(name: str, *setup: str, looks: tuple[str, ...] = (), **options: Any) -> Probe:
    return Probe(name, "sqlite", setup, looks or ("SELECT n FROM {t}", _OBJECTS), **options)


def _table(parts: str, tail: str = "") -> str:
    return f"CREATE TABLE {{t}} (id INTEGER PRIMARY KEY, n VARCHAR(50){parts}){tail}"


_CHILD = "CREATE TABLE {t}_child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES {t} (id) "
_CHILDREN = ("INSERT INTO {t}_child VALUES (1, 1)",)

ON_SQLITE = [
    _sqlite(
        "a trigger",
        TABLE,
        ROW,
        "CREATE TABLE {t}_log (said TEXT)",
        "CREATE TRIGGER {t}_tr AFTER DELETE ON {t} BEGIN INSERT INTO {t}_log VALUES (old.n); END",
    ),
    _sqlite(
        "a CHECK of the table without a name",
        _table(", CHECK (n <> 'bad')"),
        ROW,
        refused=("INSERT INTO {t} VALUES (2, 'bad')",),
    ),
    _sqlite(
        "a CHECK of the column",
        _table(" CHECK (length(n) > 2)"),
        ROW,
        refused=("INSERT INTO {t} VALUES (2, 'b')",),
    ),
    _sqlite(
        "a partial index",
        TABLE,
        ROW,
        "CREATE UNIQUE INDEX ix_{t} ON {t} (n) WHERE id > 0",
        more=lambda t: [
            sa.Index(f"ix_{t}", "n", unique=True, sqlite_where=sa.text("id > 0")),
        ],
    ),
    _sqlite(
        "an index over an expression",
        TABLE,
        ROW,
        "CREATE INDEX ix_{t} ON {t} (lower(n))",
        more=lambda t: [sa.Index(f"ix_{t}", sa.text("lower(n)"))],
    ),
    _sqlite(
        "a descending index with a collation",
        TABLE,
        ROW,
        "CREATE INDEX ix_{t} ON {t} (n COLLATE NOCASE DESC)",
        more=lambda t: [sa.Index(f"ix_{t}", sa.text("n COLLATE NOCASE DESC"))],
    ),
    _sqlite(
        "a collation",
        _table(" COLLATE NOCASE"),
        ROW,
        looks=("SELECT n FROM {t} WHERE n = 'ALICE'",),
    ),
    _sqlite(
        "AUTOINCREMENT",
        TABLE.replace("PRIMARY KEY", "PRIMARY KEY AUTOINCREMENT"),
        ROW.replace("(1,", "(41,"),
        "DELETE FROM {t}",
        looks=("SELECT seq FROM sqlite_sequence WHERE name = '{t}'",),
    ),
    _sqlite(
        "a generated column",
        _table(", g VARCHAR(60) GENERATED ALWAYS AS (n || '!') STORED"),
        ROW,
        looks=("SELECT n, g FROM {t}",),
        more=lambda t: [sa.Column("g", sa.String(60), sa.Computed("n || '!'", persisted=True))],
    ),
    _sqlite(
        "children that would be deleted",
        TABLE,
        ROW,
        _CHILD + "ON DELETE CASCADE)",
        *_CHILDREN,
        looks=("SELECT id, p FROM {t}_child",),
    ),
    _sqlite(
        "children that would be nulled",
        TABLE,
        ROW,
        _CHILD + "ON DELETE SET NULL)",
        *_CHILDREN,
        looks=("SELECT id, p FROM {t}_child",),
    ),
    _sqlite(
        "a view",
        TABLE,
        ROW,
        "CREATE VIEW {t}_v AS SELECT n FROM {t}",
        looks=("SELECT n FROM {t}_v",),
    ),
    _sqlite(
        "WITHOUT ROWID",
        "CREATE TABLE {t} (id INTEGER PRIMARY KEY, n VARCHAR(50)) WITHOUT ROWID",
        ROW,
        looks=("SELECT sql LIKE '%WITHOUT ROWID%' FROM sqlite_master WHERE name = '{t}'",),
    ),
    _sqlite(
        "a unique column",
        _table(" UNIQUE"),
        ROW,
        refused=("INSERT INTO {t} VALUES (2, 'alice')",),
        more=lambda t: [sa.UniqueConstraint("n")],
        looks=("SELECT n FROM {t}",),
    ),
    _sqlite(
        "a default",
        _table(" DEFAULT 'it''s 100% a:b'"),
        "INSERT INTO {t} (id) VALUES (1)",
        n={"server_default": "it's 100% a:b"},
    ),
]

_COLUMN = (
    "SELECT column_default, is_nullable, column_comment, extra, collation_name "
    "FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '{t}' "
    "AND column_name = 'n'"
)


def _mariadb(name: str, column: str, *more: str, **options: Any) -> Probe:
    setup = (f"CREATE TABLE {{t}} (id INTEGER PRIMARY KEY, n {column})", *more)
    options.setdefault("looks", (_COLUMN, "SELECT n FROM {t}"))
    return Probe(name, "mariadb", setup, **options)


ON_MARIADB = [
    _mariadb(
        "a CHECK of the column",
        "VARCHAR(50) CHECK (char_length(n) > 2)",
        ROW,
        refused=("INSERT INTO {t} VALUES (2, 'b')",),
    ),
    _mariadb(
        "a comment", "VARCHAR(50) COMMENT 'it''s 100% a:b'", ROW, n={"comment": "it's 100% a:b"}
    ),
    _mariadb(
        "a default and NOT NULL",
        "VARCHAR(50) NOT NULL DEFAULT 'it''s 100% a:b'",
        ROW,
        n={"server_default": "it's 100% a:b", "nullable": False},
    ),
    _mariadb("a collation", "VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_bin", ROW),
    _mariadb(
        "a view",
        "VARCHAR(50)",
        ROW,
        "CREATE VIEW {t}_v AS SELECT n FROM {t}",
        looks=("SELECT n FROM {t}_v",),
    ),
    _mariadb(
        "a trigger",
        "VARCHAR(50)",
        ROW,
        "CREATE TRIGGER {t}_tr BEFORE INSERT ON {t} FOR EACH ROW SET NEW.n = 'x'",
        looks=(
            "SELECT action_statement FROM information_schema.triggers "
            "WHERE event_object_table = '{t}' AND trigger_schema = DATABASE()",
        ),
    ),
    _mariadb(
        "an index of a part of the text",
        "VARCHAR(50), KEY ix_{t} (n(5))",
        ROW,
        looks=(
            "SELECT sub_part FROM information_schema.statistics "
            "WHERE table_schema = DATABASE() AND index_name = 'ix_{t}'",
        ),
        more=lambda t: [sa.Index(f"ix_{t}", "n", mysql_length=5)],
    ),
    _mariadb(
        "an index of words",
        "VARCHAR(50), FULLTEXT KEY ix_{t} (n)",
        ROW,
        looks=(
            "SELECT index_type FROM information_schema.statistics "
            "WHERE table_schema = DATABASE() AND index_name = 'ix_{t}'",
        ),
        more=lambda t: [sa.Index(f"ix_{t}", "n", mysql_prefix="FULLTEXT")],
    ),
    _mariadb(
        "a generated column",
        "VARCHAR(50), g VARCHAR(60) GENERATED ALWAYS AS (concat(`n`, '!')) STORED",
        ROW,
        looks=("SELECT n, g FROM {t}",),
        more=lambda t: [
            sa.Column("g", sa.String(60), sa.Computed("concat(n, '!')", persisted=True))
        ],
    ),
    _mariadb(
        "a child",
        "VARCHAR(50)",
        ROW,
        _CHILD.replace("REFERENCES", ", FOREIGN KEY (p) REFERENCES") + "ON DELETE CASCADE)",
        *_CHILDREN,
        looks=("SELECT id, p FROM {t}_child",),
    ),
]

_ATTRIBUTE = (
    "SELECT a.attnotnull, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum), "
    "c.collname::text FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid "
    "AND d.adnum = a.attnum LEFT JOIN pg_collation c ON c.oid = a.attcollation "
    "WHERE a.attrelid = '{t}'::regclass AND a.attname = 'n'"
)
_OF_N = " FROM pg_attribute WHERE attrelid = '{t}'::regclass AND attname = 'n'"
_INDEX = "SELECT indexdef FROM pg_indexes WHERE tablename = '{t}' ORDER BY 1"


def _postgresql(name: str, *setup: str, **options: Any) -> Probe:
    options.setdefault("looks", (_ATTRIBUTE, _INDEX, "SELECT n FROM {t}"))
    return Probe(name, "postgresql", setup, **options)


def _indexed(name: str, definition: str, **options: Any) -> Probe:
    parts = options.pop("parts", ["n"])
    return _postgresql(
        name,
        TABLE,
        ROW,
        f"CREATE INDEX ix_{{t}} ON {{t}} {definition}",
        more=lambda t: [sa.Index(f"ix_{t}", *parts, **options)],
    )


ON_POSTGRESQL = [
    _postgresql(
        "a view",
        TABLE,
        ROW,
        "CREATE VIEW {t}_v AS SELECT n FROM {t}",
        looks=("SELECT n FROM {t}_v",),
    ),
    _postgresql(
        "a rule and a trigger",
        TABLE,
        ROW,
        "CREATE FUNCTION {t}_f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
        "CREATE TRIGGER {t}_tr BEFORE INSERT ON {t} FOR EACH ROW EXECUTE FUNCTION {t}_f()",
        looks=("SELECT tgname::text FROM pg_trigger WHERE tgrelid = '{t}'::regclass",),
    ),
    _postgresql(
        "a trigger of the column",
        TABLE,
        ROW,
        "CREATE FUNCTION {t}_f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
        "CREATE TRIGGER {t}_tr BEFORE UPDATE OF n ON {t} FOR EACH ROW WHEN (new.n <> 'a:b 9%') "
        "EXECUTE FUNCTION {t}_f()",
        "COMMENT ON TRIGGER {t}_tr ON {t} IS 'it''s 100%'",
        "ALTER TABLE {t} DISABLE TRIGGER {t}_tr",
        looks=(
            "SELECT pg_get_triggerdef(oid), tgenabled::text, obj_description(oid) "
            "FROM pg_trigger WHERE tgrelid = '{t}'::regclass",
        ),
    ),
    _postgresql(
        "a rule of the column",
        TABLE,
        ROW,
        "CREATE RULE {t}_r AS ON INSERT TO {t} WHERE new.n = 'a:b 9%' DO INSTEAD NOTHING",
        looks=("SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class = '{t}'::regclass",),
    ),
    _postgresql(
        "a policy of the column",
        TABLE,
        ROW,
        "ALTER TABLE {t} ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY {t}_p ON {t} AS RESTRICTIVE FOR UPDATE TO postgres, PUBLIC "
        "USING (n <> 'a:b 9%') WITH CHECK (n <> '')",
        "CREATE POLICY {t}_q ON {t} USING (n <> '')",
        looks=("SELECT CAST(p AS text) FROM pg_policies p WHERE tablename = '{t}' ORDER BY 1",),
    ),
    _postgresql(
        "a CHECK without a model",
        _table(" CHECK (length(n) > 2)"),
        ROW,
        refused=("INSERT INTO {t} VALUES (2, 'b')",),
        more=lambda t: [sa.CheckConstraint("length(n) > 2", name=f"{t}_n_check")],
    ),
    _postgresql(
        "a comment",
        TABLE,
        ROW,
        "COMMENT ON COLUMN {t}.n IS 'it''s 100% a:b'",
        n={"comment": "it's 100% a:b"},
    ),
    _postgresql(
        "a default and NOT NULL",
        _table(" NOT NULL DEFAULT 'it''s 100% a:b'"),
        ROW,
        n={"server_default": "it's 100% a:b", "nullable": False},
    ),
    _postgresql(
        "a collation",
        _table(' COLLATE "C"'),
        ROW,
        n={"type_": sa.String(80, collation="C")},
    ),
    _postgresql("a collation that no model names", _table(' COLLATE "C"'), ROW),
    _indexed("a partial index", "(n) WHERE (id > 0)", postgresql_where=sa.text("id > 0")),
    _indexed("an index over an expression", "(lower((n)::text))", parts=[sa.text("lower(n)")]),
    _indexed("a descending index", "(n DESC)", parts=[sa.text("n DESC")]),
    _indexed(
        "an operator class", "(n varchar_pattern_ops)", postgresql_ops={"n": "varchar_pattern_ops"}
    ),
    _indexed("included columns", "(n) INCLUDE (id)", postgresql_include=["id"]),
    _indexed(
        "options of an index", "(n) WITH (fillfactor='50')", postgresql_with={"fillfactor": 50}
    ),
    _indexed("a hash index", "USING hash (n)", postgresql_using="hash"),
    _postgresql(
        "rights",
        TABLE,
        ROW,
        "GRANT SELECT (n) ON {t} TO PUBLIC",
        looks=("SELECT attacl::text" + _OF_N,),
    ),
    _postgresql(
        "statistics",
        TABLE,
        ROW,
        "ALTER TABLE {t} ALTER n SET STATISTICS 7",
        looks=("SELECT attstattarget" + _OF_N,),
    ),
    _postgresql(
        "a child",
        TABLE,
        ROW,
        _CHILD + "ON DELETE CASCADE)",
        *_CHILDREN,
        looks=("SELECT id, p FROM {t}_child",),
    ),
]

PROBES = [*ON_SQLITE, *ON_POSTGRESQL, *ON_MARIADB]


def models(database: str) -> Callable[[Any], None]:
    """The models of the probes of a database; ``n`` is longer."""

    def made(db: Any) -> None:
        for number, probe in enumerate(PROBES):
            if probe.database != database:
                continue
            name = f"o_{number}"
            options = {"type_": sa.String(80), **probe.n}
            text = sa.Column("n", options.pop("type_"), **options)
            key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
            db.Table(name, db.metadata, key, text, *probe.more(name))
            if any("_child" in each for each in probe.setup):
                refers = sa.ForeignKey(f"{name}.id", ondelete=_ondelete(probe))
                db.Table(
                    f"{name}_child",
                    db.metadata,
                    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
                    sa.Column("p", sa.Integer, refers),
                )
            if any("_log" in each for each in probe.setup):
                db.Table(f"{name}_log", db.metadata, sa.Column("said", sa.Text))

    return made


def _ondelete(probe: Probe) -> str:
    return "SET NULL" if any("SET NULL" in each for each in probe.setup) else "CASCADE"
