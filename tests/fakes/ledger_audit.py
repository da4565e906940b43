"""Compares what a provider has seen with what the ledger says, from outside: after a kill, and at the end.

What holds after every kill: the ledger is whole and goes on from where it was; every byte that reached the provider
belongs to an entry that was there before it; no entry's bytes came twice. What holds at the end: every send has ended,
and only what was answered in whole counts as answered.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fakes.body_recorder import BodyRecorder
from fakes.gate_process import Person
from fakes.processes import becomes

_PAGE = 1000

Entry = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class LedgerAudit:
    """`sent` counts the sends that the ledger knew at the last look, `parts` the bodies that had broken off by then."""

    recorder: BodyRecorder
    sent: int = 0
    parts: int = 0
    interrupted: int = 0
    _heads: list[Entry] = field(default_factory=list[Entry])
    _bodies: dict[int, bytes] = field(default_factory=dict[int, bytes])

    def check(self, person: Person) -> None:
        """Look at everything once."""
        # Before the ledger: what comes later may be recorded later.
        seen = [(each, bytes(each.content), each.is_whole) for each in list(self.recorder.seen)]
        self._check_chain(person)
        entries = _entries(person)
        sent = {entry["sequence"]: entry for entry in entries if entry["verdict"] == "sent"}
        by_hash = {entry["body_sha256"]: entry for entry in sent.values()}
        assert len(by_hash) == len(sent), "two entries for the same bytes: something was sent again"
        times: Counter[int] = Counter()
        for body, content, is_whole in seen:
            entry = (
                by_hash.get(hashlib.sha256(content).hexdigest()) if is_whole else self._begins(person, sent, content)
            )
            assert entry is not None, f"not in the ledger: {content[:200]!r}"
            assert datetime.fromisoformat(entry["recorded_at"]) <= body.began_at
            times[entry["sequence"]] += 1
        assert max(times.values(), default=1) == 1, "the same bytes came twice"
        self.sent, self.parts = len(sent), sum(not is_whole for _, _, is_whole in seen)

    def check_end(self, person: Person) -> None:
        """Look again, once nothing is under way any more."""
        assert becomes(lambda: not _open_sends(person)), _open_sends(person)
        self.check(person)
        answered = {hashlib.sha256(each.content).hexdigest() for each in self.recorder.seen if each.is_answered}
        entries = _entries(person)
        outcomes = [entry for entry in entries if entry["of_sequence"] is not None]
        assert len({entry["of_sequence"] for entry in outcomes}) == len(outcomes), "a send that ended twice"
        assert {entry["verdict"] for entry in outcomes} <= {"answered", "interrupted"}
        assert {entry["body_sha256"] for entry in outcomes if entry["verdict"] == "answered"} <= answered
        self.interrupted = sum(entry["verdict"] == "interrupted" for entry in outcomes)

    def knows(self, content: bytes) -> bool:
        """Whether the provider has seen these bytes, in whole."""
        return any(each.is_whole and content in each.content for each in list(self.recorder.seen))

    def _check_chain(self, person: Person) -> None:
        told = person.call("ledger_verify", known=self._heads[-50:])
        assert told["is_whole"] is True, told["problems"]
        if told["head"]["sequence"]:
            self._heads.append(told["head"])

    def _begins(self, person: Person, sent: dict[int, Entry], part: bytes) -> Entry | None:
        """Find the send whose kept bytes begin with these."""
        for sequence, entry in sent.items():
            if sequence not in self._bodies:
                shown = person.call("ledger_show", sequence=sequence)["body_base64"]
                self._bodies[sequence] = base64.b64decode(shown)
            if self._bodies[sequence].startswith(part):
                return entry
        return None


def _entries(person: Person) -> list[Entry]:
    """Every entry, newest first."""
    entries: list[Entry] = []
    page = [{"sequence": 0}]
    while page:
        page = person.call("ledger_list", limit=_PAGE, before_sequence=page[-1]["sequence"])["entries"]
        entries += page
    return entries


def _open_sends(person: Person) -> set[int]:
    entries = _entries(person)
    ended = {entry["of_sequence"] for entry in entries}
    return {entry["sequence"] for entry in entries if entry["verdict"] == "sent"} - ended
