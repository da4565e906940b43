"""The models that one request may choose from, and what would leave for the one that it chose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspen.core.answer import Event
from aspen.core.egress import Hint, Origin
from aspen.core.errors import ProviderFailed
from aspen.core.message import File, Image, Message, Role, Text
from aspen.core.model_card import Skill, Zone
from aspen.core.request import AUTO
from aspen.privacy.words import declared_label
from aspen.routing.choosing import choose
from aspen.service.at_hand import ModelsAtHand
from aspen.service.elsewhere import Elsewhere
from aspen.service.gathering import Gathered
from fakes.elsewhere import CHAT, LEAVES, elsewhere, provider, request
from fakes.scripted_gate import END, SENT, ScriptedGate, head, piece


def _at_hand(there: Elsewhere, project: str = "") -> ModelsAtHand:
    gathered = Gathered(
        messages=(),
        said=(),
        origin=Origin(project=project),
        hints=(Hint(kind="phone number", count=1),),
        label_without_files=None,
    )
    return ModelsAtHand(here=None, elsewhere=there, gathered=gathered, preferred_cloud="large")


def test_the_situation_is_what_was_looked_up() -> None:
    models = _at_hand(replace(elsewhere(), is_airplane_mode=True), project="fair")
    situation = models.situation(request())
    assert (situation.is_airplane_mode, situation.preferred_cloud) == (True, "large")
    assert (situation.origin.project, situation.hints) == ("fair", (Hint(kind="phone number", count=1),))


def test_what_routing_decides_is_what_is_opened() -> None:
    there = elsewhere(provider("acme", "twin"), provider("mine", "twin", zone=Zone.OWN_SERVERS))
    models = _at_hand(there)
    asked = request("twin", declared_label("my-servers"))
    decision = choose(asked, models.candidates(asked), replace(models.situation(asked), hints=()))
    assert decision.reasons[0].code == "named"
    assert models.card("twin").zone is Zone.OWN_SERVERS
    outbound = models.outbound(asked)
    assert outbound is not None
    assert (outbound.destination.provider, outbound.zone) == ("mine", Zone.OWN_SERVERS)
    assert outbound.hints == (Hint(kind="phone number", count=1),)


def test_what_would_leave_for_nobody_elsewhere_is_nothing() -> None:
    assert _at_hand(elsewhere(provider("acme", "large"))).outbound(request(AUTO)) is None


async def test_words_leave_without_the_names_of_files_and_pictures_without_their_metadata() -> None:
    gate = ScriptedGate(frames=(SENT, head(), piece(b"data: [DONE]\n\n"), END))
    vision = provider("acme", "large")
    vision = replace(vision, models=tuple(replace(card, skills=CHAT | {Skill.VISION}) for card in vision.models))
    models = _at_hand(elsewhere(vision, gate=gate))
    exif = b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00of my home\xff\xd9"
    parts = (File(name="divorce.txt", text="words"), Image(media_type="image/jpeg", encoded=exif), Text(text="Hi"))
    asked = replace(request("large"), messages=(Message(role=Role.USER, parts=parts, label=LEAVES),))
    previewed = models.outbound(asked)
    assert previewed is not None
    events: list[Event] = []
    async with gate:
        with pytest.raises(ProviderFailed):
            events += [event async for event in models.open("large").answer(asked)]
        body = gate.asked[0][1]
    assert body == previewed.body
    assert b"divorce" not in body
    assert b"words" in body
