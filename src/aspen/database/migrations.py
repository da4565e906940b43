"""Bringing a file to the present layout, one step after another; its own `user_version` says how far it has come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcipher3 import dbapi2

from aspen.core.errors import StoreTooNew
from aspen.database.connection import Connection


def migrate(connection: Connection, steps: Sequence[str]) -> None:
    """Run the steps that the file has not seen, each in a transaction of its own with its number.

    A step is SQL of one or more statements and never changes once it was released. A kill leaves whole steps. Raises
    StoreTooNew for a file that has seen more steps than there are, unless it was opened for reading only.
    """
    if is_too_new(connection, steps):
        if connection.is_read_only:
            return
        raise too_new(connection, steps)
    for number, step in enumerate(steps, start=1):
        if connection.user_version < number:
            _take(connection, number, step)


def is_too_new(connection: Connection, steps: Sequence[str]) -> bool:
    """Whether the file was made by a newer Aspen."""
    return connection.user_version > len(steps)


def too_new(connection: Connection, steps: Sequence[str]) -> StoreTooNew:
    """Word the error for a file that was made by a newer Aspen."""
    layout, known = connection.user_version, len(steps)
    return StoreTooNew(
        f"{connection.path} was made by a newer Aspen (layout {layout}; this one knows {known}), so it is only read.",
        hint="Update Aspen to write to it.",
        facts={"path": str(connection.path), "layout": layout, "known_layout": known},
    )


def _take(connection: Connection, number: int, step: str) -> None:
    with connection.transaction():
        if connection.user_version >= number:  # another process was faster
            return
        for statement in statements_of(step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")


def statements_of(script: str) -> Iterator[str]:
    """Split a script where statements end, not at the semicolons inside of triggers and texts.

    Raises ValueError for a script whose last statement is not ended.
    """
    *ended, rest = script.split(";")
    statement = ""
    for piece in ended:
        statement += f"{piece};"
        if dbapi2.complete_statement(statement):
            yield statement.strip()
            statement = ""
    if (statement + rest).strip():
        raise ValueError("a step ends in the middle of a statement")
