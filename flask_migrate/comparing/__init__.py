"""What a comparison asks of a database, in statements that do not grow with its tables."""

from .comparison import comparison

__all__ = ["comparison"]
