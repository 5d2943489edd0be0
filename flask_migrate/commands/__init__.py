"""The commands.

Each is an ordinary function: it returns what it found or did and raises a
:exc:`~flask_migrate.errors.MigrateError`. All work on the current application.
Unless said otherwise:

* ``directory`` is the migration directory, instead of the one given to
  :class:`~flask_migrate.Migrate`;
* ``x_arg`` is one ``name=value`` text or a list of them for ``env.py``;
* ``bind`` is one bind or a list of them, ``"default"`` for the database without
  one: the databases to work on, all if none is named;
* ``lock_wait`` is how long to wait for another run on the database, and
  ``no_lock`` does not look whether there is one;
* ``lock_timeout`` is how long a statement waits for tables that other sessions
  use, ``statement_timeout`` how long it may take, ``connect_timeout`` how long a
  server may take to answer; each is a number of seconds or a text such as
  ``"500ms"``, ``"2s"``, ``"5min"`` or ``"1h"``;
* ``resume`` goes on with a revision that MariaDB or MySQL has in part;
* ``retries`` is how often to try again after a lock timeout that left nothing behind;
* ``sql`` writes SQL to standard output and leaves the database alone.

Alembic is imported when one is called, not with this module.
"""

from .adopting import adopt, prepare
from .applying import ensure_version, stamp, upgrade
from .projects import doctor, init, list_templates
from .reading import branches, check, current, heads, history, plan, show
from .sealing import repair, verify
from .standing import status, wait
from .undoing import downgrade, redo
from .writing import edit, merge, migrate, revision

__all__ = [
    "adopt",
    "branches",
    "check",
    "current",
    "doctor",
    "downgrade",
    "edit",
    "ensure_version",
    "heads",
    "history",
    "init",
    "list_templates",
    "merge",
    "migrate",
    "plan",
    "prepare",
    "redo",
    "repair",
    "revision",
    "show",
    "stamp",
    "status",
    "upgrade",
    "verify",
    "wait",
]
