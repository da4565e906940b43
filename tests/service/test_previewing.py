"""A preview decides as asking would, has the gate hold the bytes, and sends nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from aspen.core.egress import Origin
from aspen.core.errors import AspenError, Declined, OverCeiling
from aspen.core.label import UNSET, Label
from aspen.core.wire import to_wire
from aspen.privacy.words import declared_label
from aspen.service.at_hand import ModelsAtHand
from aspen.service.gathering import Gathered
from aspen.service.previewing import preview
from fakes.elsewhere import LEAVES, elsewhere, provider, request
from fakes.scripted_gate import END, Frame, ScriptedGate

WAITING: Frame = ({"event": "awaiting_approval", "nonce": "0" * 32, "body_sha256": "ab", "provider": "acme"}, b"")


def _error(error: AspenError) -> Frame:
    return {"event": "error", "code": error.code, "sentence": error.sentence, "hint": error.hint}, b""


async def _previewed(gate: ScriptedGate, label: Label = LEAVES, *, is_named: bool = True) -> list[dict[str, Any]]:
    there = elsewhere(provider("acme", "large"), gate=gate)
    origin = replace(Origin(), is_named=is_named)
    gathered = Gathered(messages=(), said=(), origin=origin, hints=(), label_without_files=None)
    models = ModelsAtHand(here=None, elsewhere=there, gathered=gathered, preferred_cloud=None)
    async with gate:
        frames = preview(models, request("large", label))
        return [cast("dict[str, Any]", frame) async for frame in frames]


async def test_the_gate_is_asked_to_hold_the_bytes_and_never_to_send_them() -> None:
    gate = ScriptedGate(frames=(WAITING, END))
    decision, waiting, last = await _previewed(gate)
    assert (decision["event"], decision["kind"], decision["model"]) == ("decision", "route", "large")
    assert (waiting["event"], waiting["nonce"]) == ("awaiting_approval", "0" * 32)
    assert (last["result"]["leaves"], last["result"]["decision"]["kind"]) == (True, "route")
    assert gate.envelope().is_preview
    assert gate.settled == []


async def test_a_preview_that_was_looked_at_and_dropped_is_a_preview() -> None:
    for end in (END, _error(Declined("Shown, and dropped."))):
        *_, last = await _previewed(ScriptedGate(frames=(WAITING, end)))
        assert last["result"]["leaves"] is True


async def test_words_of_nobody_s_label_are_previewed_for_a_named_model() -> None:
    gate = ScriptedGate(frames=(WAITING, END))
    *_, last = await _previewed(gate, UNSET)
    assert last["result"]["leaves"] is True


@pytest.mark.parametrize("label", [declared_label("stays-here"), declared_label("my-servers")], ids=["stays", "mine"])
async def test_what_stays_here_is_not_even_shown_to_the_gate(label: Label) -> None:
    gate = ScriptedGate(frames=(WAITING, END))
    decision, last = await _previewed(gate, label)
    assert decision["kind"] == "refusal"
    assert (last["result"]["leaves"], last["result"]["decision"]["kind"]) == (False, "refusal")
    assert gate.asked == []


async def test_what_the_gate_refuses_is_that_error() -> None:
    with pytest.raises(OverCeiling, match="Too dear"):
        await _previewed(ScriptedGate(frames=(_error(OverCeiling("Too dear.")),)))


async def test_a_gate_that_breaks_off_is_an_error_and_no_preview() -> None:
    with pytest.raises(AspenError) as caught:
        await _previewed(ScriptedGate(frames=(WAITING,), tail=to_wire({"event": "nonsense"})))
    assert caught.value.code == "gate_unreachable"
