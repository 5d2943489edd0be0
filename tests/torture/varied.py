"""A history of 30 revisions with something of everything, for each database."""

from __future__ import annotations

from pathlib import Path

HEADER = """\
import sqlalchemy as sa
from alembic import op

revision = {name!r}
down_revision = {parent!r}


def upgrade():
    op.execute("UPDATE counter SET n = n + 1")
"""

DOWNGRADE = """

def downgrade():
    raise NotImplementedError
"""

#: The first revision has no counter to count with yet.
FIRST = """
op.create_table("counter", sa.Column("n", sa.Integer, nullable=False))
op.execute("INSERT INTO counter (n) VALUES (1)")
"""

#: What each further revision does, besides counting itself.
BODIES = (
    """
op.create_table(
    "account",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(100)),
)
""",
    """
account = sa.table("account", sa.column("id"), sa.column("name"), sa.column("email"))
op.bulk_insert(account, [
    {"id": n, "name": f"Zoe {n} \\u20ac", "email": f"zoe{n}@example.com"} for n in range(1, 8)
])
""",
    'op.create_index("ix_account_name", "account", ["name"])',
    """
with op.batch_alter_table("account") as batch:
    batch.add_column(sa.Column("age", sa.Integer))
""",
    'op.execute("UPDATE account SET age = id * 10")',
    """
with op.batch_alter_table("account") as batch:
    batch.alter_column(
        "age", existing_type=sa.Integer(), nullable=False, server_default=sa.text("0")
    )
""",
    """
op.create_table(
    "post",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, nullable=False),
    sa.Column("title", sa.String(40)),
    sa.Column("body", sa.Text),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], "fk_post_account", ondelete="CASCADE"),
)
""",
    """
op.execute(
    "INSERT INTO post (id, account_id, title, body) "
    "SELECT id, id, name, email FROM account"
)
""",
    """
with op.batch_alter_table("account") as batch:
    batch.create_unique_constraint("uq_account_email", ["email"])
""",
    """
with op.batch_alter_table("account") as batch:
    batch.alter_column("name", existing_type=sa.String(50), existing_nullable=False,
                       new_column_name="full_name")
""",
    """
op.create_table("tag", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))
op.create_table(
    "post_tag",
    sa.Column("post_id", sa.Integer, primary_key=True),
    sa.ForeignKeyConstraint(["post_id"], ["post.id"], "fk_post_tag_post"),
    sa.Column("tag_id", sa.Integer, primary_key=True),
    sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], "fk_post_tag_tag"),
)
""",
    """
op.bulk_insert(sa.table("tag", sa.column("id"), sa.column("name")),
               [{"id": n, "name": "t" * n} for n in range(1, 4)])
op.execute("INSERT INTO post_tag (post_id, tag_id) SELECT post.id, tag.id FROM post, tag")
""",
    """
with op.batch_alter_table("account") as batch:
    batch.create_check_constraint("ck_account_age", sa.column("age") >= 0)
""",
    """
with op.batch_alter_table("account") as batch:
    batch.alter_column("full_name", existing_type=sa.String(50), existing_nullable=False,
                       type_=sa.String(200))
""",
    """
status = sa.Enum("new", "old", name="account_status")
status.create(op.get_bind(), checkfirst=False)
with op.batch_alter_table("account") as batch:
    batch.add_column(sa.Column("status", status, server_default="new"))
""",
    "op.execute(\"UPDATE account SET status = 'old' WHERE id > 4\")",
    'op.rename_table("tag", "label")',
    """
op.create_index("ix_post_title", "post", ["title"], postgresql_concurrently=True)
""",
    """
if op.get_context().dialect.name == "postgresql":
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE account_status ADD VALUE IF NOT EXISTS 'gone'")
else:
    op.execute("UPDATE label SET name = 'first' WHERE id = 1")
""",
    """
with op.batch_alter_table("post") as batch:
    batch.drop_column("body")
""",
    """
op.create_table("audit", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))
op.execute("INSERT INTO audit (id, text) SELECT id, full_name FROM account")
""",
    """
connection = op.get_bind()
audit = sa.table("audit", sa.column("id"), sa.column("text"))
for row in connection.execute(sa.select(audit.c.id, audit.c.text).order_by(audit.c.id)).all():
    connection.execute(
        audit.update().where(audit.c.id == row.id).values(text=f"number {row.id}")
    )
""",
    """
with op.batch_alter_table("post") as batch:
    batch.add_column(sa.Column("reviewer_id", sa.Integer))
    batch.create_foreign_key("fk_post_reviewer", "account", ["reviewer_id"], ["id"])
""",
    'op.drop_index("ix_account_name", table_name="account")',
    """
op.create_table(
    "node",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("parent_id", sa.Integer, sa.ForeignKey("node.id", name="fk_node_parent")),
)
""",
    'op.execute("INSERT INTO node (id, parent_id) VALUES (1, NULL), (2, 1), (3, 1)")',
    """
with op.batch_alter_table("account") as batch:
    batch.drop_constraint("uq_account_email", type_="unique")
""",
    """
with op.batch_alter_table("account") as batch:
    batch.alter_column("age", existing_type=sa.Integer(), type_=sa.BigInteger(),
                       existing_nullable=False, existing_server_default=sa.text("0"))
""",
    'op.drop_table("post_tag")',
)

#: How many revisions there are.
LENGTH = 1 + len(BODIES)

APP = """\
import os
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_migrate import Migrate

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["APP_URL"]
db = SQLAlchemy(app)
Migrate(app, db)

if "FAULT" in os.environ:
    import faults
    faults.arm(*os.environ["FAULT"].split(":"))
"""


def write_app(folder: Path, models: str = "") -> None:
    """Write the application into *folder*, and what can go wrong in it."""
    (folder / "app.py").write_text(APP + models)
    faults = Path(__file__).with_name("faults.py").read_text()
    (folder / "faults.py").write_text(faults)


def write(folder: Path) -> None:
    """Write the history into *folder*, which has a migration directory."""
    for number in range(LENGTH):
        body = BODIES[number - 1] if number else FIRST
        parent = name(number - 1) if number else None
        header = HEADER.format(name=name(number), parent=parent)
        if not number:
            header = header.rpartition("    op.execute")[0]
        lines = "\n".join(f"    {line}" if line else "" for line in body.strip().splitlines())
        path = folder / "migrations" / "versions" / f"{name(number)}.py"
        path.write_text(f"{header}{lines}\n{DOWNGRADE}")


def name(number: int) -> str:
    """The id of a revision."""
    return f"r{number + 1:02}"
