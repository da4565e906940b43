"""The exact bytes that were sent and received, encrypted, for as long as the user wants them kept.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D, 8.2.2); number and hash of the entry are the associated data,
so that no ciphertext can stand in for another.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aspen.core.errors import LedgerBroken
from aspen.database.connection import Connection
from aspen.egress.ledger.entry import moment_to_text

_NONCE_BYTES = 12
_TAG_BYTES = 16

Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long and how much is kept. 0 days keeps nothing but hashes."""

    days: int = 30
    largest_body_bytes: int = 64 << 20
    total_bytes: int = 1 << 30


class KeptBytes:
    """The `bodies` table. Nothing here begins or ends a transaction."""

    def __init__(self, connection: Connection, key: bytes) -> None:
        self._connection = connection
        self._cipher = AESGCM(key)

    def put(self, sequence: int, sha256: str, content: bytes) -> None:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, content, _bound_to(sequence, sha256))
        self._connection.execute("INSERT INTO bodies VALUES (?, ?, ?)", (sequence, nonce, sealed))

    def get(self, sequence: int, sha256: str) -> bytes | None:
        """Return the bytes of the entry with this number and hash; None where none are kept.

        Raises LedgerBroken for bytes that were changed.
        """
        row = self._connection.first("SELECT nonce, ciphertext FROM bodies WHERE sequence = ?", (sequence,))
        if row is None:
            return None
        nonce, sealed = row
        try:
            return self._cipher.decrypt(nonce, sealed, _bound_to(sequence, sha256))
        except (InvalidTag, ValueError):
            raise LedgerBroken(
                f"The bytes kept of entry {sequence} were changed.", hint="Run: aspen ledger verify"
            ) from None

    def total_bytes(self) -> int:
        row = self._connection.first("SELECT coalesce(sum(length(ciphertext) - ?), 0) FROM bodies", (_TAG_BYTES,))
        return 0 if row is None else int(row[0])

    def sequences(self) -> list[int]:
        return [int(sequence) for (sequence,) in self._connection.execute("SELECT sequence FROM bodies ORDER BY 1")]

    def sequences_before(self, moment: datetime) -> list[int]:
        """Return the entries that were recorded before a moment and have bytes."""
        rows = self._connection.execute(
            "SELECT sequence FROM bodies JOIN entries USING (sequence) WHERE recorded_at < ? ORDER BY 1",
            (moment_to_text(moment),),
        )
        return [int(sequence) for (sequence,) in rows]

    def sizes(self) -> Iterator[tuple[int, int]]:
        """Yield number and size of what is kept, oldest first."""
        for sequence, size in self._connection.iterate("SELECT sequence, length(ciphertext) FROM bodies ORDER BY 1"):
            yield int(sequence), int(size) - _TAG_BYTES

    def drop(self, ranges: Iterable[Range]) -> None:
        """Delete the bytes of these entries; SQLite overwrites them with zeros (`secure_delete`)."""
        for bounds in ranges:
            self._connection.execute("DELETE FROM bodies WHERE sequence BETWEEN ? AND ?", bounds)


def is_within(sequence: int, ranges: Iterable[Range]) -> bool:
    return any(first <= sequence <= last for first, last in ranges)


def ranges_of(chosen: Iterable[int], kept: Iterable[int]) -> tuple[Range, ...]:
    """Write some of the ascending numbers in `kept` as few ranges that hold no other of them."""
    wanted = set(chosen)
    ranges: list[Range] = []
    is_running = False
    for sequence in kept:
        if sequence in wanted:
            first = ranges.pop()[0] if is_running else sequence
            ranges.append((first, sequence))
        is_running = sequence in wanted
    return tuple(ranges)


def _bound_to(sequence: int, sha256: str) -> bytes:
    return f"{sequence} {sha256}".encode("ascii")
