"""Words that may leave, and the record that they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aspen.core.label import Label
from aspen.core.request import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A provider as declared in the catalogue: never inferred from an address."""

    provider: str
    host: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """Exactly the bytes that would leave, and everything the gate needs to judge them."""

    destination: Destination
    purpose: Purpose
    label: Label
    body: bytes


class Verdict(StrEnum):
    SENT = "sent"
    REFUSED = "refused"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressRecord:
    sequence: int
    recorded_at: datetime
    destination: Destination
    purpose: Purpose
    label: Label
    body_bytes: int
    body_sha256: str
    verdict: Verdict
    previous_sha256: str
