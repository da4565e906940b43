"""The first look at what the core hands over: is it an envelope, cleared with this gate's key, and never seen before?

What fails here is a try that no honest core makes. It is recorded as blocked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from aspen.core.egress import Destination, Envelope, Outbound, Verdict, envelope_from_json, is_cleared
from aspen.core.errors import StaysHere
from aspen.core.label import UNSET
from aspen.core.model_card import Zone
from aspen.core.request import Purpose
from aspen.egress.gate.pace import Pace
from aspen.egress.gate.records import Records

Json = Mapping[str, object]

_NONCE = re.compile(r"[0-9a-f]{32}")


class Admission:
    """Remembers every nonce of this process's life; `key` lives as long, so that no older clearance is ever good."""

    def __init__(self, key: bytes, pace: Pace, records: Records) -> None:
        self._key = key
        self.pace = pace
        self._records = records
        self._seen: set[str] = set()

    def __repr__(self) -> str:
        return "Admission(…)"

    async def admit(self, told: Json, body: bytes) -> Envelope:
        """Return the envelope of `told` around the body that came with it; its nonce is used up.

        Raises StaysHere, once that is recorded, for a wrong clearance, a nonce that is none or was used, and what is
        no envelope at all; RateLimited and DoesNotFit as `Pace`.
        """
        self.pace.admit(body)
        envelope = read_envelope(told, body)
        if envelope is None:
            raise await self._blocked(nameless(body), "what the core handed over is not an envelope")
        if not is_cleared(envelope, self._key, str(told.get("clearance"))):
            raise await self._blocked(envelope, "the clearance is not for these bytes and this destination")
        if not _NONCE.fullmatch(envelope.nonce) or envelope.nonce in self._seen:
            raise await self._blocked(envelope, "the clearance was used before")
        self._seen.add(envelope.nonce)
        return envelope

    async def _blocked(self, envelope: Envelope, why: str) -> StaysHere:
        sequence = await self._records.kept_back(envelope, Verdict.BLOCKED, (f"Blocked: {why}.",))
        return StaysHere(
            f"Blocked by the gate: {why}.",
            hint="An honest Aspen does not do this. `aspen ledger show` has the entry.",
            facts={"sequence": sequence},
        )


def read_envelope(told: Json, body: bytes) -> Envelope | None:
    """Return the envelope in a message of the core; None where there is none."""
    try:
        return envelope_from_json(cast("Json", told["envelope"]), body)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def nameless(body: bytes) -> Envelope:
    """Return what the ledger can say of a body that came without an envelope."""
    return Envelope(
        outbound=Outbound(
            destination=Destination(provider="", path="", model=""),
            zone=Zone.CLOUD,
            purpose=Purpose.CHAT,
            label=UNSET,
            body=body,
        ),
        policy_version="",
        nonce="",
    )
