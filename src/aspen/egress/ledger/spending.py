"""What was spent today and this month, by the calendar of the user, for the ceilings.

A send costs its worst case until its outcome says what it really cost. A day begins with the first entry that carries
its date or a later one, and everything recorded after that entry belongs to it, whatever its own time says. So a clock
that jumps back frees no budget: what carries a time in the future counts, and so does what was recorded after it. A
clock that jumps ahead begins a new day, like a night does; nothing here can tell the two apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from aspen.core.egress import Verdict
from aspen.database.connection import Connection
from aspen.egress.ledger.entry import moment_to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """`unpriced_sends` are sends of which nobody knows the price: they add nothing to the sum."""

    microdollars: int
    sends: int
    unpriced_sends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """The sums that ceilings are compared with. `future_entries` carry a time that has not come yet."""

    today: Spent
    this_month: Spent
    future_entries: int


class Sums:
    """The sums of one open ledger. Each look reads only what was recorded since the last one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._day = _Sum(connection, _LONG_AGO)
        self._month = _Sum(connection, _LONG_AGO)

    def at(self, now: datetime, calendar: tzinfo | None = None) -> Spending:
        """Sum up today and this month in the time zone `calendar`; None is the system's own.

        Costs 0.1 ms, and at the first look 1 ms for each 1,000 sends of the month.
        """
        today = now.astimezone(calendar).date()
        self._day = self._since(self._day, _midnight(today, calendar))
        self._month = self._since(self._month, _midnight(today.replace(day=1), calendar))
        future = self._connection.first("SELECT count(*) FROM entries WHERE recorded_at > ?", (moment_to_text(now),))
        return Spending(
            today=self._day.look(),
            this_month=self._month.look(),
            future_entries=0 if future is None else int(future[0]),
        )

    def _since(self, known: _Sum, start: datetime) -> _Sum:
        return known if known.start == start else _Sum(self._connection, start)


class _Sum:
    """What was sent since `start`, up to the entry that was looked at last."""

    def __init__(self, connection: Connection, start: datetime) -> None:
        self.start = start
        self._connection = connection
        self._first: int | None = None
        self._seen = 0
        self._microdollars = 0
        self._sends = 0
        self._unpriced_sends = 0

    def look(self) -> Spent:
        if self._first is None:
            self._find_first()
        if self._first is not None:
            self._go_on()
        return Spent(microdollars=self._microdollars, sends=self._sends, unpriced_sends=self._unpriced_sends)

    def _find_first(self) -> None:
        moment = moment_to_text(self.start)
        row = self._connection.first("SELECT min(sequence) FROM entries WHERE recorded_at >= ?", (moment,))
        if row is not None and row[0] is not None:
            self._first = int(row[0])
            self._take_all()

    def _take_all(self) -> None:
        """Sum up everything at once; from then on `_go_on` is quicker."""
        row = self._connection.first(_ALL_SENDS, (self._first,))
        last = self._connection.first("SELECT max(sequence) FROM entries")
        if row is not None and last is not None:
            self._microdollars, self._sends, self._unpriced_sends = map(int, row)
            self._seen = int(last[0])

    def _go_on(self) -> None:
        rows = self._connection.execute(
            """
            SELECT sequence, verdict, of_sequence, cost_microdollars FROM entries
            WHERE sequence > ? ORDER BY sequence
            """,
            (self._seen,),
        )
        for sequence, verdict, of_sequence, cost in rows:
            self._seen = sequence
            if verdict == Verdict.SENT:
                self._add(cost, 1)
            elif of_sequence is not None and cost is not None:
                self._correct(of_sequence, cost)

    def _correct(self, sequence: int, cost: int) -> None:
        """Put the actual cost of a send in the place of its worst case."""
        row = self._connection.first(
            "SELECT cost_microdollars FROM entries WHERE sequence = ? AND sequence >= ? AND verdict = 'sent'",
            (sequence, self._first),
        )
        if row is not None:
            self._add(row[0], -1)
            self._add(cost, 1)

    def _add(self, cost: int | None, times: int) -> None:
        self._microdollars += (cost or 0) * times
        self._sends += times
        self._unpriced_sends += times if cost is None else 0


_ALL_SENDS = """
    SELECT coalesce(sum(coalesce(outcome.cost_microdollars, send.cost_microdollars)), 0),
        count(*),
        count(*) FILTER (WHERE coalesce(outcome.cost_microdollars, send.cost_microdollars) IS NULL)
    FROM entries AS send LEFT JOIN entries AS outcome ON outcome.of_sequence = send.sequence
    WHERE send.verdict = 'sent' AND send.sequence >= ?
"""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _midnight(day: date, calendar: tzinfo | None) -> datetime:
    """Return the moment when a day begins there; without a time zone Python takes the system's."""
    return datetime.combine(day, time.min, tzinfo=calendar).astimezone(UTC)
