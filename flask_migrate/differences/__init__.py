"""Differences between a database and the models that Alembic does not find by itself."""

from .search import prepare, without_known_warnings

__all__ = ["prepare", "without_known_warnings"]
