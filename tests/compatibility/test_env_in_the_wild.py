"""``env.py`` files that their owners have changed, as they are found in public projects."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..project import Project
from .releases import templates

ENV = Path("migrations", "env.py")


@pytest.fixture(params=["2.7.0", "4.1.0"])
def project(request, tmp_path, monkeypatch):
    """A project of an earlier release, before its first revision."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.run("init", template=str(templates(request.param) / "flask"))
    return made


def change(old: str, new: str) -> None:
    """Edit ``env.py`` where it has *old*."""
    text = ENV.read_text()
    assert old in text
    ENV.write_text(text.replace(old, new))


def beside_the_arguments(option: str) -> None:
    """Pass *option* to the online ``context.configure()``, beside ``**configure_args``."""
    change("connection=connection,", f"connection=connection, {option},")


OWN_METADATA = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass

class Own(Base):
    __tablename__ = "own"
    id = sa.Column(sa.Integer, primary_key=True)

"""


def test_the_metadata_of_a_base_of_its_own(project):
    """``target_metadata = Base.metadata`` is what is compared."""
    text = ENV.read_text()
    metadata = "get_metadata()" if "def get_metadata" in text else "target_metadata"
    text = text.replace(f"target_metadata={metadata}", "target_metadata=Base.metadata")
    future, _, rest = text.rpartition("from __future__ import with_statement\n")
    ENV.write_text(f"{future}{OWN_METADATA}{rest}")
    for name in ("migrate", "upgrade", "check"):
        assert project.run(name).exit_code == 0
    assert project.tables() == {"alembic_version", "own"}


def test_include_object_beside_the_arguments(project):
    """Tables of other programs are neither seen nor dropped."""
    beside_the_arguments(
        "include_object=lambda object, name, kind, reflected, other: name != 'theirs'"
    )
    project.execute("CREATE TABLE theirs (id INTEGER)")
    for name in ("migrate", "upgrade", "check"):
        assert project.run(name).exit_code == 0
    assert project.tables() == {"alembic_version", "theirs", "user"}


def test_a_hook_for_revisions_in_the_place_of_the_release(project):
    """An empty revision is dropped even where the hook does not do it."""
    text = ENV.read_text()
    start = text.index("    def process_revision_directives(")
    end = text.index("    connectable = ")
    ENV.write_text(
        text[:start]
        + "    def own_hook(context, revision, directives):\n"
        + "        for each in directives:\n"
        + "            each.message = 'hooked'\n\n"
        + "    conf_args = current_app.extensions['migrate'].configure_args\n"
        + "    conf_args['process_revision_directives'] = own_hook\n\n"
        + text[end:]
        .replace("process_revision_directives=process_revision_directives,", "")
        .replace("**current_app.extensions['migrate'].configure_args", "**conf_args")
    )
    written = project.run("migrate", rev_id="first").value
    assert written.doc == "hooked"
    project.run("upgrade")
    assert project.run("migrate").value is None
    assert len(project.revision_files()) == 1


@pytest.mark.parametrize("option", ["render_as_batch", "compare_type"])
def test_an_option_that_is_in_the_arguments_too_is_refused_by_python(project, option):
    """As with 4.0 to 4.1: the error names the file, the line and the option, and exits with 1."""
    beside_the_arguments(f"{option}=True")
    outcome = project.run("migrate", "flask db")
    assert outcome.exit_code == 1
    assert "migrations/env.py, line" in outcome.stderr
    assert f"multiple values for keyword argument '{option}'" in outcome.stderr


def test_x_arguments_choose_something(project):
    """``context.get_x_argument(as_dictionary=True)``."""
    change(
        "def run_migrations_online():",
        "print('tenant:', context.get_x_argument(as_dictionary=True).get('tenant'))\n\n\n"
        "def run_migrations_online():",
    )
    outcome = project.run("upgrade", "flask db", x_arg=["tenant=acme", "other=1"])
    assert "tenant: acme" in outcome.stdout


def test_x_arguments_that_are_not_given(project):
    """There are none, and that is no error."""
    ENV.write_text(f"{ENV.read_text()}\nprint(context.get_x_argument(as_dictionary=True))\n")
    assert "{}" in project.run("upgrade", "flask db").stdout


def test_the_tag_reaches_env(project):
    """``context.get_tag_argument()``."""
    ENV.write_text(f"{ENV.read_text()}\nprint('tag:', context.get_tag_argument())\n")
    for name in ("upgrade", "stamp"):
        assert "tag: v1" in project.run(name, "flask db", tag="v1").stdout


def test_a_url_from_the_environment(project, monkeypatch):
    """``engine_from_config`` with a URL that ``env.py`` sets itself."""
    monkeypatch.setenv("MIGRATE_DATABASE_URL", f"sqlite:///{project.folder / 'other.db'}")
    text = ENV.read_text()
    start = text.index("    connectable = ")
    end = text.index("\n", start)
    ENV.write_text(
        text[:start]
        + "    import os\n    import sqlalchemy\n"
        + "    connectable = sqlalchemy.create_engine(os.environ['MIGRATE_DATABASE_URL'])"
        + text[end:]
    )
    for name in ("migrate", "upgrade", "check"):
        assert project.run(name).exit_code == 0
    assert "user" not in project.tables()
    project.url = f"sqlite:///{project.folder / 'other.db'}"
    assert "user" in project.tables()


def test_a_transaction_for_each_migration(project):
    """``transaction_per_migration=True`` keeps what was done before a failure."""
    beside_the_arguments("transaction_per_migration=True")
    project.run("migrate", rev_id="first")
    project.run("revision", rev_id="second")
    project.edit_revision("1 / 0")
    assert project.run("upgrade").exit_code == 1
    assert project.current() == {"first"}


def test_a_version_table_of_its_own(project):
    """``version_table`` beside the arguments."""
    beside_the_arguments("version_table='own_version'")
    for name in ("migrate", "upgrade", "check", "downgrade"):
        assert project.run(name).exit_code == 0
    assert project.tables() == {"own_version"}


def test_an_ini_without_loggers(project):
    """A project that has taken them out, and ``fileConfig`` with them."""
    Path("migrations/alembic.ini").write_text("[alembic]\n")
    for name in ("migrate", "upgrade", "check"):
        assert project.run(name, "flask db").exit_code == 0


def test_names_of_files_from_the_ini(project):
    """``file_template`` in ``alembic.ini`` is honoured."""
    ini = Path("migrations/alembic.ini")
    line = "[alembic]\nfile_template = %%(year)d_%%(rev)s_%%(slug)s\n"
    ini.write_text(ini.read_text().replace("[alembic]\n", line))
    project.run("migrate", message="make users", rev_id="first")
    (path,) = project.revision_files()
    assert path.name[4:] == "_first_make_users.py"
