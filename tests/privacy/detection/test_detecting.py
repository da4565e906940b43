"""All detectors together: nothing lowers what is found, nothing that goes wrong counts as clean, traps stay quiet."""

from __future__ import annotations

import base64
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspen.privacy.detection.detecting import (
    MOST_CHARACTERS,
    OVERLAP_CHARACTERS,
    WINDOW_CHARACTERS,
    find,
    found_by,
)
from aspen.privacy.detection.finding import Finding, Kind, Severity
from aspen.privacy.detection.own_words import checked_words
from aspen.privacy.detection.view import View, read_plainly

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
CARD = "4111 1111 1111 1111"
PIECES = [
    KEY,
    CARD,
    "DE89 3704 0044 0532 0130 00",
    "\u200b",
    "%41",
    "\n",
    "MRN ",
    "12345678",
    "QUtJQQ==" * 4,
    "Az. 1 O 2/20",
]


def kinds_in(text: str) -> set[Kind]:
    return {each.kind for each in find(text)}


@pytest.mark.parametrize(
    "hidden",
    [
        KEY,
        KEY.replace("A", "А"),  # Cyrillic
        "\u200b".join(KEY),
        KEY[:9] + "\u00ad" + KEY[9:],
        KEY[:13] + "\n" + KEY[13:],
        "%41" + KEY[1:],
        base64.b64encode(f"key = {KEY}".encode()).decode(),
        f"key = {KEY}".encode().hex(),
    ],
)
def test_no_disguise_lowers_what_is_found(hidden: str) -> None:
    assert Kind.SECRET in kinds_in(f"please look at {hidden} for me")


@pytest.mark.parametrize("card", [CARD, CARD.replace("4", "４"), CARD.replace(" ", "\u2009"), CARD.replace(" ", "–")])
def test_a_card_is_found_in_other_digits_and_spaces(card: str) -> None:
    assert kinds_in(f"card {card}") == {Kind.PAYMENT_CARD}


@pytest.mark.parametrize("error", [ValueError("no"), RecursionError(), MemoryError(), IndexError()])
def test_a_detector_that_crashes_has_found_the_whole_text(error: Exception) -> None:
    def crash(_: View) -> list[Finding]:
        raise error

    (found,) = found_by(crash, read_plainly("harmless"), 8)
    assert (found.start, found.end, found.kind, found.severity) == (0, 8, Kind.UNSEEN, Severity.STAYS_HERE)


def test_a_detector_that_crashes_after_its_first_finding_counts_as_crashed() -> None:
    def crash(_: View) -> Iterator[Finding]:
        yield Finding(start=0, end=1, kind=Kind.EMAIL, what="an e-mail address")
        raise ValueError

    (found,) = found_by(crash, read_plainly("harmless"), 8)
    assert found.kind is Kind.UNSEEN


def test_an_interruption_by_the_person_is_no_crash() -> None:
    def interrupt(_: View) -> list[Finding]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found_by(interrupt, read_plainly("harmless"), 8)


@pytest.mark.parametrize(
    "before",
    [0, WINDOW_CHARACTERS - 10, WINDOW_CHARACTERS - OVERLAP_CHARACTERS - 10, 2 * WINDOW_CHARACTERS - 30],
)
def test_a_long_text_is_looked_through_to_its_end_also_where_windows_meet(before: int) -> None:
    text = "word " * (before // 5) + f" {KEY} " + "more " * 50_000
    (found,) = find(text)
    assert text[found.start : found.end] == KEY


def test_a_text_beyond_all_measure_is_a_hit_itself() -> None:
    (found,) = find("x" * (MOST_CHARACTERS + 1))
    assert found.kind is Kind.UNSEEN


def test_what_is_only_shown_is_left_out_inside_of_what_stays_here() -> None:
    assert kinds_in("Tel. MRN 212-555-2671") == {Kind.PATIENT}


def test_one_thing_that_two_ways_of_reading_show_is_one_finding() -> None:
    assert len(find(f"a{KEY[1:]} {KEY} %20 x")) == 1


def test_findings_come_in_the_order_of_the_text_and_within_it() -> None:
    text = f"mail a@b.de, {CARD}, call (415) 555-2671, {KEY}"
    found = find(text)
    assert [each.start for each in found] == sorted(each.start for each in found)
    assert [each.kind for each in found] == [Kind.EMAIL, Kind.PAYMENT_CARD, Kind.PHONE, Kind.SECRET]


def test_own_words_are_found_beside_the_rest() -> None:
    (found,) = find("about Project  Falcon", checked_words(["project falcon"]))
    assert (found.kind, found.severity) == (Kind.OWN_WORD, Severity.STAYS_HERE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        "Was ist der Unterschied zwischen 12 und 12,5?",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "123e4567-e89b-42d3-a456-426614174000",
        "ISBN 978-3-16-148410-0",
        "2024-10-19T12:30:45.123456Z",
        "RFC 9110, section 4.2.1",
        "\x00\x01\ud800\uffff",
    ],
)
def test_harmless_text_is_left_alone(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize("module", ["argparse", "datetime", "decimal", "statistics", "tarfile", "uuid", "zipfile"])
def test_code_has_nothing_that_stays_here(module: str) -> None:
    code = Path(sysconfig.get_path("stdlib"), f"{module}.py").read_text("utf-8")
    assert [each for each in find(code) if each.severity is Severity.STAYS_HERE] == []


def test_every_kind_but_those_for_the_preview_stays_here() -> None:
    severities = {kind: Finding(start=0, end=1, kind=kind, what="").severity for kind in Kind}
    shown = {kind for kind, severity in severities.items() if severity is Severity.SHOWN}
    of_a_reader = {Kind.PERSON, Kind.BIRTH_DATE, Kind.DOCUMENT, Kind.UNSEEN_NAMES}
    assert shown == {Kind.EMAIL, Kind.PHONE, Kind.POSTAL} | of_a_reader


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=20), st.sampled_from(PIECES)), max_size=8).map("".join))
def test_no_text_makes_a_detector_fail_and_every_span_lies_in_the_text(text: str) -> None:
    for found in find(text):
        assert 0 <= found.start < found.end <= len(text)
        assert found.kind is not Kind.UNSEEN


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_words_around_a_secret_do_not_hide_it(before: str, after: str) -> None:
    assert Kind.SECRET in kinds_in(f"{before} {KEY} {after}")
