"""The tables of `ledger.sqlite`.

`content` is an entry's canonical JSON, and the only place where its fields are stored; the other columns are computed
from it when they are read, so that nothing can be edited beside what is hashed. `mac` authenticates the hash: an
entry that somebody without the key has added is found even behind the head. Only bytes that are kept can be deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aspen.database.connection import Connection
from aspen.database.migrations import statements_of

LAYOUT: Final = (
    """
    CREATE TABLE entries (
        sequence INTEGER PRIMARY KEY,
        content TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        mac TEXT NOT NULL,
        recorded_at TEXT AS (content ->> '$.recorded_at') VIRTUAL,
        verdict TEXT AS (content ->> '$.verdict') VIRTUAL,
        provider TEXT AS (content ->> '$.provider') VIRTUAL,
        model TEXT AS (content ->> '$.model') VIRTUAL,
        project TEXT AS (content ->> '$.project') VIRTUAL,
        conversation_id TEXT AS (content ->> '$.conversation_id') VIRTUAL,
        nonce TEXT AS (content ->> '$.nonce') VIRTUAL,
        of_sequence INTEGER AS (content ->> '$.of_sequence') VIRTUAL,
        cost_microdollars INTEGER AS (content ->> '$.cost_microdollars') VIRTUAL
    ) STRICT;
    CREATE INDEX entries_by_time ON entries (recorded_at);
    CREATE INDEX entries_by_nonce ON entries (nonce, verdict) WHERE nonce <> '';
    CREATE INDEX sends ON entries (sequence, cost_microdollars) WHERE verdict = 'sent';
    CREATE INDEX outcomes ON entries (of_sequence, verdict, cost_microdollars) WHERE of_sequence IS NOT NULL;
    CREATE TABLE bodies (
        sequence INTEGER PRIMARY KEY REFERENCES entries,
        nonce BLOB NOT NULL,
        ciphertext BLOB NOT NULL
    ) STRICT;
    """,
)


def layout_problems(connection: Connection) -> Iterator[str]:
    """Say what is not as `LAYOUT` made it: a trigger could delete, and a rewritten column could hide what was spent."""
    found = {_spelled(sql): str(name) for name, sql in connection.execute("SELECT name, sql FROM sqlite_schema")}
    expected = {_spelled(statement.rstrip(";")) for step in LAYOUT for statement in statements_of(step)}
    for sql in sorted(found.keys() - expected):
        yield f"The ledger's file holds {found[sql]!r} in a form that Aspen did not give it."
    if expected - found.keys():
        yield "The ledger's file lacks a table or an index that Aspen made."


def _spelled(sql: object) -> str:
    return " ".join(str(sql).split())
