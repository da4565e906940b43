"""Joining labels by example; the laws stand in tests/laws."""

from __future__ import annotations

from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity, join_all

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
