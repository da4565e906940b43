"""The open ledger, as the gate holds it. `opening.open_ledger` opens one.

The order that the gate keeps: `record` the send, and only when that has returned send the first byte; then
`record_outcome`. What cannot be recorded is not sent. For one thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Self

from aspen.core.egress import Verdict
from aspen.core.errors import NotFound, NotRecorded, NotWritable
from aspen.database.connection import Connection
from aspen.egress.ledger import listing
from aspen.egress.ledger.anchor import Anchor
from aspen.egress.ledger.appending import Appender
from aspen.egress.ledger.entry import Draft, LedgerEntry, fields_of
from aspen.egress.ledger.exporting import export_lines
from aspen.egress.ledger.head_file import Head
from aspen.egress.ledger.kept_bytes import KeptBytes, Range, Retention, ranges_of
from aspen.egress.ledger.keys import LedgerKeys
from aspen.egress.ledger.listing import Filter
from aspen.egress.ledger.signing import SignedHead, sign_head
from aspen.egress.ledger.spending import Spending, Sums
from aspen.egress.ledger.verifying import Verification, verify

_ENTRIES_BETWEEN_ANCHORS = 32
_KEPT_AFTER_CLEARING = 0.75
"""How much of its bound the kept bytes fill after the oldest went, so that not every send has to make room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a send ended: ANSWERED, FAILED or INTERRUPTED. `cost_microdollars` is None where the worst case stands."""

    verdict: Verdict
    status: int | None = None
    response_bytes: int | None = None
    response_sha256: str | None = None
    reasons: tuple[str, ...] = ()
    cost_microdollars: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One entry with its bytes (None where they are not kept, or forgotten) and the entry that ends it."""

    entry: LedgerEntry
    kept: bytes | None
    outcome: LedgerEntry | None
    outcome_kept: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a ledger works with. `lock` is the descriptor that keeps a second writer out.

    `anchor` is asked and moved in the ledger's own thread, and not while somebody waits to send.
    """

    connection: Connection
    keys: LedgerKeys
    lock: int
    tail: Head
    anchor: Anchor
    retention: Retention
    now: Callable[[], datetime]


class Ledger:
    """Use as a context manager, or `close` in the end."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._connection = parts.connection
        self._kept = KeptBytes(parts.connection, parts.keys.bodies)
        self._appender = Appender(parts.connection, parts.keys, self._kept, parts.tail, parts.now)
        self._kept_bytes = self._kept.total_bytes()
        self._sums = Sums(parts.connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def head(self) -> Head:
        """Number and hash of the last entry."""
        return self._appender.tail

    def signed_head(self) -> SignedHead:
        """Return the head with a signature that anybody can check."""
        return sign_head(self.head, self._parts.keys)

    def record(self, draft: Draft, kept: bytes | None = None) -> LedgerEntry:
        """Write one entry and flush it to the disk, with the bytes to be kept, if any. Raises NotRecorded.

        Bytes beyond the retention's bounds are not kept: the entry then says so, and holds their hash all the same.
        """
        if kept is not None and not self._is_worth_keeping(len(kept)):
            kept = None
        if kept is not None:
            self._make_room(len(kept))
        entry = self._appender.append(draft, kept)
        self._kept_bytes += len(kept or b"")
        return entry

    def record_outcome(self, sent: LedgerEntry, outcome: Outcome, kept: bytes | None = None) -> LedgerEntry:
        """Write how a send ended; `kept` are the bytes of the response.

        Raises NotRecorded, also for a send of another ledger, and ValueError for an entry that has ended already.
        """
        begun = self.entry(sent.sequence)
        if begun is None or begun.sha256 != sent.sha256:
            raise NotRecorded(
                f"How entry {sent.sequence} ended could not be recorded: its ledger was set aside meanwhile.",
                hint="The entry itself stands in the ledger that was set aside.",
            )
        if listing.outcome_of(self._connection, sent.sequence) is not None:
            raise ValueError(f"entry {sent.sequence} has ended already")
        ended = replace(
            Draft(**fields_of(sent)),
            verdict=outcome.verdict,
            of_sequence=sent.sequence,
            status=outcome.status,
            response_bytes=outcome.response_bytes,
            response_sha256=outcome.response_sha256,
            reasons=outcome.reasons,
            cost_microdollars=outcome.cost_microdollars,
        )
        entry = self.record(ended, kept)
        if entry.sequence - self._parts.anchor.head.sequence >= _ENTRIES_BETWEEN_ANCHORS:
            self._parts.anchor.try_to_move(self.head)
        return entry

    def forget(self, sequence: int) -> LedgerEntry:
        """Delete the bytes of an entry and of its outcome; return the entry that says so. The chain stays whole.

        When this returns they are in no file of the ledger. Raises NotFound, NotRecorded, NotWritable.
        """
        if self.entry(sequence) is None:
            raise NotFound(f"The ledger has no entry {sequence}.")
        outcome = listing.outcome_of(self._connection, sequence)
        meant = (sequence,) if outcome is None else (sequence, outcome.sequence)
        sentence = f"The bytes of entry {sequence} were forgotten on request."
        entry = self._forget(tuple((each, each) for each in meant), sentence)
        self._check_log()
        return entry

    def forget_before(self, moment: datetime) -> LedgerEntry | None:
        """Delete all bytes recorded before a moment; return the entry that says so, or None where there were none.

        Raises as `forget`.
        """
        entry = self._forget_all(self._kept.sequences_before(moment), "on request")
        if entry is not None:
            self._check_log()
        return entry

    def tidy(self) -> LedgerEntry | None:
        """Delete the bytes that are older than the retention says. Call it once a day. Raises NotRecorded.

        A program that reads the ledger meanwhile keeps encrypted copies in the log, which are gone at the next start.
        """
        days = self._parts.retention.days
        try:
            oldest = self._parts.now() - timedelta(days=days)
        except OverflowError:
            return None  # before the calendar begins: nothing is as old
        return self._forget_all(self._kept.sequences_before(oldest), f"after {days} days")

    def entry(self, sequence: int) -> LedgerEntry | None:
        return listing.entry_at(self._connection, sequence)

    def entries(
        self, wanted: Filter | None = None, *, before_sequence: int | None = None, limit: int = 50
    ) -> tuple[LedgerEntry, ...]:
        """Return entries, newest first, a page at a time."""
        return listing.entries_of(self._connection, wanted or Filter(), before_sequence=before_sequence, limit=limit)

    def show(self, sequence: int) -> Shown:
        """Return one entry with its bytes, decrypted. Raises NotFound, LedgerBroken."""
        entry = self.entry(sequence)
        if entry is None:
            raise NotFound(f"The ledger has no entry {sequence}.", hint="Run: aspen ledger list")
        outcome = listing.outcome_of(self._connection, sequence)
        return Shown(
            entry=entry,
            kept=self._kept.get(sequence, entry.sha256),
            outcome=outcome,
            outcome_kept=None if outcome is None else self._kept.get(outcome.sequence, outcome.sha256),
        )

    def with_nonce(self, nonce: str, verdict: Verdict, purpose: str) -> LedgerEntry | None:
        """Return the first entry that says this of a nonce and a purpose. A nonce alone could be anybody's choice."""
        return listing.entry_with_nonce(self._connection, nonce, verdict, purpose)

    def spending(self, calendar: tzinfo | None = None) -> Spending:
        """Sum up today and this month. Compare and `record` without a pause between, or two sends share one budget."""
        return self._sums.at(self._parts.now(), calendar)

    def verify(self, known: Sequence[Head] = ()) -> Verification:
        """Check the whole ledger, also against heads that were noted down before."""
        return verify(self._connection, self._parts.keys, (self._parts.anchor.head, *known))

    def export(self) -> Iterator[str]:
        """Yield the ledger as lines; record nothing until they are read."""
        return export_lines(self._connection, self.signed_head())

    def close(self) -> None:
        """Move the anchor to the end, close the file and let the next writer in."""
        try:
            if self._appender.is_head_noted:
                self._parts.anchor.try_to_move(self.head)
            self._connection.close()
        finally:
            os.close(self._parts.lock)

    def _is_worth_keeping(self, size_bytes: int) -> bool:
        retention = self._parts.retention
        return retention.days > 0 and size_bytes <= min(retention.largest_body_bytes, retention.total_bytes)

    def _make_room(self, size_bytes: int) -> None:
        """Forget the oldest bytes where these would not fit under the bound."""
        total_bytes = self._parts.retention.total_bytes
        if self._kept_bytes + size_bytes <= total_bytes:
            return
        most = min(int(total_bytes * _KEPT_AFTER_CLEARING), total_bytes - size_bytes)
        oldest: list[int] = []
        left = self._kept_bytes
        for sequence, size in self._kept.sizes():
            if left <= most:
                break
            oldest.append(sequence)
            left -= size
        self._forget_all(oldest, f"to keep no more than {total_bytes} bytes")

    def _forget_all(self, sequences: Sequence[int], reason: str) -> LedgerEntry | None:
        if not sequences:
            return None
        ranges = ranges_of(sequences, self._kept.sequences())
        sentence = f"The bytes of {len(sequences)} entries up to entry {sequences[-1]} were forgotten {reason}."
        return self._forget(ranges, sentence)

    def _forget(self, ranges: tuple[Range, ...], sentence: str) -> LedgerEntry:
        entry = self._appender.append(Draft(verdict=Verdict.NOTED, reasons=(sentence,), forgets=ranges))
        self._kept_bytes = self._kept.total_bytes()
        self._connection.checkpoint()
        return entry

    def _check_log(self) -> None:
        """Raise NotWritable where what was deleted is still in the log."""
        if not self._connection.checkpoint():
            raise NotWritable(
                "The bytes are deleted, but another program holds the ledger open, so copies of them are in its log.",
                hint="End the other program; the log is emptied when Aspen starts again.",
            )
