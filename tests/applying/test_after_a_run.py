"""What a run leaves on engines and in the log."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import StaticPool

import flask_migrate

from . import history


def test_a_run_leaves_no_listener_on_an_asynchronous_engine(started, tmp_path):
    """A web worker may run many."""
    started.url = f"sqlite+aiosqlite:///{tmp_path / 'async.db'}"
    history.write(started, [[history.TABLE.format("counter")]])
    app = started.app()
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        # A static pool stays with its engine during the run.
        engine.pool = StaticPool(engine.pool._creator, dialect=engine.dialect)
        before = len(list(engine.pool.dispatch.checkin))
        for _ in range(2):
            flask_migrate.upgrade()
        assert len(list(engine.pool.dispatch.checkin)) == before
        asyncio.run(AsyncEngine(engine).dispose())


@pytest.mark.parametrize(
    ("options", "kind"),
    [({}, "transactional"), ({"transactional_ddl": False}, "non-transactional")],
)
def test_the_log_says_how_a_run_on_sqlite_is_done(started, options, kind):
    """``non-transactional`` only where it is."""
    started.options = options
    history.write(started)
    said = started.run("upgrade", "flask db").stderr
    assert f"Will assume {kind} DDL." in said


def test_a_connection_that_is_gone_is_told_without_a_traceback(started, mariadb_url):
    """SQLAlchemy's pools log one of their own."""
    started.url = mariadb_url
    cut = "op.get_bind().connection.dbapi_connection._sock.shutdown(2)"
    history.write(started, [[cut, history.TABLE.format("counter")]])
    outcome = started.run("upgrade", "flask db")
    assert outcome.exit_code == 1
    assert "Traceback" not in outcome.stderr
    assert "Error: Revision r0 failed" in outcome.stderr
