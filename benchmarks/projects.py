"""Projects of any size, the same for both sides."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from .sides import Side

APP = """\
import atexit, os, time
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Engine
from flask_migrate import Migrate

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["BENCH_URL"]
db = SQLAlchemy(app)
Migrate(app, db)

for number in range(int(os.environ.get("BENCH_TABLES", 0))):
    type(f"Table{number}", (db.Model,), {
        "__tablename__": f"table_{number}",
        "id": db.Column(db.Integer, primary_key=True),
        "name": db.Column(db.String(50), nullable=False, index=True),
        "amount": db.Column(db.Numeric(10, 2)),
        "parent_id": db.Column(db.ForeignKey(f"table_{number // 2}.id", name=f"fk_{number}")),
    })

if "BENCH_STATEMENTS" in os.environ:
    count = 0
    latency = float(os.environ.get("BENCH_LATENCY", 0))

    @event.listens_for(Engine, "before_cursor_execute")
    def counted(*args):
        global count
        count += 1
        if latency:
            time.sleep(latency)

    @atexit.register
    def tell():
        with open(os.environ["BENCH_STATEMENTS"], "w") as file:
            file.write(str(count))
"""

BARE = """\
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///bare.db"
db = SQLAlchemy(app)
"""

REVISION = '''\
"""step {number}

Revision ID: {revision}
Revises: {down}
Create Date: 2026-01-01 00:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = {revision!r}
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade():
    {statement}


def downgrade():
    pass
'''

#: What a revision does where only the history is read.
NOTHING = 'op.execute("SELECT 1")'

#: What it does where revisions are applied.
TABLE = """op.create_table(
        "t{number}",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_t{number}"),
    )"""


def write(folder: Path, peer: Side) -> Path:
    """A project as Flask-Migrate 4.1.0 makes one, which both sides can run."""
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(APP)
    (folder / "bare.py").write_text(BARE)
    subprocess.run(
        [peer.flask, "db", "init"],
        cwd=folder,
        env={"BENCH_URL": "sqlite:///app.db", "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
    )
    return folder


def write_history(folder: Path, count: int, statement: str, is_branchy: bool) -> None:
    """*count* revisions; if *is_branchy*, every tenth pair branches off and is merged."""
    down: str | tuple[str, str] | None = None
    number = 0

    def add(revises: str | tuple[str, str] | None) -> str:
        nonlocal number
        number += 1
        revision = f"{number:012x}"
        body = statement.format(number=number)
        text = REVISION.format(number=number, revision=revision, down=revises, statement=body)
        path = folder / "migrations" / "versions" / f"{revision}_step_{number}.py"
        path.write_text(text)
        return revision

    while number < count:
        if is_branchy and number % 10 == 6 and number + 3 < count:
            down = add((add(down), add(down)))  # type: ignore[arg-type]
        else:
            down = add(down)


def copied(folder: Path, target: Path) -> Path:
    """A copy of a project, for the other side."""
    shutil.copytree(folder, target)
    return target
