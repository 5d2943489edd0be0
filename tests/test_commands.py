"""What the commands do, on every face."""

from __future__ import annotations

from .project import users_with_email


def test_upgrade_creates_the_tables(run, project):
    """After ``upgrade`` the database has the tables of the models."""
    run("init")
    run("migrate", message="first")
    assert run("upgrade").exit_code == 0
    assert project.tables() == {"alembic_version", "user"}


def test_a_changed_model_becomes_a_second_revision(run, project):
    """``migrate`` writes what changed since the database was last upgraded."""
    run("init")
    run("migrate", message="first")
    run("upgrade")
    project.models = users_with_email
    run("migrate", message="email")
    run("upgrade")
    assert len(project.revision_files()) == 2
    project.execute("INSERT INTO user (name, email) VALUES ('ann', 'ann@example.org')")


def test_downgrade_undoes_the_last_revision(run, project):
    """``downgrade`` alone goes back one revision."""
    run("init")
    run("migrate", message="first")
    run("upgrade")
    assert run("downgrade").exit_code == 0
    assert project.tables() == {"alembic_version"}
