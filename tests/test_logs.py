"""Logging: a command line shows the progress, a program stays as it was."""

from __future__ import annotations

import itertools
import logging
import logging.config
import sys
import threading

import pytest

import flask_migrate

#: The calls with which releases of Flask-Migrate begin their ``env.py``.
OLD_CALLS = {
    "4.1": "fileConfig(config.config_file_name)",
    "keyword": "fileConfig(fname=config.config_file_name, disable_existing_loggers=True)",
    "module": "logging.config.fileConfig(config.config_file_name)",
}

OLD_ENV = """
import logging.config
from logging.config import fileConfig
from alembic import context
from flask_migrate import environment

config = context.config
{call}
environment.run(context)
"""

#: An ``alembic.ini`` that does its worst.
LOUD_INI = """
[alembic]
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = generic
[logger_root]
level = CRITICAL
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = generic
[formatter_generic]
format = %(levelname)s [%(name)s] %(message)s
"""


@pytest.fixture
def written(started):
    """A project with a revision to apply."""
    started.run("migrate")
    return started


@pytest.fixture(params=["generated", *OLD_CALLS])
def any_env(request, written):
    """Such a project with the generated ``env.py``, and with those that call ``fileConfig``."""
    if request.param != "generated":
        env = written.folder / "migrations" / "env.py"
        env.write_text(OLD_ENV.format(call=OLD_CALLS[request.param]))
    return written


@pytest.fixture(params=["generated", "loud"])
def any_ini(request, any_env):
    """Each of these with the generated ``alembic.ini``, and with a hostile one."""
    if request.param == "loud":
        (any_env.folder / "migrations" / "alembic.ini").write_text(LOUD_INI)
    return any_env


def snapshot():
    """The state of every logger that the program has."""
    known = logging.Logger.manager.loggerDict
    loggers = {name: logger for name, logger in known.items() if isinstance(logger, logging.Logger)}
    return {
        name: (logger.level, list(logger.handlers), logger.propagate, logger.disabled)
        for name, logger in {**loggers, "root": logging.root}.items()
        if name.partition(".")[0] in ("root", "alembic", "flask_migrate", "sqlalchemy", "the")
    }


@pytest.fixture
def program_logger():
    """A logger that the program set up for itself."""
    logging.getLogger("sqlalchemy.engine")  # one that the generated alembic.ini sets up
    logger = logging.getLogger("the.program")
    handler = logging.NullHandler()
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    yield logger
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


@pytest.mark.parametrize("face", ["python", "flask db", "manage.py db"])
def test_a_run_leaves_every_logger_as_it_was(any_ini, program_logger, face):
    """No logger is disabled, and no handler or level is changed, by any ``env.py``."""
    any_ini.run("current")  # loads what makes loggers of its own
    before = snapshot()
    any_ini.run("upgrade", face)
    assert snapshot() == before


def test_a_failed_run_leaves_every_logger_as_it_was(any_ini, program_logger):
    """The same when the command fails."""
    any_ini.edit_revision("raise RuntimeError('no')")
    any_ini.run("current")
    before = snapshot()
    any_ini.run("upgrade", "flask db")
    assert snapshot() == before


@pytest.mark.parametrize("face", ["python", "flask db", "manage.py db"])
def test_a_logger_that_only_the_ini_knows_is_not_left_set_up(written, face):
    """A logger that did not exist before has no level from ``alembic.ini`` afterwards."""
    ini = written.folder / "migrations" / "alembic.ini"
    name = f"the.{face.partition(' ')[0]}.ini"
    text = ini.read_text().replace("keys = root,", "keys = root,new,")
    ini.write_text(f"{text}\n[logger_new]\nlevel = ERROR\nhandlers = console\nqualname = {name}\n")
    written.run("upgrade", face)
    logger = logging.getLogger(name)
    assert (logger.level, logger.handlers) == (logging.NOTSET, [])


def test_a_logger_made_during_a_run_is_not_disabled(written):
    """A logger that a revision makes can be used after the run."""
    written.edit_revision("import logging\nlogging.getLogger('the.revision')")
    written.run("upgrade", "flask db")
    assert logging.getLogger("the.revision").disabled is False


def test_the_program_can_log_during_a_call(any_env, program_logger, caplog):
    """What the program logs while a revision runs reaches its own handlers."""
    any_env.edit_revision("import logging\nlogging.getLogger('the.program').error('heard')")
    any_env.run("upgrade")
    assert "heard" in caplog.messages


def test_file_config_is_the_real_one_after_a_run(written):
    """``logging.config.fileConfig`` is put back."""
    before = logging.config.fileConfig
    written.run("upgrade")
    assert logging.config.fileConfig is before


