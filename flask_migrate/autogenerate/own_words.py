"""Each database has its operations written in its own words.

Alembic writes those of all databases when the last one was compared, and as if all were
of its kind: with its quotes around names, and its ways to rename and to fill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.autogenerate import render

if TYPE_CHECKING:
    from .comparison import Comparison

# Where operations have what they were compared with.
_OWN = "flask_migrate_autogen_context"


def write_apart(comparison: Comparison) -> None:
    """Remember the database that the operations of *comparison* are for."""
    for container in (comparison.upgrade, comparison.downgrade):
        setattr(container, _OWN, comparison.autogen)
    if render._render_cmd_body is not _written:
        render._render_cmd_body = _written


_theirs: Any = render._render_cmd_body


def _written(op_container: Any, autogen_context: Any) -> str:
    own = getattr(op_container, _OWN, autogen_context)
    # They go into the one file.
    own.imports = autogen_context.imports
    return str(_theirs(op_container, own))
