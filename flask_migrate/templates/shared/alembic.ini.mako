# Settings of Alembic for this project. Where the database is, the application says.

[alembic]
# How the files in versions/ are named.
# file_template = %%(rev)s_%%(slug)s

# Run env.py for every new revision, whether it needs the database or not.
# revision_environment = false

# How version_locations and other lists of paths are separated.
path_separator = os

# What a command line shows of a run, on standard error.
[loggers]
keys = root,sqlalchemy,alembic,alembic_plugins,flask_migrate

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARN
handlers = console
qualname =

[logger_sqlalchemy]
level = WARN
handlers =
qualname = sqlalchemy.engine

[logger_alembic]
level = INFO
handlers =
qualname = alembic

[logger_alembic_plugins]
level = WARN
handlers =
qualname = alembic.runtime.plugins

# DEBUG shows the traceback of an error.
[logger_flask_migrate]
level = INFO
handlers =
qualname = flask_migrate

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
datefmt = %H:%M:%S
