"""Opening the gate's ledger: what was cut off is marked, what does not fit together is refused.

Besides the head in the folder there is an anchor in the vault, which finds what the folder alone cannot show: that both
files were put back to an older state together, or are gone together.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from aspen.core.egress import Verdict
from aspen.core.errors import DiskFull, LedgerBroken, NotFound, NotRecorded, NotWritable, StoreDamaged
from aspen.database.connection import Connection, open_database
from aspen.database.migrations import migrate
from aspen.egress.ledger.anchor import Anchor, forget_anchor
from aspen.egress.ledger.entry import GENESIS_SHA256, Draft
from aspen.egress.ledger.head_file import Head, disagreement, has_head, read_head, write_head
from aspen.egress.ledger.kept_bytes import Retention
from aspen.egress.ledger.keys import LedgerKeys, is_mac, keys_from
from aspen.egress.ledger.layout import LAYOUT, layout_problems
from aspen.egress.ledger.ledger import Ledger, Outcome, Parts
from aspen.egress.ledger.listing import entry_at, sends_without_outcome
from aspen.egress.ledger.verifying import Problem, Verification, verify
from aspen.vault.vault import Vault

FILE_NAME = "ledger.sqlite"
_LOCK_NAME = "ledger.lock"
_COMPANIONS = ("", "-wal", "-shm")
_ENDED = "Aspen ended before the answer did, so nobody knows how this ended. It was not sent again."


def _utc_now() -> datetime:
    return datetime.now(UTC)


def open_ledger(
    folder: Path,
    vault: Vault,
    *,
    retention: Retention | None = None,
    now: Callable[[], datetime] = _utc_now,
) -> Ledger:
    """Open the ledger of a folder, or begin it; sends that nobody saw end become INTERRUPTED.

    Raises NotRecorded where it cannot be written or another process has it, LedgerBroken where it was edited, cut or
    rolled back (only its end is looked at here; `Ledger.verify` looks at everything), NoKey, StoreTooNew.
    """
    path = folder / FILE_NAME
    lock = _take_lock(folder)
    try:
        exists = path.exists() or has_head(folder)
        keys = keys_from(vault, may_make=not exists)
        connection = _open(path)
        try:
            anchor = Anchor(vault)
            tail = _agreed_end(connection, keys, anchor)
            ledger = Ledger(
                Parts(
                    connection=connection,
                    keys=keys,
                    lock=lock,
                    tail=tail,
                    anchor=anchor,
                    retention=retention or Retention(),
                    now=now,
                )
            )
            for sent in sends_without_outcome(connection):
                ledger.record_outcome(sent, Outcome(verdict=Verdict.INTERRUPTED, reasons=(_ENDED,)))
            ledger.tidy()
            connection.checkpoint()
        except BaseException:
            connection.close()
            raise
    except BaseException:
        os.close(lock)
        raise
    return ledger


def set_aside(folder: Path, vault: Vault, now: Callable[[], datetime] = _utc_now) -> Path:
    """Move a ledger that cannot be trusted into a folder of its own, and begin a new one that says so.

    A person's choice, never Aspen's own: what was spent so far no longer counts. Raises NotRecorded.
    """
    lock = _take_lock(folder)
    try:
        place = folder / f"set-aside-{now().astimezone(UTC):%Y%m%dT%H%M%S%f}"
        place.mkdir(mode=0o700)
        for name in ("head", *(FILE_NAME + ending for ending in _COMPANIONS)):
            if (folder / name).exists():
                (folder / name).rename(place / name)
    except OSError as error:
        raise _not_recorded(f"The ledger in {folder} cannot be moved.") from error
    finally:
        os.close(lock)
    forget_anchor(vault)
    with open_ledger(folder, vault, now=now) as ledger:
        ledger.record(Draft(verdict=Verdict.NOTED, reasons=(f"An earlier ledger was set aside in {place.name}.",)))
    return place


def verify_folder(folder: Path, vault: Vault, known: Sequence[Head] = ()) -> Verification:
    """Check a ledger that nobody has open, and that `open_ledger` may refuse, without writing to it.

    Raises LedgerBroken where its key is gone, and NoKey.
    """
    keys, anchor = keys_from(vault, may_make=False), Anchor(vault).head
    try:
        with open_database(folder / FILE_NAME, is_read_only=True) as connection:
            return verify(connection, keys, (anchor, *known))
    except (NotFound, NotWritable, StoreDamaged) as error:
        problem = Problem(sequence=None, sentence=f"The ledger cannot be read: {error.sentence}")
        return Verification(entries_checked=0, bodies_checked=0, head=Head(), problems=(problem,))


def _agreed_end(connection: Connection, keys: LedgerKeys, anchor: Anchor) -> Head:
    """Compare the end of the chain with head and anchor, move both up to it, and return it."""
    for sentence in layout_problems(connection):
        raise _broken(sentence)
    tail, before_tail_sha256 = _tail_of(connection, keys)
    head, known = read_head(connection.path.parent, keys), anchor.head
    if sentence := disagreement(head, tail, before_tail_sha256):
        raise _broken(sentence)
    at_anchor = entry_at(connection, known.sequence)
    if known.sequence and (at_anchor is None or at_anchor.sha256 != known.sha256):
        raise _broken(f"Entry {known.sequence} is not the one that stood there when Aspen last looked.")
    if head != tail:
        try:
            write_head(connection.path.parent, tail, keys)
        except OSError as error:
            raise _not_recorded("The ledger's head cannot be written.") from error
    anchor.move(tail)
    return tail


def _tail_of(connection: Connection, keys: LedgerKeys) -> tuple[Head, str]:
    row = connection.first("SELECT sequence, sha256, mac FROM entries ORDER BY sequence DESC LIMIT 1")
    if row is None:
        return Head(), GENESIS_SHA256
    sequence, sha256, sealed = row
    entry = entry_at(connection, sequence)
    is_genuine = entry is not None and (entry.sequence, entry.sha256) == (sequence, sha256)
    if entry is None or not is_genuine or not is_mac(keys.entries, str(sha256).encode(), str(sealed)):
        raise _broken(f"The last entry of the ledger, {sequence}, was edited.")
    return Head.after(entry), entry.previous_sha256


def _open(path: Path) -> Connection:
    try:
        connection = open_database(path)
        try:
            migrate(connection, LAYOUT)
            connection.execute("SELECT count(*) FROM bodies")  # the log is made now, and can be watched from now on
        except BaseException:
            connection.close()
            raise
    except (NotWritable, DiskFull) as error:
        raise NotRecorded(
            f"The ledger cannot be written, so nothing can be sent: {error.sentence}",
            hint=error.hint,
            facts=error.facts,
        ) from error
    except StoreDamaged as error:
        raise _broken(error.sentence) from error
    return connection


def _take_lock(folder: Path) -> int:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _not_recorded(f"{folder} cannot be written ({error.strerror}).") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise _not_recorded("Another process of Aspen has the ledger open.") from error
    return lock


def _not_recorded(sentence: str) -> NotRecorded:
    return NotRecorded(
        f"{sentence} Nothing can be sent until that is mended.",
        hint="Make the folder writable for you, make room on the disk, and end other Aspens: aspen stop",
    )


def _broken(sentence: str) -> LedgerBroken:
    return LedgerBroken(
        f"The ledger cannot be trusted, so nothing is sent: {sentence}",
        hint="Restore the file from a backup made since, or keep it as evidence and begin anew: aspen ledger set-aside",
    )
