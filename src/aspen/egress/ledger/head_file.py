"""The head: number and hash of the last entry, kept outside the database, so that a cut or an older copy is found.

It is written after each commit and so may lag by one entry, which a kill between the two leaves behind.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aspen.core.egress import canonical_json
from aspen.core.errors import LedgerBroken
from aspen.egress.ledger.entry import GENESIS_SHA256, SCHEMA, LedgerEntry
from aspen.egress.ledger.keys import LedgerKeys, is_mac, mac

_NAME = "head"
_LARGEST_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry's number and hash; number 0 is the ledger before its first entry."""

    sequence: int = 0
    sha256: str = GENESIS_SHA256

    @classmethod
    def after(cls, entry: LedgerEntry) -> Head:
        return cls(sequence=entry.sequence, sha256=entry.sha256)


def head_to_json(head: Head) -> dict[str, object]:
    return {"schema": SCHEMA, "sequence": head.sequence, "sha256": head.sha256}


def sealed_head(head: Head, keys: LedgerKeys) -> bytes:
    """Return a head as one line of canonical JSON with its MAC."""
    told = head_to_json(head)
    return canonical_json({**told, "mac": mac(keys.head, canonical_json(told))}) + b"\n"


def opened_head(sealed: bytes, keys: LedgerKeys) -> Head:
    """Read a sealed head. Raises LedgerBroken for one that this ledger's key did not seal."""
    try:
        told = cast("dict[str, object]", json.loads(sealed))
        head = Head(sequence=int(str(told["sequence"])), sha256=str(told["sha256"]))
        if is_mac(keys.head, canonical_json(head_to_json(head)), str(told["mac"])):
            return head
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise LedgerBroken("The ledger's head is not one that Aspen wrote here.", hint="Run: aspen ledger verify")


def write_head(folder: Path, head: Head, keys: LedgerKeys) -> None:
    """Replace the head in one step, flushed to the disk. Raises OSError."""
    draft = folder / f".{_NAME}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        sealed = sealed_head(head, keys)
        if os.write(descriptor, sealed) != len(sealed):
            raise OSError("the head was cut off")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.replace(folder / _NAME)


def read_head(folder: Path, keys: LedgerKeys) -> Head | None:
    """Return the head, or None where there is no file. Raises LedgerBroken."""
    try:
        with (folder / _NAME).open("rb") as file:
            return opened_head(file.read(_LARGEST_BYTES), keys)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerBroken(
            "The ledger's head cannot be read.", hint=f"Make {folder / _NAME} a plain file that you can read."
        ) from error


def has_head(folder: Path) -> bool:
    return (folder / _NAME).exists()


def disagreement(head: Head | None, tail: Head, before_tail_sha256: str) -> str:
    """Say in one sentence how head and database contradict each other; empty where they do not.

    `tail` is the last entry of the database, `before_tail_sha256` what it names as the hash before it.
    """
    noted = head or Head()
    if noted == tail or (tail.sequence == noted.sequence + 1 and before_tail_sha256 == noted.sha256):
        return ""
    if head is None:
        return f"The ledger's head is missing, although there are {tail.sequence} entries."
    if noted.sequence > tail.sequence:
        return (
            f"The ledger ends at entry {tail.sequence}, but {noted.sequence} were written: the end was cut off, or an "
            "older copy of the file was put back."
        )
    if noted.sequence == tail.sequence:
        return f"Entry {tail.sequence} is not the one that was written last."
    return f"The head stands at entry {noted.sequence} of {tail.sequence}: it is older than the ledger."
