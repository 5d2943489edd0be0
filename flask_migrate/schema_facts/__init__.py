"""What a database holds besides rows, as facts that can be compared."""

from .facts import Facts, are_known, differences, distance, read, read_tables, tables

__all__ = ["Facts", "are_known", "differences", "distance", "read", "read_tables", "tables"]
