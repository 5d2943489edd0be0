"""A password is nowhere in what is written, shown, logged or raised."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy.engine import URL

import flask_migrate

from ..compatibility.releases import templates
from ..project import Project
from .servers_that_do_not_answer import closed_port, hanging_up

PASSWORDS = {
    "plain": "s3cr3t",
    "per cent": "s3%cr3t",
    "per cent and hexadecimal": "s3%41cr3t",
    "at": "s3c@r3t",
    "two ats": "s3@c@r3t",
    "at the end": "s3cr3t@",
    "colon": "s3c:r3t",
    "slash": "s3c/r3t",
    "hash": "s3c#r3t",
    "question mark": "s3c?r3t",
    "plus": "s3c+r3t",
    "space": "s3c r3t",
    "quotes": "s3c'r\"3t",
    "backslash": "s3c\\r3t",
    "interpolation": "s3c%(here)sr3t",
    "brackets": "s3c[r]3t",
    "non-ASCII": "s3cé🔑r3t",
    "everything": "s3c%@:/#?+ é'\"r3t",
}
DRIVERS = ("postgresql+psycopg2", "postgresql+psycopg", "mysql+pymysql")
# With a colon, a slash and a question mark as they are, no application starts.
CARELESS = {name: password for name, password in PASSWORDS.items() if name != "everything"}
TEMPLATES = ("flask", "2.5.0", "4.1.0")


def forms(password: str) -> set[str]:
    """The spellings of a password, and the longer pieces that a parser makes of it."""
    whole = {password, quote(password, safe=""), quote_plus(password), repr(password)[1:-1]}
    pieces = {piece for piece in password.split("@") if len(piece) > 4}
    doubled = {each.replace("%", "%%") for each in whole}
    return whole | doubled | pieces


def shown(error: BaseException) -> str:
    """All that a program can get out of an exception of ours, without its cause."""
    facts = {**vars(error)}
    return " ".join(map(str, (error, repr(error), error.args, facts)))


@pytest.fixture
def log():
    """Everything that is logged, down to debug level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    names = ("flask_migrate", "alembic", "flask.app")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    for name, level in levels.items():
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(level)


def _init(project: Project, template: str) -> None:
    project.run("init", template=template if template == "flask" else _folder(template))


def _folder(release: str) -> str:
    return str(templates(release) / "flask")


def _files(project: Project) -> str:
    return "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in project.folder.rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".db"}
    )


def _everything(project: Project, log: io.StringIO, commands: tuple[str, ...]) -> str:
    """What the commands write, show, log and raise, on the command line and from Python."""
    said = []
    for command in commands:
        outcome = project.run(command, "flask db")
        assert outcome.exit_code == 1, outcome
        said += [outcome.stdout, outcome.stderr]
        outcome = project.run(command)
        said += [outcome.stdout, outcome.stderr, shown(outcome.error)]
    return "\n".join([*said, log.getvalue(), _files(project)])


def _assert_absent(password: str, text: str) -> None:
    found = {each for each in forms(password) if each in text}
    assert not found, [line for line in text.splitlines() if any(f in line for f in found)]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_a_quoted_password_of_a_server_that_refuses(project, log, driver, template, password):
    """The URL is written as it should be, and nobody listens."""
    _init(project, template)
    project.url = URL.create(driver, "ann", password, "127.0.0.1", closed_port(), "shop")
    _assert_absent(password, _everything(project, log, ("upgrade", "migrate")))


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("password", CARELESS.values(), ids=CARELESS)
def test_a_careless_password(project, log, driver, password):
    """The URL has the password as it is, so that drivers and parsers cut it up."""
    _init(project, "flask")
    project.url = f"{driver}://ann:{password}@127.0.0.1:{closed_port()}/shop"
    _assert_absent(password, _everything(project, log, ("upgrade",)))


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_server_that_hangs_up(project, log, driver):
    """A connection that breaks says nothing of the password either."""
    _init(project, "flask")
    with hanging_up() as port:
        project.url = URL.create(driver, "ann", "s3c@%r3t", "127.0.0.1", port, "shop")
        _assert_absent("s3c@%r3t", _everything(project, log, ("upgrade", "current", "doctor")))


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_a_bind(project, log, password):
    """A password in ``SQLALCHEMY_BINDS`` is as secret."""
    project.run("init", multidb=True)
    url = URL.create("mysql+pymysql", "ann", password, "127.0.0.1", closed_port(), "shop")
    project.binds = {"orders": {"url": url}}
    _assert_absent(password, _everything(project, log, ("upgrade", "current")))


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_offline_sql(project, log, password):
    """SQL for a server that is never asked has no URL in it."""
    _init(project, "flask")
    project.run("migrate", rev_id="aaaa")
    project.url = URL.create("postgresql+psycopg2", "ann", password, "127.0.0.1", 1, "shop")
    outcome = project.run("upgrade", "flask db", sql=True)
    assert outcome.exit_code == 0, outcome.stderr
    assert "CREATE TABLE" in outcome.stdout
    _assert_absent(password, outcome.stdout + outcome.stderr + log.getvalue() + _files(project))


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_the_configuration(project, password):
    """Alembic's configuration, as a callback or an ``env.py`` could dump it, has no URL."""
    _init(project, "flask")
    project.url = URL.create("postgresql+psycopg2", "ann", password, "127.0.0.1", 1, "shop")
    with project.app().app_context():
        config = project.extension.get_config()
        dump = io.StringIO()
        config.file_config.write(dump)
        text = dump.getvalue() + repr(vars(config)) + repr(config.attributes)
    _assert_absent(password, text)


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_an_error_that_quotes_the_url(damaged, log, password):
    """An ``env.py`` that raises with the URL in its words is not repeated."""
    damaged.url = URL.create("postgresql+psycopg2", "ann", password, "127.0.0.1", 1, "shop")
    Path("migrations/env.py").write_text(
        "from flask import current_app\n"
        "url = current_app.config['SQLALCHEMY_DATABASE_URI']\n"
        "raise ValueError(url.render_as_string(hide_password=False))\n"
    )
    _assert_absent(password, _everything(damaged, log, ("upgrade",)))


def test_the_doctor_finds_a_password_in_the_ini_and_does_not_show_it(damaged):
    """Somebody wrote the URL into a file under version control."""
    ini = Path("migrations/alembic.ini")
    ini.write_text("[alembic]\nsqlalchemy.url = postgresql://ann:s3cr3t@host/shop\n")
    outcome = damaged.run("doctor", "flask db")
    assert "password in sqlalchemy.url" in outcome.stdout
    assert "s3cr3t" not in outcome.stdout + outcome.stderr


def test_an_error_has_its_kind(project):
    """Hiding the password leaves an error that a program can catch."""
    _init(project, "flask")
    project.url = URL.create("mysql+pymysql", "ann", "s3cr3t", "127.0.0.1", closed_port(), "shop")
    with project.app().app_context(), pytest.raises(flask_migrate.MigrateError, match="ann:"):
        flask_migrate.upgrade()
