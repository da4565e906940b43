"""Takes words out of the index so that none of them can be found in the file.

FTS5 with `secure-delete` takes a deleted text out of its pages, but a word that began a page stays behind as a signpost
to it (the table `search_idx`, https://www.sqlite.org/fts5.html#fts5_data_structures). Where no text has such a word any
more, the next word that is there becomes the signpost: it lies on the same page or behind it. Signposts of the index of
beginnings, of three letters at most, stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aspen.database.connection import Connection
from aspen.store.json_text import to_json_text
from aspen.store.schema import TOKENIZER

# Temporary tables are in memory.
_TABLES: Final = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.gone USING fts5 (words, content = '', tokenize = \"{TOKENIZER}\")",
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.gone_words USING fts5vocab (gone, row)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab (main, search, row)",
)

_NOTE: Final = "INSERT INTO temp.gone (words)"
_LISTED: Final = "SELECT value FROM json_each(?)"

# Words of the whole index, not of its beginnings, have this before them.
_MARK: Final = b"0"

# For each segment the signpost that leads to each of the words that are gone.
_SIGNPOSTS: Final = """
WITH RECURSIVE segments (segid) AS (
    SELECT min(segid) FROM search_idx
    UNION ALL
    SELECT (SELECT min(segid) FROM search_idx WHERE segid > segments.segid) FROM segments WHERE segid IS NOT NULL
)
SELECT DISTINCT segid, post FROM (
    SELECT segid, CAST('0' || gone_words.term AS BLOB) AS word, (
        SELECT max(term) FROM search_idx
        WHERE search_idx.segid = segments.segid AND term <= CAST('0' || gone_words.term AS BLOB)
    ) AS post
    FROM segments, temp.gone_words WHERE segid IS NOT NULL
) WHERE length(post) > 1 AND substr(word, 1, length(post)) = post
"""


def remove_entries(connection: Connection, entries: Sequence[int]) -> None:
    """Take texts out of the index by their numbers there. Within the transaction that deletes them.

    Costs some milliseconds for each in a large index.
    """
    if not entries:
        return
    numbers = (to_json_text(list(entries)),)
    _make_tables(connection)
    connection.execute(f"{_NOTE} SELECT title || ' ' || words FROM search WHERE rowid IN ({_LISTED})", numbers)
    connection.execute(f"DELETE FROM search WHERE rowid IN ({_LISTED})", numbers)
    _remove_signposts(connection)


def remove_words(connection: Connection, text: str) -> None:
    """Take out what is left of a text that is not in the index any more. Within the transaction that changes it."""
    _make_tables(connection)
    connection.execute(f"{_NOTE} VALUES (?)", (text,))
    _remove_signposts(connection)


def _make_tables(connection: Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)


def _remove_signposts(connection: Connection) -> None:
    for segment, post in connection.execute(_SIGNPOSTS):
        _put_up_again(connection, segment, post)
    connection.execute("INSERT INTO temp.gone (gone) VALUES ('delete-all')")


def _put_up_again(connection: Connection, segment: int, post: bytes) -> None:
    """Words are bytes here: a signpost may be the first part of a letter."""
    word, place = post.removeprefix(_MARK), (segment, post)
    following = connection.first(
        "SELECT CAST(term AS BLOB) FROM temp.search_words WHERE term >= CAST(? AS TEXT) LIMIT 1", (word,)
    )
    if following is not None and following[0].startswith(word):
        return
    after = connection.first("SELECT term FROM search_idx WHERE segid = ? AND term > ? ORDER BY term LIMIT 1", place)
    if following is None or (after is not None and after[0] <= _MARK + following[0]):
        connection.execute("DELETE FROM search_idx WHERE segid = ? AND term = ?", place)  # no word begins on its page
    else:
        new = _MARK + following[0]
        connection.execute("UPDATE search_idx SET term = ? WHERE segid = ? AND term = ?", (new, *place))
