"""A person at a terminal: a thin client of the service."""
