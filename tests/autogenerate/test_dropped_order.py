"""What is dropped has one order in every run."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import sqlalchemy as sa

PROGRAM = """
import sys
import sqlalchemy as sa
from flask import Flask
import flask_migrate

app = Flask("app")
engine = sa.create_engine("sqlite:///app.db")
metadata = sa.MetaData()
sa.Table("stays", metadata, sa.Column("id", sa.Integer, primary_key=True))
flask_migrate.Migrate(app, metadata=metadata, engine=engine)
with app.app_context():
    print(flask_migrate.migrate(dry_run=True, allow_drops=True))
"""


def written(folder, seed):
    """What ``migrate`` writes where sets have the order of *seed*."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return re.findall(r"drop_\w+\('?(\w+)'?|add_column\(sa.Column\('(\w+)'", done.stdout)


def test_a_file_does_not_depend_on_the_order_of_sets(project, tmp_path):
    """Tables go by name, columns from the last one; these come back from the first one."""
    project.run("init")
    with sa.create_engine(f"sqlite:///{tmp_path}/app.db").begin() as connection:
        columns = ", ".join(f"c{number} INTEGER" for number in range(6))
        connection.exec_driver_sql(f"CREATE TABLE stays (id INTEGER PRIMARY KEY, {columns})")
        for name in "wzxy":
            connection.exec_driver_sql(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY)")
    first = written(tmp_path, 1)
    assert [dropped for dropped, _ in first if dropped] == [
        *(f"c{number}" for number in reversed(range(6))),
        *"wxyz",
    ]
    assert [added for _, added in first if added] == [f"c{number}" for number in range(6)]
    assert all(written(tmp_path, seed) == first for seed in (2, 3))
