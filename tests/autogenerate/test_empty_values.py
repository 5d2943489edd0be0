"""A NOT NULL column that a downgrade brings back to a table with rows."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from ..project import Project

EVERYWHERE = [
    sa.Integer(),
    sa.Numeric(8, 2),
    sa.Float(),
    sa.String(5),
    sa.Text(),
    sa.Boolean(),
    sa.Date(),
    sa.DateTime(),
    sa.Time(),
    sa.JSON(),
    sa.LargeBinary(),
    sa.Interval(),
    sa.Enum("it's", "b", name="letter"),
]

TYPES = {
    "sqlite": EVERYWHERE,
    "postgresql": [
        *EVERYWHERE,
        sa.ARRAY(sa.Integer()),
        postgresql.BIT(5),
        postgresql.BIT(5, varying=True),
        postgresql.CIDR(),
        postgresql.INET(),
        postgresql.INT4MULTIRANGE(),
        postgresql.INT4RANGE(),
        postgresql.INTERVAL(),
        postgresql.JSONB(),
        postgresql.MACADDR(),
        postgresql.MACADDR8(),
        postgresql.MONEY(),
        postgresql.OID(),
        postgresql.TSQUERY(),
        postgresql.TSVECTOR(),
        postgresql.UUID(),
    ],
    "mariadb": [
        *EVERYWHERE,
        mysql.BIT(5),
        mysql.SET("a", "b"),
        mysql.TIMESTAMP(),
        mysql.YEAR(),
        mysql.LONGTEXT(),
    ],
}


def test_each_type_has_a_value_to_come_back_with(request, tmp_path, monkeypatch, database_url):
    """The rows get it, and the column has no default after that."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    types = TYPES[request.node.callspec.params["database_url"]]

    def models(count):
        def declared(db):
            columns = [
                sa.Column(f"c{number}", type_, nullable=False)
                for number, type_ in enumerate(types[:count])
            ]
            db.Table("thing", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)

        return declared

    def migrated(count):
        project.models = models(count)
        for name in ("migrate", "upgrade"):
            outcome = project.run(name)
            assert outcome.exit_code == 0, outcome.error

    project.run("init")
    migrated(len(types))
    migrated(0)
    project.execute("INSERT INTO thing VALUES (1)")
    outcome = project.run("downgrade")
    assert outcome.exit_code == 0, outcome.error
    assert None not in project.execute("SELECT * FROM thing")[0]
    engine = sa.create_engine(database_url)
    columns = sa.inspect(engine).get_columns("thing")[1:]
    with engine.connect() as connection:  # what cannot be read is an error
        connection.execute(sa.select(sa.Table("thing", sa.MetaData(), autoload_with=engine))).all()
    engine.dispose()
    assert [each for each in columns if each["nullable"] or each["default"] is not None] == []
