"""The check of each national number, given its letters and digits in capitals. Form is checked by its pattern."""

from __future__ import annotations

from typing import Final

from aspen.privacy.detection.checksums import luhn, weighted

_DNI_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_PPS_LETTERS: Final = "WABCDEFGHIJKLMNOPQRSTUV"
_HETU_LETTERS: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_NINO_NEVER: Final = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_ITALIAN_ODD: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21) * 2 + (2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)


def anything(_: str) -> bool:
    """For numbers without a check digit, whose words before them must do."""
    return True


def has_digits(number: str) -> bool:
    return sum(each.isdigit() for each in number) >= 4


def us_ssn(number: str) -> bool:
    """What the Social Security Administration never issues is none, nor are the two it printed in advertisements."""
    area, group, serial = number[:3], number[3:5], number[5:]
    is_issued = area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"
    return is_issued and number not in {"078051120", "219099999"}


def uk_nino(number: str) -> bool:
    return number[:2] not in _NINO_NEVER and number[0] not in "DFIQUV" and number[1] not in "DFIOQUV"


def uk_nhs(number: str) -> bool:
    return weighted(number, range(10, 1, -1)) % 11 == (11 - int(number[9])) % 11


def ie_pps(number: str) -> bool:
    extra = _PPS_LETTERS.find(number[8]) * 9 if len(number) == 9 else 0
    return _PPS_LETTERS[(weighted(number[:7], range(8, 1, -1)) + max(extra, 0)) % 23] == number[7]


def de_pension(number: str) -> bool:
    """VKVV, section 4: the letter as two digits, cross sums of weighted digits."""
    digits = f"{number[:8]}{ord(number[8]) - 64:02d}{number[9:11]}"
    products = [int(digit) * weight for digit, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)]
    return sum(each // 10 + each % 10 for each in products) % 10 == int(number[11]) and is_day(number[2:4], number[4:6])


def de_health(number: str) -> bool:
    digits = f"{ord(number[0]) - 64:02d}{number[1:9]}"
    products = [int(digit) * (1 + place % 2) for place, digit in enumerate(digits)]
    return sum(each // 10 + each % 10 for each in products) % 10 == int(number[9])


def at_vsnr(number: str) -> bool:
    return weighted(number, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == int(number[3]) and is_day(number[4:6], number[6:8])


def ean_13(number: str) -> bool:
    return (10 - weighted(number[:12], (1, 3) * 6) % 10) % 10 == int(number[12])


def fr_nir(number: str) -> bool:
    """INSEE: Corsica's 2A and 2B count as 19 and 18; months above 12 stand for unknown ones."""
    month = int(number[3:5])
    digits = number[:13].replace("2A", "19").replace("2B", "18")
    is_month = 1 <= month <= 12 or 20 <= month <= 42 or month >= 50
    return is_month and digits.isdigit() and 97 - int(digits) % 97 == int(number[13:])


def es_dni(number: str) -> bool:
    digits = number[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return _DNI_LETTERS[int(digits) % 23] == number[-1]


def it_tax_code(number: str) -> bool:
    odd = sum(_ITALIAN_ODD[each] for each in number[0:15:2])
    even = sum(int(each, 36) - (10 if each.isalpha() else 0) for each in number[1:15:2])
    return chr(65 + (odd + even) % 26) == number[15]


def nl_bsn(number: str) -> bool:
    return number != "000000000" and (weighted(number, range(9, 1, -1)) - int(number[8])) % 11 == 0


def be_nn(number: str) -> bool:
    """The first nine digits, with a 2 before them for those born since 2000."""
    first, check = number[:9], int(number[9:])
    return check in {97 - int(first) % 97, 97 - int("2" + first) % 97} and int(number[2:4]) % 20 <= 12


def pt_nif(number: str) -> bool:
    return (11 - weighted(number, range(9, 1, -1)) % 11) % 11 % 10 == int(number[8])


def pl_pesel(number: str) -> bool:
    return (10 - weighted(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10) % 10 == int(number[10])


def se_personnummer(number: str) -> bool:
    return is_day(number[-6:-4], number[-8:-6], most_day=91) and luhn(number[-10:])


def starts_with_a_day(number: str) -> bool:
    return is_day(number[:2], number[2:4])


def no_fodselsnummer(number: str) -> bool:
    first = weighted(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1))
    second = weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
    return first % 11 == 0 and second % 11 == 0


def fi_hetu(number: str) -> bool:
    """The sign of the century may be a letter, which then stands among the digits."""
    digits = number[:6] + number[-4:-1]
    is_checked = digits.isdigit() and _HETU_LETTERS[int(digits) % 31] == number[-1]
    return is_checked and is_day(number[:2], number[2:4])


def br_cpf(number: str) -> bool:
    first = (11 - weighted(number, range(10, 1, -1)) % 11) % 11 % 10
    second = (11 - weighted(number, range(11, 1, -1)) % 11) % 11 % 10
    return len(set(number)) > 1 and number[9:] == f"{first}{second}"


def starts_mexican(number: str) -> bool:
    return is_day(number[8:10], number[6:8])


def au_tfn(number: str) -> bool:
    return weighted(number, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def au_medicare(number: str) -> bool:
    return weighted(number, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(number[8])


def kr_rrn(number: str) -> bool:
    return is_day(number[4:6], number[2:4])


def is_day(day: str, month: str, *, most_day: int = 31) -> bool:
    """Whether this is a day of some month. Numbers that add 60 to the day for some people allow up to 91."""
    return 1 <= int(day) <= most_day and 1 <= int(month) <= 12
