"""No change of the models loses data without a word.

``types`` and ``objects`` are the tables of probes: columns that get another type, and what hangs
on them. ``test_rows`` has rows that a new constraint does not allow. What is renamed or dropped is
told in ``tests/autogenerate``: ``test_renames``, ``test_drops``, ``test_broken_views``,
``test_only_mine``; revisions that somebody wrote are in ``tests/applying``:
``test_table_copies``, ``test_strictness``.
"""
