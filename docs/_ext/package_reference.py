"""Directives that write a page of the reference from the package itself.

``command-reference``
    Each row of :data:`flask_migrate.command_table.COMMANDS`.
``error-reference``
    Each class of :mod:`flask_migrate.errors`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from flask_migrate import commands, errors  # noqa: F401  (fills the table)
from flask_migrate.command_table import COMMANDS, SHARED, Command, Param, shared_variable

#: The command lines, as they are spelled where an application names them "db".
FACES = ("flask db", "python manage.py db")


class CommandReference(SphinxDirective):
    """Every command: what it does, its spellings, its options, its function."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(inspect.getfile(type(self)))
        lines = [line for name in sorted(COMMANDS) for line in _command(COMMANDS[name])]
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


class ErrorReference(SphinxDirective):
    """Every error, the general before the special."""

    def run(self) -> list[nodes.Node]:
        classes = inspect.getmembers(
            errors, lambda each: inspect.isclass(each) and each.__module__ == errors.__name__
        )
        in_order = sorted(classes, key=lambda item: inspect.getsourcelines(item[1])[1])
        text = "\n".join(
            f".. autoexception:: {name}\n   :show-inheritance:\n" for name, _ in in_order
        )
        return self.parse_text_to_nodes(text)


def _command(command: Command) -> Iterator[str]:
    options = [param for param in command.options if param.flags]
    arguments = [param for param in command.params if not param.flags]
    yield from (f".. _command-{command.name}:", "", command.name, "-" * len(command.name), "")
    yield from (command.help, "")
    yield from (".. code-block:: text", "")
    for face in FACES:
        yield f"   {face} {command.name}{_usage(options, arguments)}"
    yield ""
    for param in arguments:
        yield from (f"``{_argument(param)}``", f"   {_escaped(param.help)}.{_default(param)}", "")
    if options:
        yield from (".. list-table::", "   :header-rows: 1", "   :widths: 30 42 28", "")
        yield from ("   * - Option", "     - What it does", "     - Environment variable")
        for param in options:
            yield f"   * - {_flags(param)}"
            yield f"     - {_escaped(param.help)}.{' Repeatable.' if param.many else ''}"
            yield f"     - ``{command.variable(param)}``"
        yield ""
    yield from (".. py:currentmodule:: flask_migrate", "")
    yield from (f".. autofunction:: {command.function.__name__}", "")


def _usage(options: list[Param], arguments: list[Param]) -> str:
    words = [f"[{_argument(param)}{' ...' if param.many else ''}]" for param in arguments]
    return "".join(f" {word}" for word in (["[options]"] if options else []) + words)


def _argument(param: Param) -> str:
    return param.name.upper().removesuffix("S") if param.many else param.name.upper()


def _flags(param: Param) -> str:
    value = "" if param.is_switch else f" {param.name.upper()}"
    return ", ".join(
        f"``{flag}{value if flag == param.flags[-1] else ''}``" for flag in param.flags
    )


def _default(param: Param) -> str:
    return f" The default is ``{param.default}``." if param.default else ""


def _escaped(text: str) -> str:
    """*text* without a mark-up of its own."""
    return "".join(f"\\{c}" if c in "*`|_<>" else c for c in text)


class SharedOptions(SphinxDirective):
    """The options that may stand before the name of a command."""

    def run(self) -> list[nodes.Node]:
        lines = [".. list-table::", "   :header-rows: 1", "   :widths: 30 42 28", ""]
        lines += ["   * - Option", "     - What it does", "     - Environment variable"]
        for param in SHARED:
            lines += [
                f"   * - {_flags(param)}",
                f"     - {_escaped(param.help)}.{' Repeatable.' if param.many else ''}",
                f"     - ``{shared_variable(param)}``",
            ]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("command-reference", CommandReference)
    app.add_directive("error-reference", ErrorReference)
    app.add_directive("shared-options", SharedOptions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
