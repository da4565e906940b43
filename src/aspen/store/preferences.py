"""Small things to remember, each a name with JSON. What has a label does not belong here."""

from __future__ import annotations

import json

from aspen.store.json_text import to_json_text
from aspen.store.session import Session


class Preferences:
    """Writing raises StoreTooNew, NotWritable or DiskFull."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, name: str) -> object:
        """Return what was kept under a name, or None."""
        row = self._session.first("SELECT content FROM preferences WHERE name = ?", (name,))
        return None if row is None else json.loads(row[0])

    def keep(self, name: str, content: object) -> None:
        """Keep anything that JSON can hold."""
        with self._session.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO preferences (name, content) VALUES (?, ?)", (name, to_json_text(content))
            )

    def forget(self, name: str) -> None:
        """Remove what was kept, if anything was."""
        with self._session.writing() as connection:
            connection.execute("DELETE FROM preferences WHERE name = ?", (name,))
