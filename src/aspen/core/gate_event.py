"""What the gate says while it sends: approval wanted, recorded, then the provider's response, head first."""

from __future__ import annotations

from dataclasses import dataclass

from aspen.core.answer import AwaitingApproval, Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHead:
    """Status and the headers that matter (lower-case names). A redirect never gets here."""

    status: int
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsePiece:
    """Some bytes of the response, decompressed."""

    content: bytes


GateEvent = AwaitingApproval | Sent | ResponseHead | ResponsePiece
