"""E-mail addresses and phone numbers are found to be shown; those of nobody, and other numbers, are not."""

from __future__ import annotations

import pytest

from aspen.privacy.detection.contacts import find_emails, find_phones
from aspen.privacy.detection.view import read_plainly


def emails_in(text: str) -> list[str]:
    return [text[each.start : each.end] for each in find_emails(read_plainly(text))]


def phones_in(text: str) -> list[str]:
    return [text[each.start : each.end] for each in find_phones(read_plainly(text))]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Write to jane.doe+x@acme.co.uk.", "jane.doe+x@acme.co.uk"),
        ("<a@b.io>", "a@b.io"),
        ("jane [at] acme [dot] com", "jane [at] acme [dot] com"),
        ("jürgen@müller.de", "jürgen@müller.de"),
    ],
)
def test_an_address_is_found(text: str, address: str) -> None:
    assert emails_in(text) == [address]


@pytest.mark.parametrize(
    "text", ["a@example.com", "git@github.com:x/y.git", "noreply@acme.com", "@property", "user@host", "x = a @ b.c"]
)
def test_addresses_of_nobody_are_not_shown(text: str) -> None:
    assert emails_in(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Call (415) 555-2671 now", "(415) 555-2671"),
        ("212-555-2671", "212-555-2671"),
        ("+49 170 1234567", "+49 170 1234567"),
        ("+44 (0)20 7293 0972", "+44 (0)20 7293 0972"),
        ("Telefon: 0171/1234567", "0171/1234567"),
        ("Tél. 06 12 34 56 78", "06 12 34 56 78"),
        ("móvil 612 345 678", "612 345 678"),
        ("call me on 2125552671", "2125552671"),
    ],
)
def test_a_phone_number_is_found(text: str, number: str) -> None:
    assert number in phones_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "2024-10-19 12:30",
        "192.168.100.200",
        "1,234,567,890",
        "line 2125552671",
        "pi is 3.14159265358979",
        "978-3-16-148410-0",
        "version 1.22.333.4444",
        "call 911 times",
        "0000000000",
    ],
)
def test_other_numbers_are_no_phone_numbers(text: str) -> None:
    assert phones_in(text) == []
