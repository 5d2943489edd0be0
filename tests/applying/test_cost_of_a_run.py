"""What a run costs grows with its revisions, and each costs no more than it must."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import threading
import tracemalloc
from importlib.machinery import SourceFileLoader
from itertools import pairwise

import pytest
import sqlalchemy as sa
from alembic.script.revision import RevisionMap
from sqlalchemy.engine.reflection import Inspector

import flask_migrate
from flask_migrate import collector
from flask_migrate.locking import lock
from flask_migrate.resuming import Journal
from flask_migrate.revision_graph import RevisionGraph

from . import history


@contextlib.contextmanager
def statements():
    """The statements of this thread inside the block, with commits and inspections."""
    seen: list[str] = []
    thread = threading.get_ident()

    def executed(connection, cursor, statement, parameters, context, many):
        if threading.get_ident() == thread:  # another one looks who is in the way
            seen.append(statement)

    def committed(connection):
        seen.append("COMMIT")

    def inspected(cls, *given):
        seen.append("INSPECT")
        return construct.__func__(cls, *given)

    def journaled(self, statement, *given):
        seen.append(f"JOURNAL {statement.split()[0]}")
        return execute(self, statement, *given)

    construct, execute = Inspector._construct, Journal._execute
    sa.event.listen(sa.engine.Engine, "before_cursor_execute", executed)
    sa.event.listen(sa.engine.Engine, "commit", committed)
    Inspector._construct, Journal._execute = classmethod(inspected), journaled
    try:
        yield seen
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", executed)
        sa.event.remove(sa.engine.Engine, "commit", committed)
        Inspector._construct, Journal._execute = construct, execute


#: What a revision may do, and the words with which its statements begin.
OPERATIONS = {
    history.TABLE.format("t{0}"): "CREATE TABLE",
    'op.add_column("t", sa.Column("c{0}", sa.Integer))': "ALTER TABLE",
    'op.create_index("ix_{0}", "t", ["n"])': "CREATE INDEX",
    'op.execute("INSERT INTO t (id, n) VALUES ({0}, 1)")': "INSERT INTO",
}

MOVE = "UPDATE alembic_version"


@pytest.fixture
def unhurried(monkeypatch):
    """The lock is looked at once a second; a slow machine takes no more statements here."""
    monkeypatch.setattr(lock, "_CHECK", 1e6)


def costs(project, operation, count=6):
    """What each revision but the first two sends; in each it is *operation*."""
    bodies = [[operation.format(number)] for number in range(1, count)]
    history.write(project, [[history.TABLE.format("t")], *bodies])
    with statements() as seen:
        assert project.run("upgrade").exit_code == 0
    words = [" ".join(each.split()[:2]) for each in seen]
    moves = [place for place, each in enumerate(words) if each == MOVE]
    assert len(moves) == count - 1
    return [words[one + 1 : next_one + 1] for one, next_one in pairwise(moves)]


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
def test_a_revision_sends_what_it_does_and_one_statement(request, started, operation, server):
    """That moves the recorded revision; nothing is asked, and nothing is committed."""
    if server != "sqlite":
        started.url = request.getfixturevalue(f"{server}_url")
    found = costs(started, operation)
    assert found == [[OPERATIONS[operation], MOVE]] * 4


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_revision_on_mariadb_is_written_down_besides(started, mariadb_url, operation):
    """What commits by itself is in the journal before and after it; each revision is committed."""
    started.url = mariadb_url
    found = costs(started, operation)
    own = OPERATIONS[operation]
    written = ["JOURNAL REPLACE"] * (1 if own == "INSERT INTO" else 2)
    expected = ["COMMIT", "JOURNAL SELECT", own, *written, "JOURNAL DELETE", MOVE]
    assert found == [expected] * 4


def test_a_copy_of_a_table_costs_the_same_each_time(started):
    """It is looked at once, and nothing is looked at for the revisions before."""
    change = 'batch.alter_column("n", existing_type=sa.Integer, nullable=bool({0} % 2))'
    found = costs(started, f'with op.batch_alter_table("t") as batch: {change}')
    assert found == [found[0]] * 4
    assert found[0].count("INSPECT") == 2
    assert len(found[0]) < 30


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


def test_a_revision_undone_does_not_look_at_those_below(started, monkeypatch):
    """Alembic walks down to the base for each, to see whether another way leads there."""
    walks = []
    walk = RevisionMap._get_ancestor_nodes
    monkeypatch.setattr(
        RevisionGraph,
        "_get_ancestor_nodes",
        lambda *given, **options: walks.append(1) or walk(*given, **options),
    )
    started.write_revisions(8)
    started.run("upgrade")
    counts = []
    for target in ("rev7", "rev1"):
        walks.clear()
        started.run("downgrade", revision=target)
        counts.append(len(walks))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
def test_a_run_commits_once(request, started, server):
    """All revisions of a run are one transaction, and one write to the disk."""
    if server != "sqlite":
        started.url = request.getfixturevalue(f"{server}_url")
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


def test_a_run_executes_each_file_once(started, monkeypatch):
    """And none of a revision that it does not come to."""
    executed = []
    execute = SourceFileLoader.exec_module
    monkeypatch.setattr(
        SourceFileLoader,
        "exec_module",
        lambda self, module: executed.append(module.__file__) or execute(self, module),
    )
    started.write_revisions(5)
    files = [str(path) for path in started.revision_files()]
    executed.clear()
    started.run("upgrade", revision="rev4")
    assert [path for path in executed if path in files] == files[:4]


@pytest.mark.parametrize("end", ["pass", "raise ValueError"])
def test_the_program_is_not_searched_for_garbage_during_a_run(started, monkeypatch, end):
    """It is again when the run is over, whether that failed or not."""
    # The process of the tests has had many runs.
    monkeypatch.setattr(collector, "_few_times", iter(range(9)))
    assert gc.get_freeze_count() == 0
    started.write_revisions(1)
    started.edit_revision(f"import gc\nassert gc.get_freeze_count() > 1000\n{end}")
    outcome = started.run("upgrade")
    assert outcome.error is None or isinstance(outcome.error.__cause__, ValueError)
    assert gc.get_freeze_count() == 0


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
