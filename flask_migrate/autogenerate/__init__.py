"""What becomes of a comparison with the models before it is written or reported."""

from .pipeline import Pipeline

__all__ = ["Pipeline"]
