"""What a label forbids, no rule and no judgement gives back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from outbounds import PRIVATE, may_leave, typed

from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.request import Purpose
from aspen.egress.gate.floor import stands_on_floor
from fakes.provider_rows import plain_provider

CLOUD = plain_provider("https://acme.example")
OWN = plain_provider("https://acme.example", zone=Zone.OWN_SERVERS)
INTERNAL = Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DECLARED)
DETECTED = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED)


@pytest.mark.parametrize(
    ("label", "to_cloud", "to_own"),
    [
        (PUBLIC, True, True),
        (INTERNAL, False, True),
        (PRIVATE, False, False),
        (DETECTED, False, False),
        (UNSET, False, False),
        (replace(UNSET, beneath=Sensitivity.INTERNAL), False, False),
        (replace(PUBLIC, providers=frozenset({"other"})), False, False),
        (replace(PUBLIC, providers=frozenset({"acme"})), True, True),
    ],
)
def test_a_label_reaches_as_far_as_it_may(label: Label, to_cloud: bool, to_own: bool) -> None:
    outbound = replace(may_leave(), label=label)
    assert (stands_on_floor(outbound, CLOUD), stands_on_floor(outbound, OWN)) == (to_cloud, to_own)


def test_unset_words_need_a_person_who_named_the_model_and_nothing_stricter_beneath() -> None:
    assert stands_on_floor(typed(), CLOUD)
    assert not stands_on_floor(replace(typed(), origin=replace(typed().origin, is_named=False)), CLOUD)
    beneath = replace(typed(), label=replace(UNSET, beneath=Sensitivity.INTERNAL))
    assert (stands_on_floor(beneath, CLOUD), stands_on_floor(beneath, OWN)) == (False, True)


@pytest.mark.parametrize("purpose", [Purpose.TITLE, Purpose.CLASSIFY, Purpose.EMBED])
def test_background_work_leaves_for_nowhere(purpose: Purpose) -> None:
    assert not stands_on_floor(replace(may_leave(), purpose=purpose), OWN)


def test_no_provider_counts_as_this_machine() -> None:
    assert not stands_on_floor(may_leave(), replace(CLOUD, zone=Zone.MACHINE))
