"""IBANs are found compact and in groups; what has their form without their check digits is not."""

from __future__ import annotations

import pytest

from aspen.privacy.detection.bank_accounts import find_bank_accounts
from aspen.privacy.detection.view import read_plainly

# the examples of the IBAN registry
IBANS = [
    "DE89 3704 0044 0532 0130 00",
    "GB29NWBK60161331926819",
    "FR14 2004 1010 0505 0001 3M02 606",
    "ES9121000418450200051332",
    "NO93 8601 1117 947",
    "MT84MALT011000012345MTLCAST001S",
    "CH93 0076 2011 6238 5295 7",
]


def accounts_in(text: str) -> list[str]:
    return [text[each.start : each.end] for each in find_bank_accounts(read_plainly(text))]


@pytest.mark.parametrize("iban", IBANS)
@pytest.mark.parametrize("sentence", ["{}", "to {} please", "IBAN:{}.", '{"iban":"{}"}'])
def test_an_iban_is_found_and_the_word_after_it_is_not_part_of_it(iban: str, sentence: str) -> None:
    assert accounts_in(sentence.replace("{}", iban)) == [iban]


def test_small_letters_count_too() -> None:
    assert accounts_in("de89 3704 0044 0532 0130 00") == ["de89 3704 0044 0532 0130 00"]


@pytest.mark.parametrize(
    "text",
    [
        "DE88 3704 0044 0532 0130 00",
        "XX89 3704 0044 0532 0130 00",
        "DE89 3704 0044 0532",
        "ab12cdef0123456789abcdef01234567",
        "AD1200012030200359100100X",
    ],
)
def test_what_only_looks_like_an_iban_is_none(text: str) -> None:
    assert accounts_in(text) == []
