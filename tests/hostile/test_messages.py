"""A message stays text, whatever is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..compatibility.releases import MULTI, SINGLE, templates
from ..project import Project
from .refusal import contents

#: Appended to by any message whose text runs.
CANARY = "import pathlib; pathlib.Path('canary').touch()"

MESSAGES = {
    "single quotes": "it's 'quoted'",
    "double quotes": 'say "hello" to them',
    "ends with a quote": 'the "end"',
    "begins with a quote": '"begin" here',
    "triple quotes": 'a """ b',
    "triple single quotes": "a ''' b",
    "four quotes": 'a """" b',
    "closes the docstring": f'"""\n{CANARY}\n"""',
    "closes it on one line": f'"""; {CANARY}; """',
    "closes it with single quotes": f"'''\n{CANARY}\n'''",
    "backslash before a quote": '\\"""\n' + CANARY + '\n"""',
    "ends with a backslash": "path\\",
    "two backslashes": "\\\\server\\share",
    "named character": "\\N{no such name}",
    "code point": "\\U99999999",
    "short code point": "\\u12",
    "hexadecimal": "\\xzz",
    "octal": "\\777",
    "line continuation": "a\\\nb",
    "NUL": "a\0b",
    "newline": "a\nb",
    "carriage return": "a\rb\r\nc",
    "form feed and friends": "a\x0b\x0c\x1c\x85\u2028b",
    "per cent": "100% of %s and %(here)s and %%",
    "mako expression": "${1/0} ${" + CANARY.replace("; ", ",") + "}",
    "mako block": f"<% {CANARY} %>",
    "mako module block": f"<%! {CANARY} %>",
    "mako comment": "## gone",
    "mako line": "% if False:",
    "format": "{0} {name} {",
    "right to left": "שלום \u202eevil\u202c",
    "emoji": "🚀 launch 👩‍🚀",
    "lone surrogate": "a\udce9b\ud800",
    "non-characters": "a\ufffe\uffff\ufeffb",
    "10 000 characters": "long" + " long" * 2000,
    "one long word": "w" * 10_000,
    "punctuation": "!?;:,.-/*",
    "path": "../../etc/passwd",
    "option": "--sql",
    "comment": "# coding: rot13",
    "shell": "$(touch canary) `touch canary`; touch canary",
    "terminal": "\x1b[31mred\x1b]0;title\a",
}


@pytest.fixture(scope="session")
def template_folders(tmp_path_factory):
    """One folder for each vintage of ``script.py.mako``: those that differ."""
    found: dict[bytes, Path] = {}
    for releases, name in ((SINGLE, "flask"), (MULTI, "flask-multidb")):
        for release in releases:
            folder = templates(release) / name
            found.setdefault((folder / "script.py.mako").read_bytes(), folder)
    return list(found.values())


TODAYS = ("flask", "flask-multidb")
CHOSEN = (("2.0.4", "flask"), ("4.1.0", "flask"), ("4.1.0", "flask-multidb"))


@pytest.fixture(params=[*TODAYS, *(f"{kind} of {release}" for release, kind in CHOSEN)])
def made(request, project: Project) -> Project:
    """A project of today's and of earlier templates, with a bind where there are several."""
    kind, _, release = request.param.partition(" of ")
    if "multidb" in kind:
        project.binds = {"orders": f"sqlite:///{project.folder / 'orders.db'}"}
    template = str(templates(release) / kind) if release else kind
    assert project.run("init", "flask db", template=template).exit_code == 0
    return project


def _written_with(project: Project, command: str, message: str):
    """The revision that a command wrote; nothing else is new, and the project works."""
    before = contents(project.folder)
    outcome = project.run(command, message=message)
    assert outcome.exit_code == 0, outcome.error
    (new,) = contents(project.folder).keys() - before.keys() - {"app.db", "orders.db"}
    assert Path(new).parent == Path("migrations", "versions")
    assert not Path("canary").exists()
    compile(Path(new).read_text(encoding="utf-8"), new, "exec")
    return outcome.value


def _usable(project: Project) -> None:
    for command in ("history", "show", "upgrade", "current", "check"):
        outcome = project.run(command, "flask db")
        assert outcome.exit_code == 0, (command, outcome.stderr)
        assert "Traceback" not in outcome.stderr
    assert not Path("canary").exists()


def first_paragraph(message: str) -> str:
    """What Alembic takes for the message of a docstring."""
    return message.strip().split("\n\n")[0]


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_message_stays_text(made, message):
    """Nothing in a message runs, and the revision gives the message back."""
    assert _written_with(made, "migrate", message).doc == first_paragraph(message)
    _usable(made)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_message_stays_text_in_an_empty_revision(project, message):
    """``revision`` treats it as ``migrate`` does."""
    project.run("init")
    assert _written_with(project, "revision", message).doc == first_paragraph(message)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_message_stays_text_in_a_merge(damaged, message):
    """``merge`` treats it as ``migrate`` does."""
    damaged.run("revision", head="aaaa", splice=True, rev_id="cccc")
    assert _written_with(damaged, "merge", message).doc == first_paragraph(message)


@pytest.mark.parametrize(
    "message", ["closes the docstring", "NUL", "named character", "ends with a quote"]
)
def test_no_vintage_of_the_template_runs_a_message(
    template_folders, tmp_path_factory, monkeypatch, message
):
    """Each ``script.py.mako`` that was ever released keeps a message text."""
    for folder in template_folders:
        project = Project(tmp_path_factory.mktemp("vintage"))
        monkeypatch.chdir(project.folder)
        project.run("init", template=str(folder))
        script = _written_with(project, "revision", MESSAGES[message])
        assert script.doc == first_paragraph(MESSAGES[message]), folder


@pytest.mark.parametrize("message", ["", " ", "\t", "\n", "\n\n"])
def test_a_blank_message_makes_an_ordinary_file(made, message):
    """A message without a word is as good as none."""
    _written_with(made, "migrate", message)
    _usable(made)


def test_a_message_reaches_the_command_line_whole(damaged):
    """What a terminal passes on arrives as it was."""
    message = MESSAGES["closes the docstring"]
    assert damaged.run("revision", "flask db", message=message, rev_id="cccc").exit_code == 0
    assert damaged.run("show").value[0].doc == message


def test_a_message_may_look_like_a_relative_revision(damaged):
    """A value of an option is not taken for an argument."""
    assert damaged.run("revision", "flask db", message="-1").exit_code == 0
    assert damaged.run("show").value[0].doc == "-1"
