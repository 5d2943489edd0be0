"""On MariaDB what was read ahead is what a table would have said itself."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from flask_migrate.comparing.answers import answering
from flask_migrate.comparing.mariadb import MariaDBAnswers

from .reflected import counted, everything

STATEMENTS = (
    "CREATE TABLE plain (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20) NOT NULL"
    " COMMENT 'it''s') COMMENT 'a %s table' ROW_FORMAT=DYNAMIC",
    "CREATE TABLE `od``d` (`a b` INT UNSIGNED ZEROFILL, `na\u00efve` ENUM('x','y''z'),"
    " `per%cent` SET('a','b'),"
    " UNIQUE KEY `u q` (`a b`, `na\u00efve`), KEY pre (`per%cent`))",
    'CREATE TABLE `double"quoted` (id BIGINT, j JSON, t TIMESTAMP(3)'
    " DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), d DATETIME DEFAULT NULL,"
    " body TEXT CHARACTER SET latin1 COLLATE latin1_bin,"
    " FULLTEXT KEY ft (body), KEY prefix (body(10)))",
    "CREATE TABLE `select` (id INT, twice INT AS (id * 2) VIRTUAL, kept INT AS (id + 1) STORED,"
    " e INT DEFAULT (1 + 2), CONSTRAINT positive CHECK (id > 0), hidden INT INVISIBLE DEFAULT 1)",
    "CREATE TABLE parent (a INT, b INT, PRIMARY KEY (a, b)) ENGINE=InnoDB",
    "CREATE TABLE child (id INT PRIMARY KEY, a INT, b INT, CONSTRAINT `fk 1` FOREIGN KEY (a, b)"
    " REFERENCES parent (a, b) ON DELETE CASCADE ON UPDATE SET NULL)",
    "CREATE TABLE parted (id INT, y INT) PARTITION BY RANGE (y)"
    " (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE versioned (id INT) WITH SYSTEM VERSIONING",
    "CREATE TABLE spot (g GEOMETRY NOT NULL, SPATIAL INDEX (g)) ENGINE=MyISAM",
    "CREATE TABLE `Upper Case` (`ID` INT)",
    "CREATE SEQUENCE numbers",
    "CREATE VIEW seen AS SELECT id FROM plain",
    "CREATE VIEW broken AS SELECT id FROM `Upper Case`",
    "ALTER TABLE `Upper Case` RENAME COLUMN `ID` TO other",
)


@pytest.fixture(params=["", "ANSI_QUOTES"])
def connection(mariadb_url, request):
    """A connection to a database with tables of every kind."""
    engine = sa.create_engine(mariadb_url, poolclass=sa.NullPool)

    @sa.event.listens_for(engine, "connect", insert=True)
    def set_mode(connection, record):
        if request.param:
            connection.cursor().execute("SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')")

    with engine.connect() as connection:
        for statement in STATEMENTS:
            if not request.param or '"' not in statement:
                connection.exec_driver_sql(statement.replace("%", "%%"))
        yield connection


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_every_schema_is_reflected_as_without(connection, mariadb_server):
    """Tables of every kind, of the database itself and of another."""
    with mariadb_server.database() as other:
        name = connection.dialect.identifier_preparer.quote_identifier(other.database)
        connection.exec_driver_sql(f"CREATE TABLE {name}.plain (elsewhere INT PRIMARY KEY)")
        schemas = [None, other.database, "gone"]
        plain = everything(connection, schemas)
        with (
            answering(connection, MariaDBAnswers(connection, {})),
            counted(connection) as statements,
        ):
            assert everything(connection, schemas) == plain
        single = [each for each in statements if each.startswith("SHOW CREATE TABLE")]
        assert not [each for each in single if "plain" in each or "child" in each]


def test_tables_that_are_left_out_are_not_read(connection):
    """Nothing is asked about a table that ``include_name`` leaves out."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    answers = MariaDBAnswers(connection, {None: {"plain"}})
    assert answers.answer(f"SHOW CREATE TABLE {quote('child')}", ()) is not None
    assert answers.answer(f"SHOW CREATE TABLE {quote('plain')}", ()) is None


def test_a_server_without_blocks_is_asked_as_ever(connection):
    """MySQL has none."""
    answers = MariaDBAnswers(connection, {})
    connection.dialect.is_mariadb = False
    assert not answers.is_possible
