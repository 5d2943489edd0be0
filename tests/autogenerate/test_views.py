"""Views over columns that get another type."""

from __future__ import annotations

import pytest
import sqlalchemy as sa


def item(type_=sa.Integer, name="n"):
    return lambda db: db.Table(
        "item",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(name, type_),
        sa.Column("other", sa.Integer),
    )


@pytest.fixture
def viewed(project, postgresql_url):
    """A project with a row, a view over its column, and a view over that view."""
    project.url = postgresql_url
    project.models = item()
    project.run("init")
    project.run("migrate")
    project.run("upgrade")
    project.execute("INSERT INTO item VALUES (1, 7, 8)")
    project.execute("CREATE VIEW big WITH (security_barrier) AS SELECT id, n FROM item WHERE n > 5")
    project.execute("COMMENT ON VIEW big IS 'it''s 100% \\:big'")
    project.execute("COMMENT ON COLUMN big.n IS 'a number'")
    project.execute("GRANT SELECT ON big TO PUBLIC")
    project.execute('CREATE MATERIALIZED VIEW "Bigger" AS SELECT max(n) AS n FROM big')
    project.execute('CREATE UNIQUE INDEX "ix bigger" ON "Bigger" (n)')
    return project


FACTS = """
SELECT c.relname::text, c.relkind::text, c.reloptions::text, c.relacl::text,
    obj_description(c.oid), col_description(c.oid, 2), pg_get_viewdef(c.oid)
FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.relnamespace = 'public'::regnamespace
ORDER BY 1
"""

INDEXES = "SELECT indexdef FROM pg_indexes WHERE tablename = 'Bigger'"


def test_a_view_is_there_as_before(viewed):
    """With its options, comments, rights and indexes; there and back."""
    facts, indexes = viewed.execute(FACTS), viewed.execute(INDEXES)
    viewed.models = item(sa.BigInteger)
    assert viewed.run("migrate").exit_code == 0
    for command in ("upgrade", "check", "downgrade"):
        assert viewed.run(command).exit_code == 0
        assert viewed.execute(FACTS) == facts
        assert viewed.execute(INDEXES) == indexes
    assert viewed.execute('SELECT n FROM "Bigger"') == [(7,)]


def test_a_view_over_a_column_that_is_computed_anew(project, postgresql_url):
    """The type of its source changes, and the column is away meanwhile."""

    def computed(type_):
        def models(db):
            item(type_)(db).append_column(
                sa.Column("g", sa.Integer, sa.Computed("n + 1", persisted=True))
            )

        return models

    project.url, project.models = postgresql_url, computed(sa.Integer)
    for command in ("init", "migrate", "upgrade"):
        assert project.run(command).exit_code == 0
    project.execute("INSERT INTO item VALUES (1, 7, 8)")
    project.execute("CREATE VIEW next AS SELECT g FROM item")
    project.models = computed(sa.BigInteger)
    for command in ("migrate", "upgrade", "check", "downgrade"):
        assert project.run(command).exit_code == 0
    assert project.execute("SELECT g FROM next") == [(8,)]


def test_a_view_over_another_column_is_left_alone(viewed):
    """It is not in the way."""

    def other(db):
        table = item()(db)
        table.c.other.type = sa.BigInteger()

    viewed.models = other
    viewed.run("migrate")
    assert not any("VIEW" in path.read_text() for path in viewed.revision_files())
    assert viewed.run("upgrade").exit_code == 0


def test_a_renamed_column_below_a_view_is_told(viewed):
    """The text of the view has the old name."""
    viewed.models = item(sa.BigInteger, "m")
    outcome = viewed.run("migrate", "flask db", rename=["item.n=m"])
    assert "A view over item stands in the way" in outcome.stderr


def test_check_says_nothing_of_views(viewed):
    """Nothing is written."""
    viewed.models = item(sa.BigInteger)
    assert "VIEW" not in str(viewed.run("check").error)


@pytest.fixture
def seen(project, database_url):
    """A project with a row, a view over its column, and one over another column of that name."""
    project.url = database_url
    project.models = item()
    project.run("init")
    project.run("migrate")
    project.run("upgrade")
    project.execute("INSERT INTO item VALUES (1, 7, 8)")
    project.execute("CREATE VIEW big AS SELECT id, n FROM item WHERE n > 5")
    project.execute("CREATE VIEW small AS SELECT id AS n FROM item")
    return project


def test_a_view_follows_a_renamed_column_or_is_told(seen):
    """MariaDB leaves it the old name: there is a warning, and a comment above the line."""
    seen.models = item(name="m")
    outcome = seen.run("migrate", "flask db", rename=["item.n=m"])
    text = seen.revision_files()[-1].read_text() + seen.revision_files()[0].read_text()
    sentence = "The view big uses item.n, which gets another name. Make big again by hand"
    is_told = seen.url.drivername.startswith("mysql")
    assert (sentence in outcome.stderr) == is_told
    assert (f"# {sentence}" in text) == is_told
    assert "view small" not in outcome.stderr
    assert seen.run("upgrade").exit_code == 0
    if not is_told:
        assert seen.execute("SELECT * FROM big") == [(1, 7)]


def test_a_view_that_does_not_follow_stops_strict(project, mariadb_url):
    """Nothing is written."""
    project.url = mariadb_url
    project.models = item()
    project.run("init")
    project.run("migrate")
    project.run("upgrade")
    project.execute("CREATE VIEW big AS SELECT id, n FROM item")
    project.models = renamed_item
    outcome = project.run("migrate", rename_table="item=thing", strict=True)
    assert outcome.exit_code == 3
    assert "The view big uses item" in str(outcome.error)
    assert len(project.revision_files()) == 1


def renamed_item(db):
    db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("n", sa.Integer),
        sa.Column("other", sa.Integer),
    )