def test_a_call_writes_nothing(any_env):
    """A function called by a program shows nothing on either stream."""
    outcome = any_env.run("upgrade")
    assert (outcome.stdout, outcome.stderr) == ("", "")


def test_the_progress_of_a_call_can_be_logged(written, caplog):
    """A program that wants the progress gets it from the logger of Alembic."""
    with caplog.at_level(logging.INFO, logger="alembic"):
        written.run("upgrade")
    assert [message for message in caplog.messages if message.startswith("Running upgrade")]


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_command_line_shows_the_progress(any_env, face):
    """Each step is a line on standard error."""
    outcome = any_env.run("upgrade", face)
    assert "INFO  [alembic.runtime.migration] Running upgrade" in outcome.stderr


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_command_line_shows_the_progress_once(any_env, face):
    """No line is there twice."""
    outcome = any_env.run("upgrade", face)
    assert outcome.stderr.count("Running upgrade") == 1


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_the_progress_is_not_on_standard_output(any_env, face):
    """Standard output is for results."""
    assert any_env.run("upgrade", face).stdout == ""


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_sql_is_alone_on_standard_output(any_env, face):
    """``upgrade --sql > file`` writes a file of SQL."""
    stdout = any_env.run("upgrade", face, sql=True).stdout
    assert ("CREATE TABLE" in stdout, "INFO" in stdout) == (True, False)


def test_a_command_line_without_ini_shows_the_progress(written):
    """A project without ``alembic.ini`` shows the progress as well."""
    (written.folder / "migrations" / "alembic.ini").unlink()
    assert "Running upgrade" in written.run("upgrade", "flask db").stderr


def test_a_command_line_obeys_the_levels_of_the_ini(written):
    """Who does not want to see the progress says so in ``alembic.ini``."""
    ini = written.folder / "migrations" / "alembic.ini"
    ini.write_text(ini.read_text().replace("level = INFO", "level = ERROR"))
    assert "Running upgrade" not in written.run("upgrade", "flask db").stderr


def test_an_ini_whose_logging_cannot_be_used_is_named(written):
    """A mistake in the logging settings is told, and the command runs."""
    ini = written.folder / "migrations" / "alembic.ini"
    ini.write_text(ini.read_text().replace("class = StreamHandler", "class = NoHandler"))
    outcome = written.run("upgrade", "flask db")
    assert (outcome.exit_code, str(ini.name) in outcome.stderr) == (0, True)


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_no_changes_are_reported(written, face):
    """``migrate`` without changes says so where progress is shown."""
    written.run("upgrade")
    assert "No changes in schema detected." in written.run("migrate", face).stderr


def test_the_traceback_of_an_error_can_be_shown(written):
    """The level DEBUG of the logger shows where an error came from."""
    ini = written.folder / "migrations" / "alembic.ini"
    head, _, tail = ini.read_text().partition("[logger_flask_migrate]\nlevel = ")
    ini.write_text(f"{head}[logger_flask_migrate]\nlevel = DEBUG{tail.removeprefix('INFO')}")
    written.edit_revision("raise RuntimeError('no')")
    assert "Traceback" in written.run("upgrade", "flask db").stderr


def test_the_logger_of_the_package_is_public():
    """``flask_migrate.log`` is the logger of that name."""
    assert flask_migrate.log is logging.getLogger("flask_migrate")


def test_another_thread_may_configure_logging_during_a_run(written, tmp_path):
    """``fileConfig`` called elsewhere in the program does what it always does."""
    ini = tmp_path / "logging.ini"
    ini.write_text(LOUD_INI.replace("level = CRITICAL", "level = ERROR"))
    written.edit_revision(
        f"""
        import logging, logging.config, threading
        def configure():
            logging.config.fileConfig({str(ini)!r}, disable_existing_loggers=False)
        thread = threading.Thread(target=configure)
        thread.start()
        thread.join()
        assert logging.root.level == logging.ERROR
        """
    )
    assert written.run("upgrade").exit_code == 0


def test_another_thread_may_make_loggers_during_a_run(started):
    """A program whose threads log for the first time can run a command meanwhile."""
    stop = threading.Event()
    known = logging.Logger.manager.loggerDict
    before, interval = set(known), sys.getswitchinterval()

    def make_loggers():
        for number in itertools.count():
            if stop.wait(0.0001):
                return
            logging.getLogger(f"the.thread.{number}")

    thread = threading.Thread(target=make_loggers)
    thread.start()
    sys.setswitchinterval(1e-6)  # makes what would be rare certain
    try:
        outcomes = [started.run("heads") for _ in range(40)]
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()
        for name in set(known) - before:
            del known[name]
    assert {outcome.exit_code for outcome in outcomes} == {0}
