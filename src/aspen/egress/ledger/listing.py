"""Looking things up in the ledger: newest first, filtered, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from aspen.core.egress import Verdict
from aspen.database.connection import Connection, Value
from aspen.egress.ledger.entry import LedgerEntry, entry_from_content, moment_to_text

_SAID = " || ' ' || ".join(
    f"coalesce(content ->> '$.{name}', '')"
    for name in ("provider", "host", "model", "purpose", "project", "paths", "reasons", "verdict", "body_sha256")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What an entry must be to be listed; None and nothing named is anything. `until` itself is left out.

    `text` is looked for, in any case of its letters, in what an entry says of where to, what with and why.
    """

    verdicts: frozenset[Verdict] = frozenset()
    provider: str | None = None
    model: str | None = None
    project: str | None = None
    conversation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


def entries_of(
    connection: Connection, wanted: Filter, *, before_sequence: int | None = None, limit: int = 50
) -> tuple[LedgerEntry, ...]:
    """Return entries, newest first. The next page is before the last one's number. Raises LedgerBroken."""
    conditions = list(_conditions(wanted))
    if before_sequence is not None:
        conditions.append(("sequence < ?", (before_sequence,)))
    where = " AND ".join(condition for condition, _ in conditions) or "TRUE"
    values: list[Value] = [value for _, given in conditions for value in given]
    rows = connection.execute(
        f"SELECT content FROM entries WHERE {where} ORDER BY sequence DESC LIMIT ?", (*values, limit)
    )
    return tuple(_read(content) for (content,) in rows)


def entry_at(connection: Connection, sequence: int) -> LedgerEntry | None:
    row = connection.first("SELECT content FROM entries WHERE sequence = ?", (sequence,))
    return None if row is None else _read(row[0])


def outcome_of(connection: Connection, sequence: int) -> LedgerEntry | None:
    """Return the entry that says how this one ended."""
    row = connection.first("SELECT content FROM entries WHERE of_sequence = ? ORDER BY sequence LIMIT 1", (sequence,))
    return None if row is None else _read(row[0])


def sends_without_outcome(connection: Connection) -> tuple[LedgerEntry, ...]:
    rows = connection.execute(
        """
        SELECT content FROM entries AS send WHERE verdict = 'sent'
        AND NOT EXISTS (SELECT 1 FROM entries AS outcome WHERE outcome.of_sequence = send.sequence)
        ORDER BY sequence
        """
    )
    return tuple(_read(content) for (content,) in rows)


def entry_with_nonce(connection: Connection, nonce: str, verdict: Verdict, purpose: str) -> LedgerEntry | None:
    """Return the first entry that carries a nonce, with this verdict and purpose."""
    row = connection.first(
        """
        SELECT content FROM entries WHERE nonce = ? AND nonce <> '' AND verdict = ?
        AND content ->> '$.purpose' = ? ORDER BY sequence LIMIT 1
        """,
        (nonce, verdict, purpose),
    )
    return None if row is None else _read(row[0])


def _conditions(wanted: Filter) -> Iterator[tuple[str, tuple[Value, ...]]]:
    if wanted.verdicts:
        places = ", ".join("?" * len(wanted.verdicts))
        yield f"verdict IN ({places})", tuple(verdict.value for verdict in sorted(wanted.verdicts))
    for column, value in (
        ("provider = ?", wanted.provider),
        ("model = ?", wanted.model),
        ("project = ?", wanted.project),
        ("conversation_id = ?", wanted.conversation_id),
        ("recorded_at >= ?", None if wanted.since is None else moment_to_text(wanted.since)),
        ("recorded_at < ?", None if wanted.until is None else moment_to_text(wanted.until)),
        (f"instr(lower({_SAID}), lower(?)) > 0", wanted.text),
    ):
        if value is not None:
            yield column, (value,)


def _read(content: str) -> LedgerEntry:
    return entry_from_content(content.encode("utf-8"))
