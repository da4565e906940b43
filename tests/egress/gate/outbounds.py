"""What a test sends through a gate: words that may leave, words just typed, and words that stay here."""

from __future__ import annotations

from dataclasses import replace

from aspen.core.egress import Destination, Hint, Origin, Outbound
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.request import Purpose

PRIVATE = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("folder ~/cases",))


def may_leave(body: bytes = b'{"messages":[]}', *, provider: str = "acme", cost: int | None = None) -> Outbound:
    """Return words that a person has declared free to leave."""
    return Outbound(
        destination=Destination(provider=provider, path="/v1/chat/completions", model="m-1"),
        zone=Zone.CLOUD,
        purpose=Purpose.CHAT,
        label=PUBLIC,
        body=body,
        worst_cost_microdollars=cost,
    )


def typed(body: bytes = b'{"messages":["typed"]}', *, conversation_id: str = "c1") -> Outbound:
    """Return words just typed for a model that the person named: a preview asks."""
    return replace(
        may_leave(body), label=UNSET, origin=Origin(conversation_id=conversation_id, is_named=True, project="fair")
    )


def stays_here(body: bytes = b'{"messages":["secret"]}') -> Outbound:
    return replace(may_leave(body), label=PRIVATE)


def hinted() -> Outbound:
    """Return words that may leave and hold something that a person should see first."""
    return replace(may_leave(), hints=(Hint(kind="phone number", count=1),))
