"""Random pairs of schemas: what ``migrate`` must find, write and be able to undo."""
