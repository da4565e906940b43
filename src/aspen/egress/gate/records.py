"""What the gate writes into its ledger, in the words of a send: it begins, it ends, or it was kept back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aspen.core.egress import Envelope, Verdict
from aspen.egress.gate.ledger_desk import LedgerDesk
from aspen.egress.ledger.drafts import draft_of
from aspen.egress.ledger.entry import LedgerEntry
from aspen.egress.ledger.ledger import Ledger, Outcome
from aspen.privacy.ceilings import Spent


class Approval(StrEnum):
    """Who allowed a send, as the ledger names it."""

    RULES = "rule"
    PERSON = "person"
    CONVERSATION = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a send ended, and the response's bytes where they are to be kept."""

    outcome: Outcome
    kept: bytes | None = None


class Records:
    """Each method returns once the entry is on the disk, and raises NotRecorded where it cannot get there."""

    def __init__(self, desk: LedgerDesk) -> None:
        self.desk = desk

    async def sent(self, envelope: Envelope, host: str, approval: Approval) -> LedgerEntry:
        """Record that these bytes are about to leave, and keep them."""
        draft = draft_of(envelope, Verdict.SENT, host=host, approval=approval.value)
        return await self.desk.begin_send(lambda ledger: ledger.record(draft, envelope.outbound.body))

    async def ended(self, sent: LedgerEntry, ending: Ending) -> None:
        await self.desk.end_send(lambda ledger: ledger.record_outcome(sent, ending.outcome, ending.kept))

    async def kept_back(self, envelope: Envelope, verdict: Verdict, reasons: tuple[str, ...]) -> int:
        """Record what did not leave, without its bytes; return the entry's number."""
        draft = draft_of(envelope, verdict, reasons=reasons)
        return (await self.desk.do(lambda ledger: ledger.record(draft))).sequence

    async def spent(self) -> Spent:
        """Return the sums for the ceilings, by the calendar of this computer."""
        spending = await self.desk.do(Ledger.spending)
        return Spent(day_microdollars=spending.today.microdollars, month_microdollars=spending.this_month.microdollars)
