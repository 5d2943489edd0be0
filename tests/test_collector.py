"""The collector rests while databases are compared, and when the process ends."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing

import pytest


def test_files_are_written_and_finalizers_run_at_the_end(tmp_path):
    """Objects in circles, which only the collector finds."""
    for body, expected in (
        ("self.file = open('out.txt', 'w'); self.file.write('written')", "written"),
        ("self.end = End()", "ended"),
    ):
        script = f"""
            from flask_migrate import collector

            class End:
                def __del__(self, write=open):
                    with write('out.txt', 'w') as file:
                        file.write('ended')

            class Circle:
                def __init__(self):
                    self.circle = self
                    {body}

            Circle()
            collector.leave_quickly()
        """
        command = [sys.executable, "-c", textwrap.dedent(script)]
        subprocess.run(command, check=True, cwd=tmp_path)
        assert (tmp_path / "out.txt").read_text() == expected


def test_objects_are_left_to_the_operating_system_at_the_end():
    """Nothing in circles is looked for when nothing of it has an end of its own."""
    script = """
        import atexit, gc
        from flask_migrate import collector

        atexit.register(lambda: print(gc.get_freeze_count() > 1000))
        collector.leave_quickly()
        collector.leave_quickly()
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "True\n"


def test_garbage_of_a_pause_is_found_later():
    """What was made while the collector rested is not kept for ever."""
    script = """
        import gc, weakref
        from flask_migrate import collector

        class Circle:
            def __init__(self):
                self.circle = self

        before = gc.get_freeze_count()
        with collector.paused():
            kept = weakref.ref(Circle())
        assert gc.isenabled() and gc.get_freeze_count() == before
        gc.collect()
        assert kept() is None
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)


def test_a_program_that_calls_many_commands_does_not_grow():
    """Python looks through all objects after so many new ones, which must be counted for that."""
    script = """
        import gc
        from flask_migrate import collector

        class Circle:
            def __init__(self):
                self.circle = self

        for _ in range(300):
            with collector.paused():
                for _ in range(1000):
                    Circle()
            collector.set_aside()()
        alive = sum(isinstance(each, Circle) for each in gc.get_objects())
        assert alive < 50_000, alive
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)


def test_what_the_program_has_frozen_stays_so():
    """Servers freeze what they share with their workers."""
    script = """
        import gc
        from flask_migrate import collector

        gc.freeze()
        before = gc.get_freeze_count()
        with collector.paused():
            pass
        assert gc.get_freeze_count() == before
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)


APP = """
import atexit, gc
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_migrate import Migrate

app = Flask("app")
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///{folder}/app.db"
db = SQLAlchemy(app)
Migrate(app, db)
atexit.register(lambda: print("left:", gc.get_freeze_count() > 1000))
"""


@pytest.fixture
def flask_db(tmp_path):
    """Run ``flask db`` in a process of its own, and give what it wrote."""
    (tmp_path / "app.py").write_text(APP.format(folder=tmp_path))

    def run(*words):
        command = [sys.executable, "-m", "flask", "db", *words]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)

    run("init")
    run("revision")
    return run


@pytest.mark.parametrize("words", [["heads"], ["history"], ["upgrade"], ["current"], ["check"]])
def test_a_command_line_leaves_its_objects_behind(flask_db, words):
    """The last search for garbage would take a quarter of the command."""
    flask_db("upgrade")
    assert flask_db(*words).stdout.endswith("left: True\n")


def test_a_database_with_a_log_has_none_when_the_process_is_over(flask_db, tmp_path):
    """SQLite puts the log into the database when the last connection is closed."""
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        connection.execute("PRAGMA journal_mode=wal")
    for words in (["upgrade"], ["current"], ["status"]):
        assert flask_db(*words).stdout.endswith("left: True\n")
        assert sorted(each.name for each in tmp_path.glob("app.db-*")) == []


def test_what_is_set_aside_comes_back():
    """What is there is not looked through meanwhile; what is made meanwhile is."""
    script = """
        import gc, weakref
        from flask_migrate import collector

        class Circle:
            def __init__(self):
                self.circle = self

        kept = weakref.ref(Circle())
        bring_back = collector.set_aside()
        assert gc.get_freeze_count() > 1000
        new = weakref.ref(Circle())
        gc.collect()
        assert kept() is not None and new() is None
        bring_back()
        gc.collect()
        assert kept() is None and gc.get_freeze_count() == 0
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)


def test_what_the_program_has_frozen_is_not_brought_back():
    """It has been set aside by somebody else."""
    script = """
        import gc
        from flask_migrate import collector

        gc.freeze()
        before = gc.get_freeze_count()
        collector.set_aside()()
        assert gc.get_freeze_count() == before
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
