"""Differences that Alembic does not find by itself."""
