"""Check digits of numbers that people and cards carry: pure arithmetic, each named by its method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_VERHOEFF_MULTIPLY: Final = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_VERHOEFF_PERMUTE: Final = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: from the right every second digit doubled."""
    doubled = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    total = sum(int(each) for each in digits[-1::-2]) + sum(doubled[int(each)] for each in digits[-2::-2])
    return total % 10 == 0


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Return the sum of each digit times its weight; the shorter of the two says where it ends."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def mod_97_10(text: str) -> bool:
    """ISO 7064 MOD 97-10 over letters and digits, the check digits last; letters count from A = 10."""
    return int("".join(str(int(each, 36)) for each in text)) % 97 == 1


def mod_11_10(digits: str) -> bool:
    """ISO 7064 MOD 11,10 over digits, the check digit last."""
    rest = 5
    for digit in digits:
        rest = ((rest or 10) * 2 % 11 + int(digit)) % 10
    return rest == 1


def mod_11_2(digits: str) -> bool:
    """ISO 7064 MOD 11-2, the check character last, which may be X for ten."""
    rest = 0
    for digit in digits:
        rest = (rest * 2 + (10 if digit in "Xx" else int(digit))) % 11
    return rest == 1


def verhoeff(digits: str) -> bool:
    """Verhoeff's dihedral check (1969), the check digit last."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_VERHOEFF_MULTIPLY[check][int(_VERHOEFF_PERMUTE[place % 8][int(digit)])])
    return check == 0
