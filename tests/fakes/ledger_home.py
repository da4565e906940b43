"""A gate's folder with a ledger in it, a vault, and a clock that stands still."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aspen.core.egress import Verdict
from aspen.core.label import PUBLIC
from aspen.database.connection import Row, Value, open_database
from aspen.egress.ledger.entry import Draft, LedgerEntry
from aspen.egress.ledger.head_file import Head
from aspen.egress.ledger.kept_bytes import Retention
from aspen.egress.ledger.ledger import Ledger, Outcome
from aspen.egress.ledger.opening import FILE_NAME, open_ledger, verify_folder
from aspen.egress.ledger.verifying import Verification
from fakes.fixed_clock import FixedClock
from fakes.memory_vault import MemoryVault


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHome:
    folder: Path
    vault: MemoryVault = field(default_factory=MemoryVault)
    clock: FixedClock = field(default_factory=FixedClock)

    @property
    def file(self) -> Path:
        return self.folder / FILE_NAME

    def open(self, retention: Retention | None = None) -> Ledger:
        return open_ledger(self.folder, self.vault, retention=retention, now=self.clock.now)

    def files(self) -> dict[str, bytes]:
        """Return everything that lies in the folder. Only while the ledger is closed."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    def put_back(self, files: dict[str, bytes], *names: str) -> None:
        """Restore some files as they were, all if none is named."""
        for name, content in files.items():
            if not names or name in names:
                (self.folder / name).write_bytes(content)

    def tamper(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Change the database as somebody with SQLite and without a key would."""
        with open_database(self.file) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute(sql, values)

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """Look into the database past the ledger."""
        with open_database(self.file) as connection:
            return connection.execute(sql, values)

    def check(self, *known: Head) -> Verification:
        """Verify the closed ledger."""
        return verify_folder(self.folder, self.vault, known)


def send(body: bytes = b"five captions", *, nonce: str = "", cost: int | None = 500, project: str = "fair") -> Draft:
    """Describe a send of these bytes."""
    return Draft(
        verdict=Verdict.SENT,
        provider="practice",
        host="practice.invalid",
        model="echo",
        path="/v1/chat/completions",
        purpose="chat",
        zone="cloud",
        label=PUBLIC,
        project=project,
        paths=("~/fair/list.txt",),
        conversation_id="c1",
        body_bytes=len(body),
        body_sha256=hashlib.sha256(body).hexdigest(),
        policy_version="1" * 64,
        approval="person",
        nonce=nonce,
        reasons=("A person said yes to these bytes.",),
        cost_microdollars=cost,
    )


def answered(response: bytes = b"an answer", cost: int | None = 200) -> Outcome:
    return Outcome(
        verdict=Verdict.ANSWERED,
        status=200,
        response_bytes=len(response),
        response_sha256=hashlib.sha256(response).hexdigest(),
        cost_microdollars=cost,
    )


def exchange(ledger: Ledger, body: bytes, response: bytes) -> tuple[LedgerEntry, LedgerEntry]:
    """Record a send and its answer, with the bytes of both."""
    sent = ledger.record(send(body), body)
    return sent, ledger.record_outcome(sent, answered(response), response)
