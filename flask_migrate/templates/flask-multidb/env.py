"""Runs the migrations of every database; see Flask-Migrate's page on environments."""

from alembic import context

from flask_migrate import environment

# Options of context.configure() given here win over those given to Migrate():
#     environment.run(context, every_bind=True, compare_server_default=True)
environment.run(context, every_bind=True)
