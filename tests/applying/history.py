"""A history with tables, data and copies of tables, and processes that run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

import flask_migrate

from ..project import Project

APP = """
import os
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_migrate import Migrate

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["APP_URL"]
db = SQLAlchemy(app)
Migrate(app, db, history=bool(os.environ.get("WITH_HISTORY")), release="1.2")
"""

REVISION = """
import os
import time
import sqlalchemy as sa
from alembic import op

revision = {name!r}
down_revision = {parent!r}


def upgrade():
    time.sleep(float(os.environ.get("SLOWLY", "0")))
{body}


def downgrade():
    pass
"""

TABLE = (
    'op.create_table("{0}", sa.Column("id", sa.Integer, primary_key=True), '
    'sa.Column("n", sa.Integer))'
)

#: What each revision does; every operation is a line of its own.
BODIES = (
    [TABLE.format("counter"), 'op.execute("INSERT INTO counter (id, n) VALUES (1, 0)")'],
    ['op.execute("UPDATE counter SET n = n + 1")', TABLE.format("left_over")],
    [
        'op.add_column("counter", sa.Column("note", sa.String(20)))',
        "op.execute(\"UPDATE counter SET n = n + 1, note = 'x'\")",
    ],
    [
        'with op.batch_alter_table("counter") as batch: '
        'batch.alter_column("note", existing_type=sa.String(20), type_=sa.String(40))',
        'op.execute("UPDATE counter SET n = n + 1")',
        'op.create_index("ix_counter_n", "counter", ["n"])',
    ],
    ['op.drop_table("left_over")', 'op.execute("UPDATE counter SET n = n + 1")'],
)

#: What ``counter`` holds when every revision ran once.
RESULT = [(1, 4, "x")]


def write(project: Project, bodies=BODIES) -> list[str]:
    """Write the history into *project* and return its revision ids."""
    (project.folder / "app.py").write_text(APP)
    names = [f"r{number}" for number in range(len(bodies))]
    for number, body in enumerate(bodies):
        lines = "\n".join(f"    {line}" for line in body)
        parent = names[number - 1] if number else None
        text = REVISION.format(name=names[number], parent=parent, body=lines)
        Path("migrations", "versions", f"{names[number]}.py").write_text(text)
    return names


# The processes run the package that the tests run.
_OURS = str(Path(flask_migrate.__file__).parents[1])


def start(project: Project, *words: str, **environment: str) -> subprocess.Popen[str]:
    """Start ``flask db`` in a process of its own."""
    url = sa.make_url(project.url).render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "db", *words],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": _OURS, "APP_URL": url, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows(project: Project) -> list[tuple[object, ...]]:
    """What ``counter`` holds."""
    return project.execute("SELECT id, n, note FROM counter")
