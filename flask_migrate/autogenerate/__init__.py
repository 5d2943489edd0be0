"""What becomes of a comparison with the models before it is written or reported."""

from .messages import message_of
from .pipeline import Pipeline

__all__ = ["Pipeline", "message_of"]
