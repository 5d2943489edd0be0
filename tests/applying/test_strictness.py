"""A server of MariaDB or MySQL that is not strict loses nothing either."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import flask_migrate

from . import history

TABLE = "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20), n INT)"
ROW = "INSERT INTO item VALUES (1, 'far too long', NULL)"


@pytest.fixture
def lax(started, mariadb_url):
    """A project whose sessions are not strict."""
    started.url = mariadb_url.update_query_dict({"init_command": "SET sql_mode=''"})
    for statement in (TABLE, ROW):
        started.execute(statement)
    return started


CHANGES = {
    "a text that is too long": 'op.alter_column("item", "name", existing_type=sa.String(20), '
    "type_=sa.String(5))",
    "NULL": 'op.alter_column("item", "n", existing_type=sa.Integer(), nullable=False)',
    "a number that is too large": 'op.execute("UPDATE item SET n = 99999999999")',
}


@pytest.mark.parametrize("body", CHANGES.values(), ids=CHANGES)
def test_what_does_not_fit_stops_the_revision(lax, body):
    """It is neither cut nor taken for 0."""
    history.write(lax, [[body]])
    assert lax.run("upgrade").exit_code == 1
    assert lax.execute("SELECT * FROM item") == [(1, "far too long", None)]


def test_a_revision_may_say_that_it_is_meant(lax):
    """The mode is that of its session."""
    body = ["op.execute(\"SET SESSION sql_mode = ''\")", *CHANGES.values()]
    history.write(lax, [body])
    assert lax.run("upgrade").exit_code == 0
    assert lax.execute("SELECT name FROM item") == [("far t",)]


def test_the_mode_is_gone_when_the_run_is_over(lax):
    """A connection that lives on in a pool has the one it had."""
    history.write(lax)
    app = lax.app()
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        flask_migrate.upgrade()
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT @@sql_mode")).scalar() == ""
        engine.dispose()
