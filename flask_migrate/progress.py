"""Showing how far a run is: a bar at the bottom of a terminal, lines elsewhere."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

import click

from . import console

#: Seconds between two looks at the clock.
_TICK = 0.5

# Goes to the start of the line and empties it (ECMA-48, EL).
_CLEAR = "\r\x1b[K"


class Progress:
    """Progress that nobody looks at."""

    def began(self, step: Any) -> None:
        """*step* is about to run."""

    def done(self, step: Any) -> None:
        """*step* is in the database."""


class Lines(Progress):
    """A line for each step that is done."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._number = 0

    def done(self, step: Any) -> None:
        self._number += 1
        console.note(f"[{self._number}/{self._length}] {_title(step)}  {step.seconds:.2f} s")


class Bar(Progress):
    """A line at the bottom that says what runs, for how long, and what is left."""

    def __init__(self, length: int, terminal: Any) -> None:
        self._terminal = terminal
        self._lock = threading.RLock()
        self._began = 0.0
        # Whether somebody has written to the line, and not ended it.
        self._is_shared = False
        self._bar: Any = click.progressbar(
            length=length,
            show_pos=True,
            item_show_func=self._told,
            file=terminal,
            bar_template="[%(bar)s] %(info)s",
            width=20,
        )

    def began(self, step: Any) -> None:
        with self._lock:
            self._bar.current_item, self._began = step, time.monotonic()
            self.draw()

    def done(self, step: Any) -> None:
        with self._lock:
            self._bar.make_step(1)
            self.draw()

    def draw(self) -> None:
        """Write the line anew."""
        with self._lock:
            if self._is_shared:
                return
            width = shutil.get_terminal_size().columns
            self._terminal.write(_CLEAR + self._bar.format_progress_line()[: width - 1])
            self._terminal.flush()

    def clear(self) -> None:
        """Take the line away."""
        if not self._is_shared:
            self._terminal.write(_CLEAR)
            self._terminal.flush()

    def above(self, stream: Any, text: str) -> int:
        """Write *text* to *stream* where the line was, and the line below it."""
        with self._lock:
            self.clear()
            written: int = stream.write(text)
            stream.flush()
            if text:
                self._is_shared = not text.endswith("\n")
            self.draw()
        return written

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the line at the bottom, and its clock running, inside this block."""
        over = threading.Event()
        clock = threading.Thread(target=self._tick, args=(over,), daemon=True)
        clock.start()
        above: Any = _Above(self, self._terminal)
        stdout = _Above(self, sys.stdout) if sys.stdout.isatty() else sys.stdout
        handlers = [each for each in _handlers() if each.stream is self._terminal]
        for handler in handlers:
            handler.setStream(above)
        try:
            with redirect_stderr(above), redirect_stdout(stdout):
                yield
        finally:
            for handler in handlers:
                handler.setStream(self._terminal)
            over.set()
            clock.join()
            self.clear()

    def _told(self, step: Any) -> str | None:
        return step and f"{_title(step)}  {time.monotonic() - self._began:.0f} s"

    def _tick(self, over: threading.Event) -> None:
        while not over.wait(_TICK):
            self.draw()


class _Above:
    """A stream of a terminal that has a bar at its bottom."""

    def __init__(self, bar: Bar, stream: Any) -> None:
        self._bar, self._stream = bar, stream

    def write(self, text: str) -> int:
        return self._bar.above(self._stream, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def shown(length: int) -> Iterator[Progress]:
    """Show the progress of *length* steps inside this block."""
    if not console.shows_notes() or not length:
        yield Progress()
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Lines(length)
    else:
        bar = Bar(length, sys.stderr)
        with bar.kept():
            yield bar


def _handlers() -> list[Any]:
    """Who may write to the terminal for a logger."""
    names = (None, "alembic", "flask_migrate")
    found = [handler for name in names for handler in logging.getLogger(name).handlers]
    return [each for each in found if isinstance(each, logging.StreamHandler)]


def _title(step: Any) -> str:
    return f"{step.revision or 'base'} {step.message}".rstrip()
