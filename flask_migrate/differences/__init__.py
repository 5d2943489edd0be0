"""Differences between a database and the models that Alembic does not find by itself."""

from .search import prepare

__all__ = ["prepare"]
