"""What a core that was taken over could hand to the gate: right in form, and wrong in what it claims."""

from __future__ import annotations

import json
from dataclasses import replace

from aspen.core.egress import Destination, Origin, Outbound
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.request import Purpose

PRIVATE = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("folder ~/cases",))
TYPED = Origin(conversation_id="c1", is_named=True)


def free(text: str, *, provider: str = "openai") -> Outbound:
    """Return words that a person has declared free to leave."""
    return Outbound(
        destination=Destination(provider=provider, path="/v1/chat/completions", model="gpt-6.2-sol"),
        zone=Zone.CLOUD,
        purpose=Purpose.CHAT,
        label=PUBLIC,
        body=json.dumps(
            {"model": "gpt-6.2-sol", "stream": True, "messages": [{"role": "user", "content": text}]}
        ).encode(),
    )


def typed(text: str) -> Outbound:
    """Return words just typed for a model that a person named: a preview asks."""
    return replace(free(text), label=UNSET, origin=TYPED)


def kept(text: str) -> Outbound:
    """Return words that stay here, and are handed over nevertheless."""
    return replace(free(text), label=PRIVATE)


def unset_files(text: str) -> Outbound:
    """Return files that nobody has labelled, as if they had been typed."""
    return replace(typed(text), origin=replace(TYPED, paths=("/home/ada/notes.txt",)))


def zone_forged(text: str) -> Outbound:
    """Return words that stay here for a provider elsewhere that is called this machine."""
    return replace(kept(text), zone=Zone.MACHINE)


def server_forged(text: str) -> Outbound:
    """Return words for one's own servers, for a provider elsewhere that is called one of them."""
    own = Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DECLARED)
    return replace(free(text), label=own, zone=Zone.OWN_SERVERS)
