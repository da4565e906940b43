"""Words that may leave, what the gate must know to judge them, and the clearance that names exactly these bytes.

An envelope and its clearance live for one send. The MAC is HMAC-SHA-256 (RFC 2104) over the canonical JSON of
everything but the body, in whose place its SHA-256 stands, with a key that the gate makes anew at each start.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import cast

from aspen.core.label import Label, label_from_json, label_to_json
from aspen.core.model_card import Zone
from aspen.core.request import Purpose

Json = Mapping[str, object]

LARGEST_COST_MICRODOLLARS = 10**12
"""What no request costs. A sum that could be wrong by more, or be lowered by less than nothing, bounds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where on a provider, as its dialect wants it. The gate looks the host up itself, by the provider's name."""

    provider: str
    path: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Something that a detector saw in text that may leave: shown to the person, for example "1 phone number"."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the words of a request came from, as far as rules ask: project, files, conversation, and who chose.

    `is_named` says that a person named the model for words just typed: the one exception for unset labels.
    """

    project: str = ""
    paths: tuple[str, ...] = ()
    conversation_id: str = ""
    is_named: bool = False


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """Exactly the bytes that would leave, and everything the gate needs to judge them.

    `worst_cost_microdollars` is the price of the longest answer; None where no price is known.
    """

    destination: Destination
    zone: Zone
    purpose: Purpose
    label: Label
    body: bytes
    origin: Origin = Origin()
    hints: tuple[Hint, ...] = ()
    worst_cost_microdollars: int | None = None

    @cached_property
    def body_sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One send. `nonce` is 32 hex digits and used once; `is_preview` asks for the preview alone."""

    outbound: Outbound
    policy_version: str
    nonce: str
    is_preview: bool = False


def clearance(envelope: Envelope, key: bytes) -> str:
    """Return the MAC of an envelope as hex digits."""
    return hmac.new(key, canonical_json(envelope_to_json(envelope)), hashlib.sha256).hexdigest()


def is_cleared(envelope: Envelope, key: bytes, claimed: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(clearance(envelope, key).encode(), claimed.encode())


def canonical_json(content: Json) -> bytes:
    """Serialise so that equal content gives equal bytes: sorted keys, no blanks, UTF-8; no floats occur here."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def envelope_to_json(envelope: Envelope) -> dict[str, object]:
    """Flatten an envelope without its body, whose SHA-256 and length stand for it."""
    outbound, origin = envelope.outbound, envelope.outbound.origin
    destination = outbound.destination
    return {
        "provider": destination.provider,
        "path": destination.path,
        "model": destination.model,
        "zone": outbound.zone.value,
        "purpose": outbound.purpose.value,
        "label": label_to_json(outbound.label),
        "body_sha256": outbound.body_sha256,
        "body_bytes": len(outbound.body),
        "project": origin.project,
        "paths": list(origin.paths),
        "conversation_id": origin.conversation_id,
        "is_named": origin.is_named,
        "hints": [[hint.kind, hint.count] for hint in outbound.hints],
        "worst_cost_microdollars": outbound.worst_cost_microdollars,
        "policy_version": envelope.policy_version,
        "nonce": envelope.nonce,
        "is_preview": envelope.is_preview,
    }


def envelope_from_json(told: Json, body: bytes) -> Envelope:
    """Rebuild an envelope around the body that came with it; its hash is computed here and never taken from `told`.

    Raises KeyError, TypeError or ValueError for anything that is not one. A label that cannot be read is unset.
    """
    return Envelope(
        outbound=Outbound(
            destination=Destination(
                provider=_text(told, "provider"), path=_text(told, "path"), model=_text(told, "model")
            ),
            zone=Zone(told["zone"]),
            purpose=Purpose(told["purpose"]),
            label=label_from_json(told["label"]),
            body=body,
            origin=Origin(
                project=_text(told, "project"),
                paths=tuple(_as_text(path, "paths") for path in _list(told, "paths")),
                conversation_id=_text(told, "conversation_id"),
                is_named=told["is_named"] is True,
            ),
            hints=tuple(_hint(pair) for pair in _list(told, "hints")),
            worst_cost_microdollars=_cost(told["worst_cost_microdollars"]),
        ),
        policy_version=_text(told, "policy_version"),
        nonce=_text(told, "nonce"),
        is_preview=told["is_preview"] is True,
    )


def is_cost(told: object) -> bool:
    """Whether this can be what a request costs, in millionths of a US dollar."""
    return isinstance(told, int) and not isinstance(told, bool) and 0 <= told <= LARGEST_COST_MICRODOLLARS


def _text(told: Json, name: str) -> str:
    return _as_text(told[name], name)


def _as_text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text")
    return value


def _list(told: Json, name: str) -> list[object]:
    value = told[name]
    if not isinstance(value, list):
        raise TypeError(f"{name} must be a list")
    return cast("list[object]", value)


def _hint(pair: object) -> Hint:
    match pair:
        case [str() as kind, int() as count] if count >= 0 and not isinstance(count, bool):
            return Hint(kind=kind, count=count)
        case _:
            raise TypeError("a hint must be a kind and a count")


def _cost(told: object) -> int | None:
    if told is None:
        return None
    if not is_cost(told):
        raise ValueError("a cost must be a whole number between nothing and what no request costs")
    return cast("int", told)


class Verdict(StrEnum):
    """What became of a try to send, as the ledger writes it.

    BLOCKED is a try that no honest core makes (a wrong clearance, a nonce seen before); INTERRUPTED is a send whose
    end nobody saw.
    """

    SENT = "sent"
    ANSWERED = "answered"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    REFUSED = "refused"
    DECLINED = "declined"
    BLOCKED = "blocked"
    FETCHED = "fetched"
    NOTED = "noted"
