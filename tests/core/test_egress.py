"""A clearance covers everything in an envelope: change any of it and the gate will not have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from aspen.core.egress import (
    Destination,
    Envelope,
    Hint,
    Origin,
    Outbound,
    clearance,
    envelope_from_json,
    envelope_to_json,
    is_cleared,
)
from aspen.core.label import PUBLIC, UNSET, LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.request import Purpose

KEY = bytes(range(32))
OUTBOUND = Outbound(
    destination=Destination(provider="anthropic", path="/v1/messages", model="claude"),
    zone=Zone.CLOUD,
    purpose=Purpose.CHAT,
    label=PUBLIC,
    body=b'{"messages":[]}',
    origin=Origin(project="fair", paths=("/a/b.txt",), conversation_id="c1", is_named=True),
    hints=(Hint(kind="phone number", count=1),),
    worst_cost_microdollars=1200,
)
ENVELOPE = Envelope(outbound=OUTBOUND, policy_version="p1", nonce="0" * 32)


CHANGES: dict[str, Callable[[], Envelope]] = {
    "body": lambda: replace(ENVELOPE, outbound=replace(OUTBOUND, body=b"{}")),
    "provider": lambda: replace(
        ENVELOPE, outbound=replace(OUTBOUND, destination=replace(OUTBOUND.destination, provider="openai"))
    ),
    "path": lambda: replace(
        ENVELOPE, outbound=replace(OUTBOUND, destination=replace(OUTBOUND.destination, path="/v1/files"))
    ),
    "model": lambda: replace(
        ENVELOPE, outbound=replace(OUTBOUND, destination=replace(OUTBOUND.destination, model="other"))
    ),
    "zone": lambda: replace(ENVELOPE, outbound=replace(OUTBOUND, zone=Zone.OWN_SERVERS)),
    "purpose": lambda: replace(ENVELOPE, outbound=replace(OUTBOUND, purpose=Purpose.TITLE)),
    "label": lambda: replace(ENVELOPE, outbound=replace(OUTBOUND, label=UNSET)),
    "origin": lambda: replace(ENVELOPE, outbound=replace(OUTBOUND, origin=Origin())),
    "hints": lambda: replace(ENVELOPE, outbound=replace(OUTBOUND, hints=())),
    "cost": lambda: replace(ENVELOPE, outbound=replace(OUTBOUND, worst_cost_microdollars=None)),
    "policy": lambda: replace(ENVELOPE, policy_version="p2"),
    "nonce": lambda: replace(ENVELOPE, nonce="1" * 32),
    "preview": lambda: replace(ENVELOPE, is_preview=True),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_clearance_is_for_one_envelope_and_no_other(name: str) -> None:
    granted = clearance(ENVELOPE, KEY)
    assert is_cleared(ENVELOPE, KEY, granted)
    assert not is_cleared(CHANGES[name](), KEY, granted)


def test_a_clearance_of_another_start_of_the_gate_is_none() -> None:
    assert not is_cleared(ENVELOPE, KEY, clearance(ENVELOPE, KEY[::-1]))
    assert not is_cleared(ENVELOPE, KEY, "é")


def test_an_envelope_survives_the_wire_and_its_hash_is_computed_from_the_body_that_came() -> None:
    told = {**envelope_to_json(ENVELOPE), "body_sha256": "f" * 64}
    assert envelope_from_json(told, OUTBOUND.body) == ENVELOPE
    assert not is_cleared(envelope_from_json(told, b"other"), KEY, clearance(ENVELOPE, KEY))


@pytest.mark.parametrize("name", sorted(set(envelope_to_json(ENVELOPE)) - {"body_sha256", "body_bytes", "label"}))
def test_an_envelope_that_lacks_a_field_is_none(name: str) -> None:
    told = envelope_to_json(ENVELOPE)
    del told[name]
    with pytest.raises((KeyError, TypeError, ValueError)):
        envelope_from_json(told, OUTBOUND.body)


def test_a_label_that_cannot_be_read_stays_here_and_nobody_is_asked() -> None:
    told = {**envelope_to_json(ENVELOPE), "label": {"sensitivity": "lax"}}
    label = envelope_from_json(told, OUTBOUND.body).outbound.label
    assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.DETECTED)
