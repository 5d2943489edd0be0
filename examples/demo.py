"""The main job, for real: a model becomes a table, a changed model a changed table.

Runs the quickstart example on SQLite through both command lines, each in a folder of its own,
and shows every command and the tables that come of it: make demo
"""

import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

QUICKSTART = Path(__file__).parent / "quickstart"
PROGRAMS = Path(sys.executable).parent

FRONT_ENDS = {
    "flask db": [str(PROGRAMS / "flask"), "--app", "app", "db"],
    "python manage.py db": [sys.executable, "manage.py", "db"],
}

OLD = "    name = db.Column(db.String(128))\n"
NEW = OLD + "    email = db.Column(db.String(255))\n"


def show(text: str) -> None:
    """Write a line at once: the commands write to the same streams."""
    print(text, flush=True)


def main_job(front_end: list[str], folder: Path) -> None:
    """From the first model to a changed table, with one front end."""

    def db(*words: str) -> None:
        command = [*front_end, *words]
        show(f"\n$ {shlex.join([Path(command[0]).name, *command[1:]])}")
        subprocess.run(command, cwd=folder, check=True)

    for name in ("app.py", "manage.py"):
        shutil.copy(QUICKSTART / name, folder)
    db("init")
    db("migrate", "-m", "users")
    db("upgrade")
    columns = {"id", "name"}
    expect_columns(folder, columns)

    show(f"\n# app.py: class User gets a line:\n{NEW.removeprefix(OLD).rstrip()}")
    app = folder / "app.py"
    app.write_text(app.read_text().replace(OLD, NEW))
    db("migrate", "-m", "email")
    db("upgrade")
    expect_columns(folder, columns | {"email"})
    db("history")
    db("current")


def expect_columns(folder: Path, columns: set[str]) -> None:
    """Show the tables; stop if the table of the model is not as it should be."""
    [database] = folder.rglob("app.db")
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        found = {row[1] for row in connection.execute("PRAGMA table_info(user)")}
    show(f"\n# The tables in {database.name} now:")
    for _, sql in tables:
        show(sql.expandtabs(4))
    if found != columns:
        sys.exit(f"The demo failed: user has the columns {found}, not {columns}.")


def main() -> None:
    """Run the main job with each front end."""
    # What is set for applications of yours is not meant for this one.
    for name in [name for name in os.environ if name.startswith("FLASK_")]:
        del os.environ[name]
    for name, front_end in FRONT_ENDS.items():
        with tempfile.TemporaryDirectory(prefix="flask-migrate-demo-") as folder:
            show(f"\n===== {name}, in {folder} =====")
            main_job(front_end, Path(folder))
    show("\nThe demo succeeded: both command lines wrote and applied real migrations.")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"The demo failed: a command exited with {error.returncode}.")
