"""Timings of this package beside Flask-Migrate 4.1.0; nothing imports it."""
