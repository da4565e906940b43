"""Which model answers, by example; the law stands in tests/laws."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspen.core.decision import Considered, Refusal, Route
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import Purpose, Request
from aspen.routing.choosing import choose, may_reach

LOCAL = ModelCard(
    name="smol",
    zone=Zone.MACHINE,
    dialect="openai_chat",
    context_tokens=2048,
    skills=frozenset({Skill.CHAT}),
    source="starter",
)
CLOUD = replace(LOCAL, name="big", zone=Zone.CLOUD, source="provider")
CARDS = (LOCAL, CLOUD)
ASKED = Request(request_id="1", messages=())
DETECTED = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=("an address",))


def test_a_model_that_is_named_answers() -> None:
    assert choose(replace(ASKED, wanted_model="smol"), CARDS, "big") == Route(
        model="smol",
        reasons=("You named it.", "It runs on this computer."),
        considered=(Considered(model="big", reason="these words may not go there"),),
    )


def test_without_a_name_the_default_answers() -> None:
    decision = choose(ASKED, CARDS, "smol")
    assert isinstance(decision, Route)
    assert decision.model == "smol"


def test_public_words_may_go_where_they_are_sent() -> None:
    decision = choose(replace(ASKED, wanted_model="big", label=PUBLIC), CARDS, "smol")
    assert decision == Route(
        model="big", reasons=("You named it.",), considered=(Considered(model="smol", reason="not named"),)
    )


def test_a_refusal_says_why_and_what_to_do() -> None:
    decision = choose(replace(ASKED, wanted_model="big", label=DETECTED), CARDS, "smol")
    assert isinstance(decision, Refusal)
    assert "an address" in decision.reasons
    assert "--model local" in decision.remedies[0]


def test_a_name_that_nobody_has_is_refused_and_never_replaced() -> None:
    decision = choose(replace(ASKED, wanted_model="gone", label=PUBLIC), CARDS, "smol")
    assert isinstance(decision, Refusal)
    assert "gone" in decision.reasons[0]


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.CHAT])
def test_background_work_stays_here_however_public(purpose: Purpose) -> None:
    request = replace(ASKED, label=PUBLIC, purpose=purpose)
    assert not may_reach(request, Zone.CLOUD)
    assert not may_reach(request, Zone.OWN_SERVERS)
    assert may_reach(request, Zone.MACHINE)


@pytest.mark.parametrize(
    ("sensitivity", "zones"),
    [
        (Sensitivity.PUBLIC, {Zone.MACHINE, Zone.OWN_SERVERS, Zone.CLOUD}),
        (Sensitivity.INTERNAL, {Zone.MACHINE, Zone.OWN_SERVERS}),
        (Sensitivity.PRIVATE, {Zone.MACHINE}),
    ],
)
def test_each_sensitivity_reaches_its_zones(sensitivity: Sensitivity, zones: set[Zone]) -> None:
    request = replace(ASKED, label=Label(sensitivity=sensitivity, source=LabelSource.DECLARED))
    assert {zone for zone in Zone if may_reach(request, zone)} == zones


def test_what_nobody_has_labelled_stays_here() -> None:
    assert not may_reach(replace(ASKED, label=UNSET), Zone.OWN_SERVERS)
