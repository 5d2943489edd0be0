"""What a change of a column leaves alone, though the database would let it go."""

from __future__ import annotations

import pytest
import sqlalchemy as sa


def item(*columns):
    return lambda db: db.Table(
        "item",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        *(column._copy() for column in columns),
    )


@pytest.fixture
def made(project, mariadb_url):
    """Make a table on MariaDB by hand and migrate it to a model; return what it is then."""
    project.url = mariadb_url

    def migrated(sql, *columns):
        project.run("init")
        project.execute(sql)
        project.models = item(*columns)
        for command in ("migrate", "upgrade", "check") if columns else ():
            outcome = project.run(command)
            assert outcome.exit_code == 0, outcome.error
        return shown(project)

    return migrated


def shown(project):
    return project.execute("SHOW CREATE TABLE item")[0][1]


def test_a_check_stays_with_its_column(made):
    """``MODIFY`` without it would drop it."""
    sql = "CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, n INT CHECK (n > 0))"
    assert "CHECK (`n` > 0)" in made(sql, sa.Column("n", sa.BigInteger))


def test_a_check_follows_a_new_name(made, project):
    """``CHANGE`` would drop it as well."""
    sql = "id INT PRIMARY KEY AUTO_INCREMENT, n INT CHECK (n > 0 AND n % 2 = 1)"
    made(f"CREATE TABLE item ({sql})")
    project.models = item(sa.Column("m", sa.Integer))
    project.run("migrate", rename=["item.n=m"])
    assert project.run("upgrade").exit_code == 0
    assert "CHECK (`m` > 0 and `m` MOD 2 = 1)" in shown(project)
    assert project.run("downgrade").exit_code == 0
    assert "CHECK (`n` > 0 and `n` MOD 2 = 1)" in shown(project)


def test_the_check_of_json_goes_with_the_type(made):
    """MariaDB has added it by itself."""
    sql = "CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, n JSON)"
    assert "json_valid" not in made(sql, sa.Column("n", sa.Text))


def test_a_comment_that_the_model_does_not_know_stays(made):
    """Where the models say nothing of comments, it would be gone with ``MODIFY``."""
    sql = "CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, n INT COMMENT 'a number')"
    assert "COMMENT 'a number'" in made(sql, sa.Column("n", sa.BigInteger, comment="a number"))


def test_on_update_stays(made):
    """``ON UPDATE CURRENT_TIMESTAMP`` is no default."""
    sql = (
        "CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, at TIMESTAMP NOT NULL "
        "DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)"
    )
    changed = sa.Column(
        "at",
        sa.TIMESTAMP,
        nullable=True,
        server_default=sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
    )
    assert "ON UPDATE current_timestamp()" in made(sql, changed)


def test_a_collation_stays(made):
    """The type alone would have the one of the table."""
    sql = (
        "CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, "
        "n VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin) DEFAULT CHARSET utf8mb4"
    )
    assert "utf8mb4_bin" in made(sql, sa.Column("n", sa.String(20, collation="utf8mb4_bin")))
