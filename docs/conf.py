"""How the documentation is built: make docs"""

import sys
from pathlib import Path

import flask_migrate

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Flask-Migrate"
author = "The Flask-Migrate contributors"
project_copyright = f"2026, {author}"
release = flask_migrate.__version__
version = release.partition(".dev")[0]

extensions = ["sphinx.ext.autodoc", "package_reference"]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False

autodoc_member_order = "bysource"
# What a signature says is enough; the types are in it for editors and type checkers.
autodoc_typehints = "none"
python_maximum_signature_line_length = 80

nitpicky = True
# These have no pages here.
nitpick_ignore_regex = [
    (r"py:.*", r"(alembic|click|flask|flask_sqlalchemy|logging|sqlalchemy)\..*"),
    (r"py:.*", r"(RuntimeError|KeyError|ValueError)"),
]

linkcheck_anchors = False
