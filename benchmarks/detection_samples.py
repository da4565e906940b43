"""Made-up texts with something in them that should not leave, and texts with what only looks like it.

Every number is drawn; check digits are computed where the real ones have them. The sentences around them are few, so
that a recall measured here is better than that on the texts of people: it shows which forms are covered.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aspen.privacy.detection.checksums import luhn, mod_97_10
from aspen.privacy.detection.finding import Kind

Draw = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`kind` is what should be found; None where nothing that stays here should be."""

    text: str
    kind: Kind | None


def _of(alphabet: str, count: int) -> Draw:
    return lambda drawn: "".join(drawn.choice(alphabet) for _ in range(count))


_DIGITS: Final = string.digits
_ALNUM: Final = string.ascii_letters + string.digits
_HEX: Final = "0123456789abcdef"


def filled(form: str) -> Draw:
    """Read a form: 9 is a digit, A a capital, a a small letter, * any of both and digits, # a hex digit."""
    drawn_for = {"9": _DIGITS, "A": string.ascii_uppercase, "a": string.ascii_lowercase, "*": _ALNUM, "#": _HEX}
    return lambda drawn: "".join(drawn.choice(drawn_for[each]) if each in drawn_for else each for each in form)


def token(head: str, count: int, alphabet: str = _ALNUM) -> Draw:
    return lambda drawn: head + _of(alphabet, count)(drawn)


def card(drawn: random.Random) -> str:
    head, length = drawn.choice([("4", 16), ("51", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("36", 14)])
    digits = head + _of(_DIGITS, length - len(head) - 1)(drawn)
    digits += next(check for check in _DIGITS if luhn(digits + check))
    sizes = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}[length]
    return drawn.choice([digits, _grouped(digits, sizes, " "), _grouped(digits, sizes, "-")])


def iban(drawn: random.Random) -> str:
    country, form = drawn.choice(
        [("DE", "9" * 18), ("GB", "AAAA" + "9" * 14), ("FR", "9" * 23), ("ES", "9" * 20), ("NL", "AAAA" + "9" * 10)]
    )
    account = filled(form)(drawn)
    check = next(f"{n:02d}" for n in range(2, 99) if mod_97_10(f"{account}{country}{n:02d}"))
    whole = f"{country}{check}{account}"
    return drawn.choice([whole, " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))])


def _grouped(digits: str, sizes: Sequence[int], separator: str) -> str:
    starts = [sum(sizes[:count]) for count in range(len(sizes))]
    return separator.join(digits[start : start + size] for start, size in zip(starts, sizes, strict=True))


def checked(form: str, is_valid: Callable[[str], bool]) -> Draw:
    """Draw until the check digits are right."""

    def draw(drawn: random.Random) -> str:
        while True:
            number = filled(form)(drawn)
            if is_valid("".join(each for each in number if each.isalnum())):
                return number

    return draw
