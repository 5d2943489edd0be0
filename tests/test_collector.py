"""The collector rests while databases are compared, and when the process ends."""

from __future__ import annotations

import subprocess
import sys
import textwrap


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
