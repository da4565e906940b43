"""Questions that were begun and not asked yet, one for each conversation. They have no label: they go nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aspen.core.errors import Misused
from aspen.store.json_text import plain_text
from aspen.store.moments import from_microseconds
from aspen.store.session import Session

LONGEST_DRAFT: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    words: str
    changed_at: datetime


class Drafts:
    """Writing raises StoreTooNew, NotWritable or DiskFull. A draft goes with its conversation when that is purged."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, name: str) -> Draft | None:
        """Return what was kept under the id of a conversation, or another name."""
        row = self._session.first("SELECT words, changed_at_us FROM drafts WHERE name = ?", (name,))
        return None if row is None else Draft(words=row[0], changed_at=from_microseconds(row[1]))

    def keep(self, name: str, words: str) -> None:
        """Keep a draft in place of the one before; no words are no draft. Raises Misused for one that is too long."""
        if len(words) > LONGEST_DRAFT:
            raise Misused(
                f"A draft has {LONGEST_DRAFT:,} letters at most, not {len(words):,}.",
                hint="Attach a text of this length as a file.",
                facts={"letters": len(words), "most_letters": LONGEST_DRAFT},
            )
        with self._session.writing() as connection:
            if not words:
                connection.execute("DELETE FROM drafts WHERE name = ?", (name,))
                return
            connection.execute(
                "INSERT OR REPLACE INTO drafts (name, words, changed_at_us) VALUES (?, ?, ?)",
                (name, plain_text(words), self._session.now_us()),
            )
