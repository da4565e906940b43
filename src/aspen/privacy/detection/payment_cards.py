"""Finds payment card numbers: an issuer's range and length, the Luhn digit, and groups as people write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from aspen.privacy.detection.checksums import luhn
from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.patterns import every_match, narrow
from aspen.privacy.detection.view import View

_DIGITS: Final = narrow(r"(?:^|[^0-9A-Za-z_.,-])([0-9](?:[ \t.-]?[ \t]?[0-9]){12,60})(?:$|[^0-9A-Za-z_])")
_GROUP: Final = narrow("[0-9]+")

_ISSUERS: Final[Sequence[tuple[int, int, range]]] = (
    # first and last of the first four digits, and how long a number may be
    (2200, 2204, range(16, 20)),
    (2221, 2720, range(16, 17)),
    (3000, 3059, range(14, 20)),
    (3095, 3095, range(14, 20)),
    (3400, 3499, range(15, 16)),
    (3528, 3589, range(16, 20)),
    (3600, 3699, range(14, 20)),
    (3700, 3799, range(15, 16)),
    (3800, 3999, range(14, 20)),
    (4000, 4999, range(16, 17)),
    (5018, 5018, range(13, 20)),
    (5020, 5020, range(13, 20)),
    (5038, 5038, range(13, 20)),
    (5061, 5061, range(16, 20)),
    (5100, 5599, range(16, 17)),
    (5893, 5893, range(13, 20)),
    (6011, 6011, range(16, 20)),
    (6200, 6299, range(16, 20)),
    (6304, 6304, range(13, 20)),
    (6440, 6599, range(16, 20)),
    (6759, 6763, range(13, 20)),
    (9792, 9792, range(16, 17)),
)
"""Ranges of the card schemes that are in use, after ISO/IEC 7812 and what the schemes publish."""

_GROUPINGS: Final = frozenset({(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 4, 2), (4, 4, 5), (8, 8)})


def find_payment_cards(view: View) -> Iterator[Finding]:
    """Yield a finding for each card number, whole or in groups. About 2 % of drawn 16-digit numbers pass as one."""
    for match in every_match(_DIGITS, view.narrow):
        first, last = match.span(1)
        groups = [(first + each.start(), first + each.end()) for each in _GROUP.finditer(view.narrow[first:last])]
        for start, end in _cards_in(view.narrow, groups):
            at, until = view.span(start, end)
            yield Finding(start=at, end=until, kind=Kind.PAYMENT_CARD, what="a payment card number")


def _cards_in(text: bytes, groups: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the runs of groups that make a card; other numbers may stand before and after it.

    A group after a full stop is the fraction of a number.
    """
    sizes = [0 if text[start - 1 : start] == b"." else end - start for start, end in groups]
    index = 0
    while index < len(groups):
        count = next((n for n in _lengths_at(sizes, index) if _is_card(text, groups[index : index + n])), 0)
        if count:
            yield groups[index][0], groups[index + count - 1][1]
        index += count or 1


def _lengths_at(sizes: Sequence[int], index: int) -> Iterator[int]:
    """Yield how many groups from here on are grouped as people write cards; the most first."""
    rest = sizes[index:]
    singles = next((n for n, size in enumerate(rest) if size != 1), len(rest))
    if 13 <= singles <= 19:
        yield singles
    for count in (5, 4, 3, 2):
        if len(rest) >= count and tuple(rest[:count]) in _GROUPINGS:
            yield count
    if 13 <= sizes[index] <= 19:
        yield 1


def _is_card(text: bytes, groups: Sequence[tuple[int, int]]) -> bool:
    digits = b"".join(text[start:end] for start, end in groups).decode("ascii")
    head = int(digits[:4])
    is_issued = any(low <= head <= high and len(digits) in lengths for low, high, lengths in _ISSUERS)
    return is_issued and len(set(digits)) > 1 and luhn(digits)
