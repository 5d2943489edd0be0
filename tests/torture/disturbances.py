"""Which faults a kind of database can have, besides those of its server."""

DISTURBANCES = {
    "sqlite": ("fill", "freeze"),
    "postgresql": ("drop", "terminate", "freeze"),
    "mariadb": ("drop", "terminate", "freeze"),
}
