"""The documents in the reference have the keys of those that commands write."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "json.rst"


def documented(command: str) -> Any:
    """The document of a command in the reference."""
    blocks = re.findall(r"code-block:: json\n\n((?:   .*\n|\n)+)", PAGE.read_text("utf-8"))
    documents = [each for each in map(json.loads, blocks) if "format" not in each]
    (found,) = (each for each in documents if each["command"] == command)
    return found


def documented_file() -> Any:
    """What ``plan --save`` writes, in the reference."""
    blocks = re.findall(r"code-block:: json\n\n((?:   .*\n|\n)+)", PAGE.read_text("utf-8"))
    (found,) = (each for each in map(json.loads, blocks) if "format" in each)
    return found


def shape(value: Any) -> Any:
    """Keys, in order, and types; a list is what its first member is."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return type(value)


@pytest.mark.parametrize("command", ["plan", "status"])
def test_a_document_is_as_documented(started, command):
    """Version, keys and types are those of the page."""
    started.run("revision", rev_id="one")
    started.edit_revision("op.create_table('t', sa.Column('id', sa.Integer))", "op.drop_table('t')")
    started.run("upgrade")
    started.run("revision", rev_id="two")
    started.edit_revision("op.drop_table('t')", "op.create_table('t')")
    written = json.loads(started.run(command, "flask db", json=True).stdout)
    assert shape(written) == shape(documented(command))


def test_the_document_of_adopt_is_as_documented(started):
    """Which is about a database without a revision."""
    started.run("revision", rev_id="one")
    started.edit_revision("op.create_table('t', sa.Column('id', sa.Integer))", "op.drop_table('t')")
    started.execute("CREATE TABLE t (id INTEGER)")
    written = json.loads(started.run("adopt", "flask db", json=True, yes=True).stdout)
    assert shape(written) == shape(documented("adopt"))


def test_the_document_of_prepare_is_as_documented(started):
    """Which is about a database that is not there."""
    started.run("revision", rev_id="one")
    (started.folder / "app.db").unlink(missing_ok=True)
    written = json.loads(started.run("prepare", "flask db", json=True).stdout)
    assert shape(written) == shape(documented("prepare"))


def test_a_saved_plan_is_as_documented(started):
    """It is a file that other programs may read."""
    started.run("revision", rev_id="one")
    started.run("upgrade")
    started.run("revision", rev_id="two")
    started.edit_revision("op.create_table('t', sa.Column('id', sa.Integer))", "op.drop_table('t')")
    started.run("plan", save="plan.json")
    written = json.loads((started.folder / "plan.json").read_text())
    assert shape(written) == shape(documented_file())
