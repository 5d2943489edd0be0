"""The digest of a revision's meaning: what counts, what does not, and that it never changes."""

from __future__ import annotations

import pytest

from flask_migrate.meaning import meaning_of

SOURCE = '''"""users

Create Date: 2026-01-01
"""
from alembic import op
import sqlalchemy as sa

revision = "a1"
down_revision = None


def upgrade():
    op.create_table("user", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("user") as batch:
        batch.add_column(sa.Column("name", sa.String(50)))
        batch.add_column(sa.Column("email", sa.String(120)))


def downgrade():
    op.drop_table("user")
'''

#: Something of each kind of syntax whose tree differs between versions of Python.
KINDS = '''
import typing as t
@staticmethod
def f(a: int, /, b=1, *c, d=-2.5, **e) -> "x":
    """doc"""
    y = u"text" 'more' + b"\\0".decode() + f"a{b!r:>{d}}c" "tail" + f"{a=}"
    z: t.Any = {1: [2, *c], **e}
    for i, j in []:
        pass
    else:
        x[1:2, ::3] = lambda: (yield)
    try:
        del y
    except (KeyError, ValueError) as error:
        raise SystemExit(0xFFFFFFFFFFFFFFFFFFFFFFFF) from error
    finally:
        assert 1e100 and 2j, ...
    match a:
        case {"k": [1, *rest]} if rest:
            return (n := "\\U0001FAE9\\ud800")
class C(t.Any, metaclass=type):
    async def g(self): await self
'''


def changed(old: str, new: str) -> str:
    """The source with something else in one place."""
    assert old in SOURCE
    return SOURCE.replace(old, new, 1)


def test_the_digests_are_the_same_for_ever():
    """They are in databases, whatever Python wrote them."""
    assert [meaning_of(each).checksum for each in (SOURCE, KINDS, "")] == [
        "c7a3a8cd15d44cef65dcc3aa80fb97ec5e34a9b4022098f5fd06308b0d8aacd1",
        "9230b2ba8dc625e71d984fdfe86e8da74297eb3e4f009a715df74e0702e0f76d",
        "ad2e13b69c4fc1fda46413f740f426fc1793cfc6d6da8d226ba619f1aef48be7",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""users', '"""people'),
        ("def upgrade():\n", 'def upgrade():\n    """Make the table."""\n'),
        ("def upgrade():\n", "def upgrade():\n    # why\n\n    pass\n"),
        ('"user"', "'user'"),
        ('"user"', '("us" "er")'),
        ('op.drop_table("user")', 'op.drop_table(\n        "user",\n    )'),
    ],
)
def test_what_has_no_meaning_does_not_count(old, new):
    """A docstring, a comment, ``pass`` and formatting leave the checksum."""
    assert meaning_of(changed(old, new)).checksum == meaning_of(SOURCE).checksum


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("String(120)", "String(200)", ("upgrade", 16)),
        ("as batch:", "as other:", ("upgrade", 14)),
        ('    op.drop_table("user")', '    op.drop_table("users")', ("downgrade", 20)),
        ('    op.drop_table("user")', "    return", ("downgrade", 20)),
        ('revision = "a1"', 'revision = "a2"', ("", 8)),
        ("def downgrade():", "def helper():\n    f()\n\n\ndef downgrade():", ("helper", 19)),
        ("def upgrade():", "def upgrade(engine_name):", ("upgrade", 12)),
    ],
)
def test_a_change_is_found_by_function_and_line(old, new, place):
    """The place is in the file as it is now."""
    before, now = meaning_of(SOURCE), meaning_of(changed(old, new))
    assert now.checksum != before.checksum
    assert now.first_difference(before.parts) == place


def test_a_statement_that_is_gone_is_told_at_the_end_of_its_function():
    """The line after it may be missing as well."""
    before = meaning_of(SOURCE)
    now = meaning_of(changed('        batch.add_column(sa.Column("email", sa.String(120)))\n', ""))
    assert now.first_difference(before.parts) == ("upgrade", 15)
