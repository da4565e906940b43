"""Moves the fetcher's records of downloads from the spool into the ledger, each line once.

A line is recognised by its download and what it says of it, so that a kill between the ledger's commit and the emptying
of the spool doubles nothing; no send can stand in for it, whatever nonce the core gives to that. The spool is locked
meanwhile, as its writers do. A line without its end is left where it is: its writer was cut off, and the next one ends
it (`egress.spool`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from aspen.core.egress import Verdict
from aspen.core.errors import NotWritable
from aspen.core.model_card import Zone
from aspen.egress.ledger.entry import Draft
from aspen.egress.ledger.ledger import Ledger
from aspen.egress.spool import Outcome

PURPOSE = "download"
_VERDICTS = {
    Outcome.STARTED: Verdict.NOTED,
    Outcome.FETCHED: Verdict.FETCHED,
    Outcome.REFUSED: Verdict.REFUSED,
    Outcome.FAILED: Verdict.FAILED,
}
_STARTED = "A download began."
_UNREADABLE = "A record of a download cannot be read: it was cut off when it was written."


def take_in(ledger: Ledger, spool: Path) -> int:
    """Record what the spool holds, empty it, and return how many entries that made.

    Raises NotRecorded, and NotWritable where the spool cannot be opened.
    """
    try:
        descriptor = os.open(spool, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise NotWritable(
            f"The record of downloads {spool} cannot be opened.",
            hint="Make it a plain file that you can write.",
            facts={"path": str(spool), "errno": error.errno},
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        *lines, rest = content.split(b"\n")
        made = sum(_record_once(ledger, line) for line in lines if line.strip())
        if not rest:
            os.ftruncate(descriptor, 0)
        return made
    finally:
        os.close(descriptor)  # and with it the lock


def _record_once(ledger: Ledger, line: bytes) -> int:
    draft = _draft_of(line)
    if ledger.with_nonce(draft.nonce, draft.verdict, PURPOSE) is not None:
        return 0
    begun = ledger.with_nonce(draft.nonce, Verdict.NOTED, PURPOSE)
    ledger.record(draft if begun is None else replace(draft, of_sequence=begun.sequence))
    return 1


def _draft_of(line: bytes) -> Draft:
    try:
        return _parsed(cast("Mapping[str, object]", json.loads(line)))
    except (ValueError, KeyError, TypeError, RecursionError):
        nonce = hashlib.sha256(line).hexdigest()[:32]
        return Draft(verdict=Verdict.NOTED, purpose=PURPOSE, nonce=nonce, reasons=(_UNREADABLE,))


def _parsed(told: Mapping[str, object]) -> Draft:
    """Read one record of `egress.spool`. Raises KeyError, TypeError or ValueError for one that no fetcher wrote."""
    outcome, source, reason = Outcome(told["outcome"]), _text(told, "source"), _text(told, "reason")
    size, sha256 = told["size_bytes"], told["sha256"]
    host = urlsplit(source).hostname if "://" in source else None
    return Draft(
        verdict=_VERDICTS[outcome],
        provider=_text(told, "origin"),
        host=host or "",
        path=source,
        purpose=PURPOSE,
        zone=Zone.CLOUD.value,
        response_bytes=None if size is None else int(cast("int", size)),
        response_sha256=None if sha256 is None else _text(told, "sha256"),
        nonce=_text(told, "id"),
        reasons=(_STARTED,) if outcome is Outcome.STARTED else (reason,) if reason else (),
        happened_at=datetime.fromisoformat(_text(told, "time")),
    )


def _text(told: Mapping[str, object], name: str) -> str:
    value = told[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text")
    return value
