"""Joining labels by example; the laws stand in tests/laws."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspen.core.label import (
    PUBLIC,
    UNSET,
    Label,
    LabelSource,
    Sensitivity,
    join_all,
    label_from_json,
    label_to_json,
)

DETECTED = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=("an address",))


def test_the_stricter_label_stands_with_its_own_reasons() -> None:
    public = Label(sensitivity=Sensitivity.PUBLIC, source=LabelSource.DECLARED, reasons=("you said so",))
    assert public.join(DETECTED) == DETECTED


def test_at_equal_sensitivity_the_weightier_source_stands_and_all_reasons_are_kept() -> None:
    declared = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("you said so",))
    assert DETECTED.join(declared) == Label(
        sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("an address", "you said so")
    )


def test_nothing_at_all_is_unset_which_is_private() -> None:
    assert join_all([]) == UNSET
    assert UNSET.sensitivity is Sensitivity.PRIVATE


def test_one_private_word_makes_the_whole_private() -> None:
    assert join_all([PUBLIC, PUBLIC, DETECTED, PUBLIC]) == DETECTED


INTERNAL = Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DECLARED)


def test_words_that_may_leave_to_different_providers_may_leave_together_to_none() -> None:
    one, other = (replace(PUBLIC, providers=frozenset({name})) for name in ("anthropic", "openai"))
    assert one.join(other).providers == frozenset()
    assert one.join(PUBLIC).providers == one.providers


def test_what_lies_beneath_unset_words_is_not_forgotten() -> None:
    mixed = UNSET.join(INTERNAL).join(PUBLIC)
    assert (mixed.source, mixed.floor) == (LabelSource.UNSET, Sensitivity.INTERNAL)
    assert (UNSET.floor, INTERNAL.floor, DETECTED.floor) == (
        Sensitivity.PUBLIC,
        Sensitivity.INTERNAL,
        DETECTED.sensitivity,
    )


@pytest.mark.parametrize(
    ("sensitivity", "source", "beneath"),
    [
        (Sensitivity.PUBLIC, LabelSource.UNSET, Sensitivity.PUBLIC),
        (Sensitivity.PRIVATE, LabelSource.DECLARED, Sensitivity.INTERNAL),
        (Sensitivity.PRIVATE, LabelSource.UNSET, Sensitivity.PRIVATE),
    ],
)
def test_a_label_that_contradicts_itself_cannot_be_made(
    sensitivity: Sensitivity, source: LabelSource, beneath: Sensitivity
) -> None:
    with pytest.raises(ValueError):
        Label(sensitivity=sensitivity, source=source, beneath=beneath)


@pytest.mark.parametrize(
    "told",
    [
        None,
        "private",
        {},
        {"sensitivity": "public", "source": "unset", "reasons": []},
        {"sensitivity": "public", "source": "declared", "reasons": "x"},
        {"sensitivity": "public", "source": "declared", "reasons": [], "providers": "anthropic"},
        {"sensitivity": "public", "source": "declared", "reasons": [], "beneath": "internal"},
        {"sensitivity": "lax", "source": "declared", "reasons": []},
    ],
)
def test_a_damaged_label_stays_here_and_nobody_is_asked(told: object) -> None:
    label = label_from_json(told)
    assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.DETECTED)


@pytest.mark.parametrize("label", [PUBLIC, UNSET, INTERNAL, DETECTED, UNSET.join(INTERNAL)])
def test_a_label_comes_back_as_it_was(label: Label) -> None:
    assert label_from_json(label_to_json(label)) == label
