"""Columns and tables under new names keep what is in them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ..project import Project


def before(db):
    """A table with all that may carry the name of a column."""

    class Team(db.Model):
        id = db.Column(db.Integer, primary_key=True)

    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(50), index=True, nullable=False)
        code = db.Column(db.String(20), unique=True)
        team_id = db.Column(db.ForeignKey("team.id"))

    class Post(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        user_id = db.Column(db.ForeignKey("user.id"))


def columns_renamed(db):
    """The same with three columns renamed, one of them to another type."""

    class Team(db.Model):
        id = db.Column(db.Integer, primary_key=True)

    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        full_name = db.Column(db.String(80), index=True, nullable=False)
        short_code = db.Column(db.String(20), unique=True)
        group_id = db.Column(db.ForeignKey("team.id"))

    class Post(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        user_id = db.Column(db.ForeignKey("user.id"))


def table_renamed(db):
    """The same with a table renamed, and a column in it."""

    class Team(db.Model):
        id = db.Column(db.Integer, primary_key=True)

    class Account(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        full_name = db.Column(db.String(50), index=True, nullable=False)
        code = db.Column(db.String(20), unique=True)
        team_id = db.Column(db.ForeignKey("team.id"))

    class Post(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        user_id = db.Column(db.ForeignKey("account.id"))


RENAMES = ("user.name=full_name", "user.code=short_code", "user.team_id=group_id")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def named(models):
    """*models* with a naming convention."""

    def declared(db):
        db.metadata.naming_convention = NAMING
        models(db)

    return declared


@pytest.fixture(params=[True, False], ids=["batch", "plain"])
def filled(request, tmp_path, monkeypatch, database_url):
    """A project with rows in its tables, with batch operations and without."""
    if database_url.drivername == "sqlite" and not request.param:
        pytest.skip("SQLite changes types in a copy of the table only.")
    return fill(tmp_path, monkeypatch, database_url, before, render_as_batch=request.param)


def fill(tmp_path, monkeypatch, url, models, **options):
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, url)
    project.options = options
    project.models = models
    project.run("init")
    project.run("migrate", message="before")
    assert project.run("upgrade").exit_code == 0
    project.execute("INSERT INTO team (id) VALUES (1)")
    columns = "id, name, code, team_id"
    user = quoted(project, "user")
    project.execute(
        f"INSERT INTO {user} ({columns}) VALUES (1, 'Ann', 'a', 1), (2, 'Bob', NULL, 1)"
    )
    project.execute("INSERT INTO post (id, user_id) VALUES (1, 2)")
    return project


def quoted(project, name):
    engine = sa.create_engine(project.url)
    return engine.dialect.identifier_preparer.quote(name)


def up(project):
    outcome = project.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
    outcome = project.run("check")
    assert outcome.exit_code == 0, outcome.error


def down(project, models):
    outcome = project.run("downgrade")
    assert outcome.exit_code == 0, outcome.error
    # What is compared is only what the database has: nothing of the later models.
    project.models = models
    path = project.revision_files()[-1]
    later = [
        each for each in project.revision_files() if "down_revision = None" not in each.read_text()
    ]
    for path in later:
        path.unlink()
    outcome = project.run("check")
    assert outcome.exit_code == 0, outcome.error


def test_renamed_columns_keep_their_values(filled):
    """Up and down, with indexes, constraints and foreign keys, and a type that changes too."""
    filled.models = columns_renamed
    outcome = filled.run("migrate", rename=RENAMES)
    assert outcome.exit_code == 0, outcome.error
    up(filled)
    user = quoted(filled, "user")
    rows = filled.execute(f"SELECT full_name, short_code, group_id FROM {user} ORDER BY id")
    assert rows == [("Ann", "a", 1), ("Bob", None, 1)]
    down(filled, before)
    rows = filled.execute(f"SELECT name, code, team_id FROM {user} ORDER BY id")
    assert rows == [("Ann", "a", 1), ("Bob", None, 1)]


def test_a_renamed_table_keeps_its_rows(filled):
    """Up and down, with a column that is renamed too and a foreign key of another table."""
    filled.models = table_renamed
    options = {"rename_table": ["user=account"], "rename": ["user.name=full_name"]}
    assert filled.run("migrate", **options).exit_code == 0
    up(filled)
    rows = filled.execute("SELECT full_name, code, team_id FROM account ORDER BY id")
    assert rows == [("Ann", "a", 1), ("Bob", None, 1)]
    assert filled.execute("SELECT user_id FROM post") == [(2,)]
    down(filled, before)
    user = quoted(filled, "user")
    assert filled.execute(f"SELECT name FROM {user} ORDER BY id") == [("Ann",), ("Bob",)]


@pytest.mark.parametrize("renamed", [columns_renamed, table_renamed], ids=["columns", "table"])
def test_a_naming_convention_is_followed(tmp_path, monkeypatch, database_url, renamed):
    """Names of indexes and constraints become what the convention says."""
    options = {"render_as_batch": True}
    project = fill(tmp_path, monkeypatch, database_url, named(before), **options)
    project.models = named(renamed)
    if renamed is columns_renamed:
        outcome = project.run("migrate", rename=RENAMES)
    else:
        outcome = project.run("migrate", rename="user.name=full_name", rename_table="user=account")
    assert outcome.exit_code == 0, outcome.error
    up(project)
    down(project, named(before))
    user = quoted(project, "user")
    assert project.execute(f"SELECT name FROM {user} ORDER BY id") == [("Ann",), ("Bob",)]


def test_names_that_postgresql_made_are_made_anew(tmp_path, monkeypatch, postgresql_url):
    """A new table of the old name finds its names free; sequences follow."""
    project = fill(tmp_path, monkeypatch, postgresql_url, before)
    project.models = table_renamed
    project.run("migrate", rename_table="user=account", rename="user.name=full_name")
    up(project)
    names = project.execute(
        "SELECT relname FROM pg_class WHERE relname LIKE 'user%' "
        "AND relnamespace = CAST('public' AS regnamespace) "
        "UNION SELECT conname FROM pg_constraint WHERE conname LIKE 'user%'"
    )
    assert names == []
    assert project.execute("SELECT nextval('account_id_seq')") == [(1,)]


def test_an_index_on_some_rows_follows_its_column(tmp_path, monkeypatch, database_url):
    """Its condition is an expression, which has no truth of its own."""

    def indexed(name):
        def models(db):
            where = sa.text(f"{name} > 'x'")

            class Word(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                text = db.Column(name, db.String(20))
                __table_args__ = (
                    db.Index("ix_word", name, sqlite_where=where, postgresql_where=where),
                )

        return models

    project = Project(tmp_path, database_url)
    monkeypatch.chdir(tmp_path)
    project.models = indexed("text")
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO word (id, text) VALUES (1, 'yes')")
    project.models = indexed("spelling")
    outcome = project.run("migrate", rename="word.text=spelling")
    assert outcome.exit_code == 0, outcome.error
    up(project)
    assert project.execute("SELECT spelling FROM word") == [("yes",)]
    down(project, indexed("text"))


def test_an_index_that_names_a_column_in_its_options_follows_it(
    tmp_path, monkeypatch, postgresql_url
):
    """What is included, and what has an operator class, are no others under a new name."""

    def indexed(name):
        def models(db):
            classes = {name: "varchar_pattern_ops"}

            class Word(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                n = db.Column(db.Integer)
                text = db.Column(name, db.String(20))
                __table_args__ = (
                    db.Index("ix_included", "n", postgresql_include=[name]),
                    db.Index("ix_class", name, postgresql_ops=classes),
                )

        return models

    project = Project(tmp_path, postgresql_url)
    monkeypatch.chdir(tmp_path)
    project.models = indexed("text")
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.models = indexed("spelling")
    outcome = project.run("migrate", message="renamed", rename="word.text=spelling")
    assert outcome.exit_code == 0, outcome.error
    (path,) = tmp_path.glob("migrations/versions/*_renamed.py")
    assert "ix_" not in path.read_text("utf-8")
    up(project)
    assert project.run("check").exit_code == 0


def test_two_indexes_over_a_renamed_column_keep_their_own_names(
    tmp_path, monkeypatch, database_url
):
    """They are the same but for these."""

    def indexed(name):
        def models(db):
            class Word(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                text = db.Column(name, db.String(20), index=True)
                __table_args__ = (db.Index("a_word", name), db.Index("word_z", name))

        return models

    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.models = indexed("text")
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.models = indexed("spelling")
    outcome = project.run("migrate", rename="word.text=spelling")
    assert outcome.exit_code == 0, outcome.error
    up(project)
    down(project, indexed("text"))


def test_a_named_check_follows_its_column(tmp_path, monkeypatch, database_url):
    """MariaDB renames indexes, but no checks: that one is dropped and made again."""

    def checked(name):
        def models(db):
            class Item(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                count = db.Column(name, db.Integer)
                __table_args__ = (db.CheckConstraint(f"{name} > 0", name=f"{name}_positive"),)

        return models

    project = Project(tmp_path, database_url)
    monkeypatch.chdir(tmp_path)
    project.models = checked("number")
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO item (id, number) VALUES (1, 3)")
    project.models = checked("amount")
    outcome = project.run("migrate", rename="item.number=amount")
    assert outcome.exit_code == 0, outcome.error
    up(project)
    with pytest.raises(sa.exc.DBAPIError):
        project.execute("INSERT INTO item (id, amount) VALUES (2, 0)")
    down(project, checked("number"))
    assert project.execute("SELECT id, number FROM item") == [(1, 3)]


def test_a_type_goes_after_the_table_that_had_it_has_its_new_name(
    tmp_path, monkeypatch, postgresql_url
):
    """PostgreSQL drops no type that a column has."""

    def typed(name, type_):
        return lambda db: db.Table(
            name,
            db.metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("mood", type_),
        )

    project = Project(tmp_path, postgresql_url)
    monkeypatch.chdir(tmp_path)
    before = typed("user", sa.Enum("sad", "happy", name="mood"))
    project.models = before
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO \"user\" (id, mood) VALUES (1, 'sad')")
    project.models = typed("account", sa.String(20))
    assert project.run("migrate", rename_table="user=account").exit_code == 0
    up(project)
    assert project.execute("SELECT mood FROM account") == [("sad",)]
    assert project.execute("SELECT typname FROM pg_type WHERE typname = 'mood'") == []
    down(project, before)
    assert project.execute('SELECT mood FROM "user"') == [("sad",)]


def referring(parent, column, *targets, **options):
    """Two tables, the second with a column that may refer to the first."""

    def models(db):
        db.Table(parent, db.metadata, sa.Column("id", sa.Integer, primary_key=True))
        keys = [sa.ForeignKey(each) for each in targets]
        db.Table(
            "child",
            db.metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(column, sa.Integer, *keys, **options),
        )

    return models


def test_a_dropped_table_that_referred_to_a_renamed_one_comes_back(
    tmp_path, monkeypatch, database_url
):
    """Its foreign key leads to the table and the column under the names of that moment."""

    def models(table, column, has_other):
        def declared(db):
            db.Table(table, db.metadata, sa.Column(column, sa.Integer, primary_key=True))
            if has_other:
                target = sa.ForeignKey(f"{table}.{column}", name="fk_of", ondelete="CASCADE")
                db.Table("other", db.metadata, sa.Column("of", sa.Integer, target))

        return declared

    project = Project(tmp_path, database_url)
    monkeypatch.chdir(tmp_path)
    before = models("parent", "number", True)
    project.models = before
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO parent (number) VALUES (7)")
    project.models = models("elder", "code", False)
    options = {"rename_table": "parent=elder", "rename": "parent.number=code"}
    outcome = project.run("migrate", allow_drop_all=True, **options)
    assert outcome.exit_code == 0, outcome.error
    up(project)
    assert project.execute("SELECT code FROM elder") == [(7,)]
    down(project, before)
    assert project.execute("SELECT number FROM parent") == [(7,)]


GENERATED = {
    "the same": (sa.Integer, "b * 2", 8),
    "another": (sa.Integer, "b * 3", 12),
    "another type": (sa.BigInteger, "b * 2", 8),
}


@pytest.mark.parametrize(("type_", "expression", "value"), GENERATED.values(), ids=GENERATED)
def test_a_generated_column_follows_what_it_is_computed_from(
    tmp_path, monkeypatch, database_url, type_, expression, value
):
    """Databases compute it from the new name; its index stays, and the downgrade runs."""

    def computed(name, type_, expression):
        def models(db):
            db.Table(
                "item",
                db.metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column(name, sa.Integer),
                sa.Column("g", type_, sa.Computed(expression, persisted=True)),
                sa.Index("ix_g", "g"),
            )

        return models

    before = computed("a", sa.Integer, "a * 2")
    project = Project(tmp_path, database_url)
    monkeypatch.chdir(tmp_path)
    project.models = before
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO item (id, a) VALUES (1, 4)")
    project.models = computed("b", type_, expression)
    outcome = project.run("migrate", rename="item.a=b")
    assert outcome.exit_code == 0, outcome.error
    is_plain = (type_, expression) == (sa.Integer, "b * 2")
    assert ("Computed" in outcome.value._script_path.read_text()) != is_plain
    up(project)
    assert project.execute("SELECT b, g FROM item") == [(4, value)]
    down(project, before)
    assert project.execute("SELECT a, g FROM item") == [(4, 8)]


def test_another_case_is_another_name(tmp_path, monkeypatch, database_url):
    """SQLite, to which it is the same one, goes over a third name."""

    def models(name):
        def declared(db):
            db.Table(name, db.metadata, sa.Column("id", sa.Integer, primary_key=True))
            key = sa.Column("t", sa.Integer, sa.ForeignKey(f"{name}.id"))
            db.Table("other", db.metadata, sa.Column("id", sa.Integer, primary_key=True), key)

        return declared

    project = Project(tmp_path, database_url)
    monkeypatch.chdir(tmp_path)
    project.models = models("item")
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO item VALUES (1)")
    project.models = models("Item")
    assert project.run("migrate", rename_table="item=Item").exit_code == 0
    up(project)
    assert "Item" in project.tables()
    down(project, models("item"))
    assert project.execute("SELECT id FROM item") == [(1,)]


def test_a_generated_column_under_a_new_name_is_computed_as_the_model_says(
    tmp_path, monkeypatch, database_url
):
    """It has no values of its own to keep."""

    def computed(name, expression):
        def models(db):
            db.Table(
                "item",
                db.metadata,
                sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
                sa.Column(name, sa.Integer, sa.Computed(expression, persisted=True)),
            )

        return models

    project = Project(tmp_path, database_url)
    monkeypatch.chdir(tmp_path)
    project.models = computed("one", "id + 1")
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO item (id) VALUES (1)")
    project.models = computed("two", "id + 2")
    outcome = project.run("migrate", rename="item.one=two")
    assert outcome.exit_code == 0, outcome.error
    up(project)
    assert project.execute("SELECT two FROM item") == [(3,)]
    down(project, computed("one", "id + 1"))
    assert project.execute("SELECT one FROM item") == [(2,)]


@pytest.fixture
def on_mariadb(tmp_path, monkeypatch, mariadb_url):
    """An empty project on MariaDB."""
    project = Project(tmp_path, mariadb_url)
    monkeypatch.chdir(tmp_path)
    project.run("init")
    return project


def there_and_back(project, first, second, **options):
    """Go from one to another; return the indexes of ``child`` there."""
    project.models = first
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO parent (id) VALUES (1), (2)")
    project.execute("INSERT INTO child (id, `of`) VALUES (1, 1), (2, 2)")
    project.models = second
    outcome = project.run("migrate", **options)
    assert outcome.exit_code == 0, outcome.error
    up(project)
    rows = project.execute("SHOW INDEX FROM child WHERE Key_name <> 'PRIMARY'")
    down(project, first)
    assert project.execute("SELECT id, `of` FROM child ORDER BY id") == [(1, 1), (2, 2)]
    return [row[2] for row in rows]


def test_the_index_of_a_foreign_key_goes_with_it_before_a_rename(on_mariadb):
    """The server made it with the key, and keeps it; no model has it."""
    first, second = referring("parent", "of", "parent.id"), referring("elder", "one")
    options = {"rename_table": "parent=elder", "rename": "child.of=one"}
    assert there_and_back(on_mariadb, first, second, **options) == []


def test_a_foreign_key_has_an_index_when_a_better_one_goes_before_its_name_does(on_mariadb):
    """The server dropped its own for the unique one, and makes no other."""
    first = referring("parent", "of", "parent.id")
    second = referring("elder", "one", "elder.id", unique=True)
    options = {"rename_table": "parent=elder", "rename": "child.of=one"}
    assert len(there_and_back(on_mariadb, first, second, **options)) == 1


def test_an_index_that_goes_is_not_renamed(on_mariadb):
    """It is called as the column, which is unique no longer."""
    first = referring("parent", "of", unique=True)
    second = referring("parent", "one")
    assert there_and_back(on_mariadb, first, second, rename="child.of=one") == []


def test_an_index_that_gets_a_name_is_renamed_once(on_mariadb):
    """It is called as the column that has another name now."""

    def named(db):
        referring("parent", "one")(db)
        sa.Index("ix_one", db.metadata.tables["child"].c.one, unique=True)

    first = referring("parent", "of", unique=True)
    assert there_and_back(on_mariadb, first, named, rename="child.of=one") == ["ix_one"]


def test_per_cent_signs_and_colons_in_names_are_only_that(tmp_path, monkeypatch, database_url):
    """What drivers and SQLAlchemy read into a statement is not read into a name."""

    def marked(number):
        def models(db):
            db.metadata.naming_convention = NAMING

            class Order(db.Model):
                __tablename__ = "order"
                id = db.Column(db.Integer, primary_key=True)
                rate = db.Column(f"50% :rate{number}", db.Integer, unique=True)
                owner = db.Column(f"it's {number}", db.Integer, index=True)

        return models

    project = Project(tmp_path, database_url)
    monkeypatch.chdir(tmp_path)
    project.models = marked(1)
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    order = quoted(project, "order")
    project.execute(f"INSERT INTO {order} VALUES (1, 2, 3)")
    project.models = marked(2)
    renames = ("order.50% :rate1=50% :rate2", "order.it's 1=it's 2")
    outcome = project.run("migrate", rename=renames)
    assert outcome.exit_code == 0, outcome.error
    up(project)
    assert project.execute(f"SELECT * FROM {order}") == [(1, 2, 3)]
    down(project, marked(1))


def swapped(old, new):
    def models(db):
        class Person(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            one = db.Column(old, db.String(20))
            other = db.Column(new, db.String(20))

    return models


def test_a_swap_written_over_a_third_name_keeps_the_values(tmp_path, monkeypatch, database_url):
    """What the documentation says to write, up and down."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.models = swapped("first", "last")
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO person VALUES (1, 'Ann', 'Lee')")
    project.run("revision", message="swap")
    body = """
    for old, new in (("first", "other"), ("last", "first"), ("other", "last")):
        op.alter_column("person", old, new_column_name=new, existing_type=sa.String(20))
    """
    project.edit_revision(body, body)
    up(project)
    assert project.execute("SELECT first, last FROM person") == [("Lee", "Ann")]
    down(project, swapped("first", "last"))
    assert project.execute("SELECT first, last FROM person") == [("Ann", "Lee")]
