"""What waits for a person: exactly these bytes, held in memory until somebody has looked at them and answered.

One answer counts. Whoever comes second learns what the first one said. Nothing here is written to the disk, so what
waits is gone with the process, and nothing was sent.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aspen.core.egress import Envelope
from aspen.core.errors import Failed, Misused, NotFound
from aspen.core.provider import Provider
from aspen.egress.gate.remembered import may_be_remembered

_MOST_HELD = 64
_LARGEST_HELD_BYTES = 256 << 20
_MOST_ANSWERS_KEPT = 1000


class Answer(StrEnum):
    """What became of something that waited."""

    APPROVED = "approved"
    DECLINED = "declined"
    UNASKED = "unasked"
    PREVIEWED = "previewed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One envelope that waits, where it would go, and why it is asked about."""

    envelope: Envelope
    provider: Provider
    reasons: tuple[str, ...]
    since: datetime
    answer: asyncio.Future[Answer] = field(repr=False)

    @property
    def nonce(self) -> str:
        return self.envelope.nonce


class Approvals:
    """Everything that waits now, by nonce, and how the last thousand were answered."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    @property
    def pending(self) -> tuple[Held, ...]:
        """In the order in which they came."""
        return tuple(self._held.values())

    @contextmanager
    def holding(self, held: Held) -> Generator[Held]:
        """Let persons see and answer it while the block runs.

        Raises Failed when too much waits already.
        """
        waiting_bytes = sum(len(each.envelope.outbound.body) for each in self._held.values())
        if len(self._held) >= _MOST_HELD or waiting_bytes + len(held.envelope.outbound.body) > _LARGEST_HELD_BYTES:
            raise Failed(
                f"{len(self._held)} requests wait for an answer already.",
                hint="`aspen preview` shows them: approve or decline some.",
                facts={"waiting": len(self._held), "waiting_bytes": waiting_bytes},
            )
        self._held[held.nonce] = held
        try:
            yield held
        finally:
            if self._held.pop(held.nonce, None) is not None:
                self._note(held.nonce, Answer.DROPPED)

    def look_at(self, nonce: str) -> Held:
        """Return what waits under a nonce. What was asked for as a preview alone is dropped with this.

        Raises NotFound when nothing waits there, and says how it was answered.
        """
        held = self._find(nonce)
        if held.envelope.is_preview:
            self._answer(held, Answer.PREVIEWED)
        return held

    def seen(self, nonce: str, body_sha256: str, *, for_conversation: bool) -> Held:
        """Return what a person may approve now: these bytes and no others.

        Raises NotFound as `look_at`, and Misused when the hash is another one or it may not be remembered.
        """
        held = self._find(nonce)
        outbound = held.envelope.outbound
        if not hmac.compare_digest(outbound.body_sha256.encode(), body_sha256.encode()):
            raise Misused(
                "What waits is not what you have seen: the hashes differ.",
                hint=f"Look again: `aspen preview {nonce}`.",
                facts={"waiting_sha256": outbound.body_sha256, "approved_sha256": body_sha256},
            )
        if held.envelope.is_preview:
            raise Misused("This was asked for as a preview alone and is never sent.", hint="Ask again without it.")
        if for_conversation and not may_be_remembered(outbound):
            raise Misused(
                "A yes for the whole chat covers words that you type, and nothing else: this holds more than those.",
                hint="Approve these bytes alone, or allow a folder: `aspen allow FOLDER --to PROVIDER`.",
            )
        return held

    def approve(self, held: Held) -> None:
        """Let it go. Nothing may happen between this and `seen`."""
        self._answer(held, Answer.APPROVED)

    def decline(self, nonce: str, *, nobody_was_asked: bool = False) -> Held:
        """Drop it, because a person said no or because there was nobody to ask. Raises NotFound as `look_at`."""
        held = self._find(nonce)
        self._answer(held, Answer.UNASKED if nobody_was_asked else Answer.DECLINED)
        return held

    def _find(self, nonce: str) -> Held:
        if held := self._held.get(nonce):
            return held
        answered = self._answers.get(nonce)
        if answered is None:
            raise NotFound(f"Nothing waits under {nonce or 'that number'}.", hint="`aspen preview` shows what waits.")
        raise NotFound(
            _WORDS[answered], hint="`aspen ledger list` shows what was sent.", facts={"answered": answered.value}
        )

    def _answer(self, held: Held, answer: Answer) -> None:
        del self._held[held.nonce]
        self._note(held.nonce, answer)
        if not held.answer.done():
            held.answer.set_result(answer)

    def _note(self, nonce: str, answer: Answer) -> None:
        self._answers[nonce] = answer
        while len(self._answers) > _MOST_ANSWERS_KEPT:
            self._answers.popitem(last=False)


_WORDS = {
    Answer.APPROVED: "This was answered already, in another window: it was approved.",
    Answer.DECLINED: "This was answered already, in another window: it was declined.",
    Answer.UNASKED: "This was dropped already: there was nobody to ask. It was not sent.",
    Answer.PREVIEWED: "This preview was shown already, and then dropped.",
    Answer.DROPPED: "This does not wait any more: whoever asked went away or waited too long. It was not sent.",
}
