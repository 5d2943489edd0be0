"""One run at a time on each database."""

from .lock import Lock, lock_for

__all__ = ["Lock", "lock_for"]
