"""The steps that what Alembic found goes through, for ``migrate`` and ``check`` alike.

A step is a function ``step(comparison, script)``. It is called once for each
database, after Alembic compared it and before the ``process_revision_directives``
of the project, and changes in place

* ``comparison.upgrade.ops`` and ``comparison.downgrade.ops``: the operations of
  this database. Those of the databases before it are in ``script.upgrade_ops_list``
  and are left alone;
* ``script``: the one revision that all databases share, for its message and imports.

What a step takes out of ``comparison.upgrade`` is no difference for ``check``. The
operations are Alembic's, nested as Alembic nests them: those on the columns of a
table are in a ``ModifyTableOps``. Alembic keeps the downgrade in the opposite order.

What a step needs is on the :class:`~.comparison.Comparison`: the options of the
command, the connection, and the :class:`~.questions.Questions` through which alone
anything is asked or told. A comment above an operation in the file is
``comparison.comment(operation, text)``. Code that no operation of Alembic's stands
for is a :class:`~.written.CodeOp`.

A new step is one module with one function, and its name in :data:`STEPS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import alembic_parts
from .answers import Answers
from .batches import set_apart
from .blocking_keys import release
from .broken_views import tell_broken_views
from .comparison import Comparison
from .completing import complete
from .constraint_names import name_constraints
from .counters import change_counters
from .dropped_order import order_drops
from .drops import tell_drops
from .imports import import_types
from .key_changes import change_keys
from .labels import rename_labels
from .not_null import fill_not_null
from .only_mine import only_mine, some_stay
from .own_words import write_apart
from .programs import keep_programs
from .questions import Questions
from .renames import rename
from .retyped import compare_anew
from .rounding import tell_rounding
from .schemas import create_schemas
from .sequences import create_sequences
from .sqlite_details import restore_details
from .views import keep_views

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

Step = Callable[[Comparison, "MigrationScript"], None]

#: In the order in which they run.
STEPS: tuple[Step, ...] = (
    order_drops,
    import_types,
    only_mine,
    rename,
    rename_labels,
    change_counters,
    change_keys,
    create_sequences,
    create_schemas,
    release,
    compare_anew,
    some_stay,
    tell_drops,
    tell_broken_views,
    fill_not_null,
    tell_rounding,
    complete,
    keep_views,
    keep_programs,
    restore_details,
    name_constraints,
    set_apart,
)


class Pipeline:
    """The steps of one command. It is a ``process_revision_directives``.

    :param revision_context: Alembic's, which makes the comparisons.
    :param options: Those of the command.
    :param database: Returns the bind that was compared, or ``"default"``.
    :param writes_file: Whether a file is written, rather than differences reported.
    """

    def __init__(
        self,
        revision_context: Any,
        options: Mapping[str, Any],
        database: Callable[[], str],
        writes_file: bool = True,
    ) -> None:
        self._revision_context = revision_context
        self._options = options
        self._database = database
        self._writes_file = writes_file
        self._questions = Questions(options, can_ask=writes_file)
        self._answers = Answers(options)

    def __call__(self, context: Any, revision: Any, directives: list[MigrationScript]) -> None:
        script = directives[-1]
        comparison = Comparison(
            autogen=self._revision_context._last_autogen_context,
            upgrade=script.upgrade_ops_list[-1],
            downgrade=script.downgrade_ops_list[-1],
            database=self._database(),
            options=self._options,
            questions=self._questions,
            answers=self._answers,
            writes_file=self._writes_file,
        )
        if comparison.upgrade.ops:
            # What was found may be of any kind of database, and is going to be written.
            alembic_parts.complete()
        for step in STEPS:
            step(comparison, script)
        write_apart(comparison)

    def finish(self) -> None:
        """All databases were compared.

        :raises UnknownColumnError: An option named something that none of them has.
        """
        self._answers.check_used()
        self._questions.finish()
