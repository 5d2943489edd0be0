"""What a run costs grows with its revisions, and each costs no more than it must."""

from __future__ import annotations

import contextlib
import io
import os
import tracemalloc

import pytest
import sqlalchemy as sa

import flask_migrate


@contextlib.contextmanager
def statements():
    """The statements and commits of this process inside the block."""
    seen: list[str] = []

    def executed(connection, cursor, statement, parameters, context, many):
        seen.append(statement)

    def committed(connection):
        seen.append("COMMIT")

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", executed)
    sa.event.listen(sa.engine.Engine, "commit", committed)
    try:
        yield seen
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", executed)
        sa.event.remove(sa.engine.Engine, "commit", committed)


def test_a_revision_costs_its_own_statements_and_one(started):
    """Besides what it does itself, a revision moves the recorded one: one statement."""
    started.write_revisions(12)
    counts = {}
    for target in ("rev1", "rev3", "rev12"):
        with statements() as seen:
            started.run("upgrade", revision=target)
        counts[target] = len(seen)
    assert counts["rev12"] - counts["rev3"] == 9 - 2


def test_a_revision_undone_costs_its_own_statements_and_one(started):
    """The same on the way down."""
    started.write_revisions(12)
    started.run("upgrade")
    counts = {}
    for target in ("rev10", "rev1"):
        with statements() as seen:
            started.run("downgrade", revision=target)
        counts[target] = len(seen)
    assert counts["rev1"] - counts["rev10"] == 9 - 2


def test_a_run_on_sqlite_commits_once(started):
    """All revisions of a run are one transaction."""
    started.write_revisions(10)
    with statements() as seen:
        started.run("upgrade")
    written = [each for each in seen if each == "COMMIT" or "alembic_version" in each]
    first = next(place for place, each in enumerate(written) if each.startswith(("INS", "UPD")))
    assert written[first:].count("COMMIT") == 1


def test_a_run_reads_the_history_once(started, monkeypatch):
    """No step scans the revision files again."""
    from flask_migrate import revision_loading

    read = []
    code = revision_loading._Bytecode.code
    monkeypatch.setattr(
        revision_loading._Bytecode,
        "code",
        lambda self, name: read.append(name) or code(self, name),
    )
    started.write_revisions(6)
    read.clear()
    started.run("upgrade")
    assert len(read) == 6


class Stream(io.StringIO):
    """A stream that knows how much of a run it had received at each step."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []


def test_offline_sql_streams(started, monkeypatch):
    """The SQL of a revision is written before the next one runs: it is kept nowhere."""
    started.write_revisions(5)
    for path in started.revision_files():
        text = path.read_text().replace(
            "def upgrade():\n", "def upgrade():\n    import flask_migrate; flask_migrate.noted()\n"
        )
        path.write_text(text)
    stream = Stream()
    monkeypatch.setattr(
        flask_migrate, "noted", lambda: stream.sizes.append(stream.tell()), raising=False
    )
    app = started.app()
    with app.app_context(), contextlib.redirect_stdout(stream):
        flask_migrate.upgrade(sql=True)
    assert len(stream.sizes) == 5
    assert all(one < next_one for one, next_one in zip(stream.sizes, stream.sizes[1:]))  # noqa: B905


def peak(project, target):
    """The bytes that offline SQL up to *target* takes at most."""
    app = project.app()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), app.app_context():
        tracemalloc.start()
        try:
            flask_migrate.upgrade(sql=True, revision=target)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("is_several", [False, True])
def test_the_memory_of_offline_sql_does_not_grow_with_it(project, is_several):
    """Thirty million more characters take no million bytes, on standard output and in files."""
    if is_several:
        project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.run("init", multidb=is_several)
    project.write_revisions(32)
    for path in project.revision_files():
        text = path.read_text()
        path.write_text(text.replace("():\n", "():\n    op.execute('-' * 1000000)\n"))
    peak(project, "rev1")
    few, many = peak(project, "rev2"), peak(project, "rev32")
    assert many - few < 1_000_000
    if is_several:
        assert (project.folder / "other.sql").stat().st_size > 30_000_000
