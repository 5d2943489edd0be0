"""``--format``: the file as the tools of the project write Python."""

from __future__ import annotations

import sys

import pytest

from flask_migrate import formatting
from flask_migrate.refusals import FormatterError, UnknownFormatterError

TOOLS = list(formatting.TOOLS)


def text_of(project):
    return "".join(path.read_text() for path in project.revision_files())


@pytest.mark.parametrize("tool", TOOLS)
def test_the_file_is_formatted(started, run, tool):
    """Both tools write double quotes, which Alembic does not; the file runs."""
    run("migrate", format=tool)
    assert 'op.create_table(\n        "user",' in text_of(started)
    assert started.run("upgrade").exit_code == 0


@pytest.mark.parametrize("tool", TOOLS)
def test_the_configuration_of_the_project_counts(started, tool):
    """What ``pyproject.toml`` says of the tool holds for the file."""
    (started.folder / "pyproject.toml").write_text(
        '[tool.ruff]\nline-length = 40\nformat.quote-style = "single"\n'
        "[tool.black]\nline-length = 40\nskip-string-normalization = true\n"
    )
    started.run("migrate", format=tool)
    text = text_of(started)
    assert "op.create_table(\n        'user'," in text
    body = text[text.index("def upgrade") : text.index("def downgrade")].splitlines()
    assert max(len(line) for line in body if "#" not in line) <= 40


def test_the_variable_is_a_default(started, monkeypatch):
    """``FLASK_DB_MIGRATE_FORMAT`` on both command lines."""
    monkeypatch.setenv("FLASK_DB_MIGRATE_FORMAT", "ruff")
    started.run("migrate", "flask db", rev_id="abc")
    assert '"user"' in text_of(started)
    started.revision_files()[0].unlink()
    started.run("migrate", "manage.py db", rev_id="abc")
    assert '"user"' in text_of(started)


def test_empty_revisions_and_merges_are_formatted(started):
    """``revision`` and ``merge`` have the option too."""
    started.run("revision", rev_id="left", head="base", message="1", format="ruff")
    started.run("revision", rev_id="right", head="base", message="2", format="black")
    started.run("merge", rev_id="both", format="ruff")
    assert 'revision = "left"' in text_of(started)
    assert 'revision = "right"' in text_of(started)
    assert 'revision = "both"' in text_of(started)


def test_a_file_that_is_updated_is_formatted(started):
    """``--update`` compares what the files do, not how they are written."""
    started.run("migrate", rev_id="abc")
    started.run("migrate", update=True, format="ruff")
    assert "'user'" in text_of(started)
    from ..project import users_with_email

    started.models = users_with_email
    started.run("migrate", update=True, format="ruff")
    assert '"email"' in text_of(started)


def test_a_dry_run_shows_it_formatted(started):
    """What is shown is what would be written."""
    assert '"user"' in started.run("migrate", dry_run=True, format="black").value
    assert started.revision_files() == []


def test_hooks_of_alembic_run_after_it(started):
    """``post_write_hooks`` have the last word."""
    hook = started.folder / "hook.py"
    hook.write_text(
        "import sys\ntext = open(sys.argv[1]).read()\n"
        "open(sys.argv[1], 'a').write('# formatted\\n' * ('\"user\"' in text))\n"
    )
    ini = started.folder / "migrations" / "alembic.ini"
    ini.write_text(
        f"[post_write_hooks]\nhooks = mine\nmine.type = exec\nmine.executable = {sys.executable}\n"
        f"mine.options = {hook} REVISION_SCRIPT_FILENAME\n" + ini.read_text()
    )
    started.run("migrate", format="ruff")
    assert text_of(started).endswith("# formatted\n")


@pytest.mark.parametrize("name", ["revision", "migrate"])
def test_a_tool_that_is_missing_is_said_before_anything_is_written(started, monkeypatch, name):
    """The hint installs it for the Python that runs."""
    monkeypatch.setattr(formatting, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    outcome = started.run(name, format="black")
    assert isinstance(outcome.error, FormatterError)
    assert str(outcome.error) == "black is not installed, so no file was written."
    assert outcome.error.hint.endswith("-m pip install black")
    assert started.revision_files() == []


def test_a_tool_outside_the_environment_is_found(started, monkeypatch, tmp_path):
    """One that was installed by itself is on the path."""
    tool = tmp_path / "bin" / "ruff"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m ruff "$@"\n')
    tool.chmod(0o755)
    monkeypatch.setattr(formatting, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tool.parent))
    started.run("migrate", format="ruff")
    assert '"user"' in text_of(started)


@pytest.mark.parametrize("face", ["flask db", "manage.py db", "python"])
def test_another_tool_is_refused(started, face):
    """It exits with 2, as with any wrong value."""
    outcome = started.run("migrate", face, format="tidy")
    assert outcome.exit_code == 2
    assert started.revision_files() == []
    if face == "python":
        assert isinstance(outcome.error, UnknownFormatterError)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_that_fails_leaves_no_file(started, tool):
    """What it said is in the error."""
    (started.folder / "pyproject.toml").write_text(
        '[tool.ruff]\nline-length = "x"\n[tool.black]\nline-length = "x"\n'
    )
    outcome = started.run("migrate", format=tool)
    assert isinstance(outcome.error, FormatterError)
    assert "It said: " in str(outcome.error)
    assert list((started.folder / "migrations" / "versions").iterdir()) == []
