"""Input that breaks things, and projects that are broken already."""
