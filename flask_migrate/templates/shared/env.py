"""Runs the migrations of the application; see Flask-Migrate's page on environments."""

from alembic import context

from flask_migrate import environment

# Options of context.configure() given here win over those given to Migrate():
#     environment.run(context, compare_server_default=True)
environment.run(context)
