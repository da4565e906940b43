"""Finds national identity, tax and insurance numbers of people, by form, check digit and the words before them.

A number whose form and check say little by themselves counts only where a word before it names it. The methods are
those that the issuing offices publish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from aspen.privacy.detection import national_checks as checks
from aspen.privacy.detection.checksums import luhn, mod_11_2, mod_11_10, verhoeff
from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.patterns import Pattern, every_match, narrow
from aspen.privacy.detection.view import View

_CONTEXT_CHARACTERS: Final = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalId:
    """`check` is given the letters and digits alone, in capitals. `words` must stand before the number if not None."""

    name: str
    pattern: Pattern[bytes]
    check: Callable[[str], bool]
    words: Pattern[bytes] | None = None


def _id(name: str, pattern: str, check: Callable[[str], bool], words: str = "") -> NationalId:
    return NationalId(
        name=name,
        pattern=narrow(rf"(?:^|[^0-9A-Za-z.,/_-])({pattern})(?:$|[^0-9A-Za-z_+-])", ignore_case=True),
        check=check,
        words=narrow(words, ignore_case=True) if words else None,
    )


def _named_id(name: str, words: str, form: str) -> NationalId:
    """A number of so many forms that only the words right before it tell what it is."""
    number_word = r"(?:[ -]?(?:numbers?|no\.?|nr\.?|nummer|num[e\xe9]ro|n[u\xfa]mero|n[o\xb0]\.?|id|#))?"
    sign = r"[ \t]{0,2}(?:is|ist|est|es)?[ \t]{0,2}[:=#]?[ \t]{0,3}"
    return NationalId(
        name=name,
        pattern=narrow(
            rf"(?:^|[^0-9A-Za-z])(?:{words}){number_word}{sign}({form})(?:$|[^0-9A-Za-z])", ignore_case=True
        ),
        check=checks.has_digits,
    )


_IDS: Final = (
    _id("US social security number", r"\d{3}-\d{2}-\d{4}", checks.us_ssn),
    _id("US social security number", r"\d{3} ?\d{2} ?\d{4}", checks.us_ssn, r"\bSSN\b|social security"),
    _id("US taxpayer number", r"9\d{2}[- ]?[5-9]\d[- ]?\d{4}", checks.anything, r"\bITIN\b|taxpayer"),
    _id("Canadian social insurance number", r"\d{3}[- ]?\d{3}[- ]?\d{3}", luhn, r"\bSIN\b|social insurance|\bNAS\b"),
    _id("UK national insurance number", r"[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]", checks.uk_nino),
    _id("NHS number", r"\d{3}[- ]?\d{3}[- ]?\d{4}", checks.uk_nhs, r"\bNHS\b"),
    _id("Irish PPS number", r"\d{7}[A-W][A-IW]?", checks.ie_pps, r"\bPPSN?\b"),
    _id("German tax number", r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", mod_11_10, r"steuer-?(?:id|nummer|ident)|\bIdNr|\bTIN\b"),
    _id("German pension number", r"\d{2} ?\d{6} ?[A-Z] ?\d{3}", checks.de_pension),
    _id("German health insurance number", r"[A-Z]\d{9}", checks.de_health, r"versicher|krankenkasse|\bKVNR"),
    _id("Austrian insurance number", r"[1-9]\d{3} ?\d{6}", checks.at_vsnr, r"versicherung|\bSVNR|\bVSNR|\bSV-?Nr"),
    _id("Swiss insurance number", r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}", checks.ean_13),
    _id("French social security number", r"[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}", checks.fr_nir),
    _id("Spanish identity number", r"(?:\d{8}|[XYZ]-?\d{7})-?[A-Z]", checks.es_dni),
    _id("Italian tax code", r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", checks.it_tax_code),
    _id("Dutch citizen number", r"\d{9}|\d{4}\.\d{2}\.\d{3}", checks.nl_bsn, r"\bBSN\b|burgerservice|sofi"),
    _id("Belgian national number", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", checks.be_nn),
    _id("Belgian national number", r"\d{11}", checks.be_nn, r"rijksregister|registre national|\bINSZ|\bNISS"),
    _id("Portuguese tax number", r"[1-3]\d{2} ?\d{3} ?\d{3}", checks.pt_nif, r"\bNIF\b|contribuinte"),
    _id("Polish PESEL", r"\d{11}", checks.pl_pesel, r"\bPESEL\b"),
    _id("Swedish identity number", r"(?:19|20)?\d{6}[-+]\d{4}", checks.se_personnummer),
    _id("Danish CPR number", r"\d{6}-?\d{4}", checks.starts_with_a_day, r"\bCPR\b|personnummer"),
    _id("Norwegian identity number", r"\d{6} ?\d{5}", checks.no_fodselsnummer, r"f[o\xf8]dsels|personnummer|\bFNR\b"),
    _id("Finnish identity code", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", checks.fi_hetu),
    _id("Brazilian CPF", r"\d{3}\.\d{3}\.\d{3}-\d{2}", checks.br_cpf),
    _id("Brazilian CPF", r"\d{11}", checks.br_cpf, r"\bCPF\b"),
    _id("Mexican CURP", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d", checks.starts_mexican),
    _id("Indian Aadhaar number", r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", verhoeff, r"aadh?aar|\bUID(?:AI)?\b"),
    _id("Indian PAN", r"[A-Z]{3}[PFCHAT][A-Z]\d{4}[A-Z]", checks.anything, r"\bPAN\b"),
    _id("Australian tax number", r"\d{3} ?\d{3} ?\d{3}", checks.au_tfn, r"\bTFN\b|tax file"),
    _id("Australian Medicare number", r"[2-6]\d{3} ?\d{5} ?\d{1,2}", checks.au_medicare, r"medicare"),
    _id("Chinese identity number", r"[1-8]\d{5}(?:19|20)\d{2}(?:0\d|1[0-2])[0-3]\d{4}[\dX]", mod_11_2),
    _id("Korean registration number", r"\d{6}-[1-8]\d{6}", checks.kr_rrn),
    _named_id(
        "passport number",
        r"passport|(?:reise)?pass|personalausweis|passeport|pasaporte",
        r"[A-Z]{0,3}[0-9]{6,9}[A-Z]?|[A-Z][0-9A-Z]{8}",
    ),
    _named_id(
        "driving licence number",
        r"driv(?:er'?s?|ing) licen[cs]e|f\xfchrerschein|permis de conduire|permiso de conducir",
        r"[A-Z0-9][A-Z0-9-]{5,17}[A-Z0-9]",
    ),
)


def find_national_ids(view: View) -> Iterator[Finding]:
    """Yield a finding for each number of a person. Texts without a run of four digits are not looked at."""
    if _FOUR_DIGITS.search(view.narrow) is None:
        return
    for kind in _IDS:
        for match in every_match(kind.pattern, view.narrow):
            start, end = match.span(1)
            if _is_named(kind, view.narrow, start) and kind.check(_compact(view.narrow[start:end])):
                at, until = view.span(start, end)
                yield Finding(start=at, end=until, kind=Kind.NATIONAL_ID, what=f"a national id ({kind.name})")


_FOUR_DIGITS: Final = narrow(r"\d\d.?\d\d")


def _is_named(kind: NationalId, text: bytes, start: int) -> bool:
    return kind.words is None or kind.words.search(text[max(0, start - _CONTEXT_CHARACTERS) : start]) is not None


def _compact(found: bytes) -> str:
    """Return the letters and digits in capitals."""
    return "".join(each for each in found.decode("latin-1").upper() if each.isalnum())
