"""Finds international bank account numbers (IBAN, ISO 13616): country, its length, and the MOD 97-10 check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aspen.privacy.detection.checksums import mod_97_10
from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.patterns import every_match, narrow
from aspen.privacy.detection.view import View

_CANDIDATE: Final = narrow(
    r"(?:^|[^0-9A-Za-z])"
    r"([A-Za-z]{2}[0-9]{2}(?:(?:[ \t.-]?[0-9A-Za-z]{4}){2,7}(?:[ \t.-]?[0-9A-Za-z]{1,3})?|[0-9A-Za-z]{11,30}))"
    r"(?:$|[^0-9A-Za-z])"
)
_LEAST_DIGITS: Final = 8

_COUNTRIES: Final = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
"""How long the numbers of which countries are, from the IBAN registry that SWIFT keeps for ISO."""

_LENGTHS: Final = {country: length for length, countries in _COUNTRIES.items() for country in countries.split()}


def find_bank_accounts(view: View) -> Iterator[Finding]:
    """Yield a finding for each IBAN; a word that follows its last group is not taken for a part of it."""
    for match in every_match(_CANDIDATE, view.narrow):
        start, end = match.span(1)
        text = view.narrow[start:end].decode("ascii")
        if (length := _length_of_iban(text)) is not None:
            at, until = view.span(start, start + length)
            yield Finding(start=at, end=until, kind=Kind.BANK_ACCOUNT, what="a bank account number (IBAN)")


def _length_of_iban(text: str) -> int | None:
    """Return how many characters of this, with what separates them, are an IBAN."""
    wanted = _LENGTHS.get(text[:2].upper(), 0)
    places = [at for at, each in enumerate(text) if each.isalnum()]
    if not wanted or len(places) < wanted:
        return None
    end = places[wanted - 1] + 1
    compact = "".join(text[at] for at in places[:wanted])
    is_whole = len(places) == wanted or not text[end].isalnum()
    is_one_case = compact in (compact.upper(), compact.lower())
    if not is_whole or not is_one_case or sum(each.isdigit() for each in compact) < _LEAST_DIGITS:
        return None
    return end if mod_97_10(compact[4:] + compact[:4]) else None
