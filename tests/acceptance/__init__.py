"""The two command lines as a user runs them: real processes, real databases.

Plain ``unittest`` cases that know nothing of the modern stack, so that pytest, ``unittest`` and
``nosetests`` run them on every supported stack::

    python -m unittest discover -s tests/acceptance -t .
"""
