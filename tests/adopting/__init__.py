"""``adopt`` and ``prepare``."""
