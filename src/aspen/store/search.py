"""Finding conversations by their titles and by what was said in them, through an index of words that SQLite keeps.

Triggers keep the index in step (see `schema`). Turns that are not in it wait in the backlog: old ones after an update,
answers that were cut off, and those of deleted conversations. A deleted conversation is never found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from aspen.core.message import Role
from aspen.database.connection import Row
from aspen.store.json_text import to_json_text
from aspen.store.moments import from_microseconds
from aspen.store.schema import INDEX_WAITING, TOKENIZER
from aspen.store.search_removal import remove_entries
from aspen.store.search_words import match_expression
from aspen.store.session import Session

MOST_FOUND: Final = 2000
"""So many of the newest that match are ranked: to rank all would take a second for a word that is everywhere."""

_TITLE_WEIGHT: Final = 8.0
_SNIPPET_WORDS: Final = 24

_DELETED: Final = "SELECT conversation_id FROM conversations WHERE deleted_at_us IS NOT NULL"
_POSITIONS_OF_DELETED: Final = f"SELECT position FROM turns WHERE conversation_id IN ({_DELETED})"
_HIDDEN: Final = (
    f"{_POSITIONS_OF_DELETED} UNION ALL SELECT entry FROM search_titles WHERE conversation_id IN ({_DELETED})"
)
_RANKED: Final = f"""
WITH newest AS MATERIALIZED (
    SELECT rowid AS entry, bm25(search, {_TITLE_WEIGHT}, 1.0) AS score FROM search
    WHERE search MATCH ? AND rowid NOT IN ({_HIDDEN})
    ORDER BY rowid DESC LIMIT {MOST_FOUND}
)
SELECT entry FROM newest ORDER BY score, entry DESC LIMIT ? OFFSET ?
"""
_FOUND: Final = """
SELECT position, conversation_id, turn_id, title, role, turns.created_at_us
FROM turns JOIN conversations USING (conversation_id) WHERE position IN (SELECT value FROM json_each(:entries))
UNION ALL
SELECT entry, conversation_id, NULL, title, NULL, changed_at_us
FROM search_titles JOIN conversations USING (conversation_id) WHERE entry IN (SELECT value FROM json_each(:entries))
"""

# What is shown of the few texts of a page is cut out in memory: the large index would be gone through once more.
_SHOWN: Final = f'CREATE VIRTUAL TABLE IF NOT EXISTS temp.shown USING fts5 (title, words, tokenize = "{TOKENIZER}")'
_COPY_SHOWN: Final = (
    "INSERT INTO temp.shown (rowid, title, words) "
    "SELECT rowid, title, words FROM search WHERE rowid IN (SELECT value FROM json_each(?))"
)
# As bytes: half of a character in what was said is no text for the binding.
_CUT: Final = (
    f"SELECT rowid, CAST(snippet(shown, -1, ?, ?, '…', {_SNIPPET_WORDS}) AS BLOB) FROM temp.shown WHERE shown MATCH ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A few words around what was found. `marks` are where it stands, from a letter to the one after the last."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A turn in which the words stand, or with `turn_id` None the title of a conversation.

    `moment` is when the turn began, or when the conversation was last spoken in.
    """

    conversation_id: str
    title: str
    turn_id: str | None
    role: Role | None
    moment: datetime
    snippet: Snippet


class Search:
    """Writing raises StoreTooNew, NotWritable or DiskFull."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, text: str, *, count: int = 20, skip: int = 0) -> tuple[Found, ...]:
        """Return what has all the words and "phrases" of `text`, the best first, the newer one of equals first.

        The last word may be the beginning of one. Of more than `MOST_FOUND` only the newest are looked at.
        """
        expression = match_expression(text)
        if not expression:
            return ()
        entries = [row[0] for row in self._session.read(_RANKED, (expression, count, skip))]
        return self._told(entries, self._snippets(entries, expression))

    def index_some(self, count: int = 50) -> bool:
        """Take the newest turns out of the backlog into the index, and return whether more are waiting there."""
        rows = self._session.read(
            "SELECT position FROM search_backlog "
            f"WHERE position NOT IN ({_POSITIONS_OF_DELETED}) ORDER BY position DESC LIMIT ?",
            (count,),
        )
        if not rows or self._session.is_read_only:
            return False
        numbers = (to_json_text([row[0] for row in rows]),)
        with self._session.writing() as connection:
            connection.execute(INDEX_WAITING, numbers)
            connection.execute("DELETE FROM search_backlog WHERE position IN (SELECT value FROM json_each(?))", numbers)
        return len(rows) == count

    def take_out_some(self, count: int = 1) -> bool:
        """Take turns of deleted conversations out of the index, and return whether more of them are in it.

        They could wait until they are purged, but all at once takes seconds for a long conversation in a large store.
        """
        rows = self._session.read(
            f"{_POSITIONS_OF_DELETED} AND NOT EXISTS "
            "(SELECT 1 FROM search_backlog WHERE search_backlog.position = turns.position) LIMIT ?",
            (count,),
        )
        if not rows or self._session.is_read_only:
            return False
        with self._session.writing() as connection:
            remove_entries(connection, [row[0] for row in rows])
            connection.executemany("INSERT INTO search_backlog (position) VALUES (?)", rows)
        return len(rows) == count

    def _snippets(self, entries: Sequence[int], expression: str) -> Mapping[int, Snippet]:
        read, (begin, end) = self._session.read, (f"{uuid4().hex}{side}" for side in "<>")
        read(_SHOWN)
        try:
            read(_COPY_SHOWN, (to_json_text(list(entries)),))
            return {
                row[0]: _snippet((row[1] or b"").decode("utf-8", "replace"), begin, end)
                for row in read(_CUT, (begin, end, expression))
            }
        finally:
            read("DELETE FROM temp.shown")

    def _told(self, entries: Sequence[int], snippets: Mapping[int, Snippet]) -> tuple[Found, ...]:
        rows = {row[0]: row for row in self._session.read(_FOUND, {"entries": to_json_text(list(entries))})}
        return tuple(
            _found(rows[entry], snippets.get(entry, Snippet(text=rows[entry][3]))) for entry in entries if entry in rows
        )


def _found(row: Row, snippet: Snippet) -> Found:
    return Found(
        conversation_id=row[1],
        turn_id=row[2],
        title=row[3],
        role=None if row[4] is None else Role(row[4]),
        moment=from_microseconds(row[5]),
        snippet=snippet,
    )


def _snippet(cut: str, begin: str, end: str) -> Snippet:
    """Read the marks that were put into a text, which nobody can have known before."""
    text, *pieces = cut.split(begin)
    marks: list[tuple[int, int]] = []
    for piece in pieces:
        marked, _, rest = piece.partition(end)
        marks.append((len(text), len(text) + len(marked)))
        text += marked + rest
    return Snippet(text=text, marks=tuple(marks))
