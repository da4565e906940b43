"""Findings become a label that is private or none at all, with reasons that say what and where and never the value."""

from __future__ import annotations

import pytest

from aspen.core.egress import Hint
from aspen.core.label import LabelSource, Sensitivity
from aspen.privacy.detection.detecting import MOST_CHARACTERS
from aspen.privacy.detection.labelling import NamedText, label_of
from aspen.privacy.detection.own_words import checked_words

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
CARD = "4111 1111 1111 1111"


def test_a_secret_makes_a_private_label_that_says_what_and_where() -> None:
    label, hints = label_of([NamedText(name="notes.txt", text=f"one\ntwo\nkey {KEY}\n")])
    assert label is not None
    assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.DETECTED)
    assert label.reasons == ("notes.txt line 3: what looks like a secret (AWS access token)",)
    assert hints == ()


def test_a_single_line_needs_no_number() -> None:
    label, _ = label_of([NamedText(name="your message", text=CARD)])
    assert label is not None
    assert label.reasons == ("your message: what looks like a payment card number",)


def test_many_of_a_kind_are_one_reason_with_the_first_line() -> None:
    label, _ = label_of([NamedText(name="cards.csv", text=f"name\n{CARD}\n" + f"{CARD}\n" * 9)])
    assert label is not None
    assert label.reasons == ("cards.csv line 2: what looks like a payment card number (and 9 more)",)


def test_contacts_make_hints_and_no_label() -> None:
    label, hints = label_of(
        [
            NamedText(name="a", text="jane@acme.com or (415) 555-2671"),
            NamedText(name="b", text="joe@acme.com, 12 Maple Street"),
        ]
    )
    assert label is None
    assert hints == (
        Hint(kind="e-mail address", count=2),
        Hint(kind="phone number", count=1),
        Hint(kind="postal address", count=1),
    )


def test_finding_nothing_gives_no_label_rather_than_a_lax_one() -> None:
    assert label_of([NamedText(name="a", text="hello"), NamedText(name="b", text="")]) == (None, ())


def test_own_words_and_unread_text_are_not_said_to_look_like_something() -> None:
    label, _ = label_of([NamedText(name="your message", text="Falcon flies")], checked_words(["falcon"]))
    assert label is not None
    assert label.reasons == ("your message: a word that you keep here",)
    label, _ = label_of([NamedText(name="dump.txt", text="x" * (MOST_CHARACTERS + 1))])
    assert label is not None
    assert "too long to look through" in label.reasons[0]


@pytest.mark.parametrize("value", [KEY, CARD, "DE89 3704 0044 0532 0130 00", "MRN 12345678", "536-90-4399"])
def test_no_reason_repeats_what_was_found(value: str) -> None:
    label, hints = label_of([NamedText(name="your message", text=f"see {value}")])
    assert label is not None
    assert value not in repr((label, hints))
    assert value.split()[-1] not in repr((label, hints))
