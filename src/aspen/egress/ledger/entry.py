"""One entry of the ledger, and the bytes that its hash covers.

An entry is stored and exported as its canonical JSON (`core.egress.canonical_json`), and its SHA-256 is the hash of
exactly those bytes: nobody has to rebuild them from columns to check the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, cast

from aspen.core.egress import Verdict, canonical_json
from aspen.core.errors import LedgerBroken
from aspen.core.label import Label, label_from_json, label_to_json

SCHEMA = 1
GENESIS_SHA256 = "0" * 64
"""What the first entry names as the hash before its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be recorded.

    `body_…` is the request, `response_…` the answer or the downloaded file; None where there is none yet. An outcome
    names the entry that it ends in `of_sequence`. `cost_microdollars` is the worst case at sending and the actual cost
    in the outcome. `approval` says who allowed it ("rule", "person", "chat"). `happened_at` is when, where that was
    before the recording. `forgets` are ranges of entries, both ends included, whose bytes this entry deletes.
    """

    verdict: Verdict
    provider: str = ""
    host: str = ""
    model: str = ""
    path: str = ""
    purpose: str = ""
    zone: str = ""
    label: Label | None = None
    project: str = ""
    paths: tuple[str, ...] = ()
    conversation_id: str = ""
    body_bytes: int | None = None
    body_sha256: str | None = None
    response_bytes: int | None = None
    response_sha256: str | None = None
    status: int | None = None
    of_sequence: int | None = None
    policy_version: str = ""
    approval: str = ""
    nonce: str = ""
    reasons: tuple[str, ...] = ()
    cost_microdollars: int | None = None
    happened_at: datetime | None = None
    forgets: tuple[tuple[int, int], ...] = ()

    @property
    def kept_sha256(self) -> str | None:
        """The hash of the bytes that may be kept with this entry: an outcome keeps the answer, others the request."""
        return self.body_sha256 if self.of_sequence is None else self.response_sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry(Draft):
    """What was recorded. `is_kept` says that its bytes were kept then; they may have been forgotten since."""

    sequence: int
    recorded_at: datetime
    is_kept: bool
    previous_sha256: str
    sha256: str


def written(
    draft: Draft, *, sequence: int, recorded_at: datetime, is_kept: bool, previous_sha256: str
) -> tuple[LedgerEntry, bytes]:
    """Make the entry of a draft, and the bytes that its hash covers."""
    unhashed = LedgerEntry(
        **fields_of(draft),
        sequence=sequence,
        recorded_at=recorded_at,
        is_kept=is_kept,
        previous_sha256=previous_sha256,
        sha256="",
    )
    content = content_of(unhashed)
    return replace(unhashed, sha256=digest(content)), content


def fields_of(draft: Draft) -> dict[str, Any]:
    """Return what a draft, or the draft inside of an entry, says."""
    return {field.name: getattr(draft, field.name) for field in fields(Draft)}


def content_of(entry: LedgerEntry) -> bytes:
    """Return the bytes that an entry's hash covers: everything but the hash itself."""
    told: dict[str, object] = {field.name: _plain(getattr(entry, field.name)) for field in fields(LedgerEntry)}
    del told["sha256"]
    return canonical_json({"schema": SCHEMA, **told})


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def entry_from_content(content: bytes) -> LedgerEntry:
    """Read an entry back. Raises LedgerBroken for bytes that no ledger wrote."""
    try:
        told: dict[str, Any] = json.loads(content)
        del told["schema"]
        told.update(_typed(told))
        return LedgerEntry(**told, sha256=digest(content))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LedgerBroken("An entry of the ledger cannot be read.", hint="Run: aspen ledger verify") from error


def moment_to_text(moment: datetime) -> str:
    """Write a time so that later times sort behind earlier ones."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _plain(value: object) -> object:
    match value:
        case Label():
            return label_to_json(value)
        case datetime():
            return moment_to_text(value)
        case tuple():
            return [_plain(each) for each in cast("tuple[object, ...]", value)]
        case _:
            return value


def _typed(told: Mapping[str, Any]) -> dict[str, object]:
    """Return those values that are more than JSON."""
    happened_at, label = told["happened_at"], told["label"]
    return {
        "verdict": Verdict(told["verdict"]),
        "label": None if label is None else label_from_json(label),
        "paths": tuple(told["paths"]),
        "reasons": tuple(told["reasons"]),
        "forgets": tuple((int(first), int(last)) for first, last in told["forgets"]),
        "happened_at": None if happened_at is None else datetime.fromisoformat(happened_at),
        "recorded_at": datetime.fromisoformat(told["recorded_at"]),
    }
