"""Names in models that look like something else: they are only names, there and back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ..project import Project

NAMES = [
    "it's) WHERE (x",
    "x'); raise SystemExit #",
    "per%cent %s :x",
    "${x} %> <%! import os %>",
    "back\\slash",
]


def models(name, column, is_filled):
    """Tables, columns, indexes, keys, checks, enums and comments of one name."""

    def declared(db):
        more = [sa.Column(f"{name} more", sa.Integer, nullable=False, comment=name)]
        db.Table(
            name,
            db.metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(column, sa.String(30), comment=name),
            *(more if is_filled else []),
            sa.Index(f"ix {name}", column),
            comment=name,
        )
        key = sa.ForeignKey(db.metadata.tables[name].c.id, name=f"fk {name}")
        db.Table(
            f"other {name}",
            db.metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("r", sa.Integer, key),
            sa.Column("e", sa.Enum(name, "b", name=f"e {name}"), server_default=name),
            sa.CheckConstraint("r > 0", name=f"ck {name}"),
        )

    return declared


@pytest.mark.parametrize("name", NAMES)
def test_they_come_get_other_names_and_go(tmp_path, monkeypatch, database_url, name):
    """Each file stays in its folder, runs there and back, and leaves nothing to find."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.run("init")
    before = models(name, name, is_filled=False)

    def succeed(*names, **options):
        for command in names:
            outcome = project.run(command, **options)
            assert outcome.exit_code == 0, outcome.error

    project.models = before
    succeed("migrate", "upgrade", "check")
    (first,) = project.revision_files()
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.table(name, sa.column("id")).insert().values(id=1))
    project.models = models(name, f"{name} 2", is_filled=True)
    succeed(
        "migrate", rename=f"{name}.{name}={name} 2", default=f"{name}.{name} more=7", strict=True
    )
    succeed("upgrade", "check")
    with engine.begin() as connection:
        table = sa.table(name, sa.column(f"{name} more"))
        assert connection.execute(sa.select(table.c[f"{name} more"])).scalars().all() == [7]
    engine.dispose()
    succeed("downgrade")
    for path in project.revision_files():
        assert path.parent == first.parent
        if path != first:
            path.unlink()
    project.models = before
    succeed("check", "downgrade")
    assert project.tables() == {"alembic_version"}
