"""Finds postal addresses by the words for streets and the forms of postcodes: shown before sending.

The forms of seven languages, from memory of how people write them: no register of streets is behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.patterns import every_match, narrow
from aspen.privacy.detection.view import View

_NAME: Final = r"[A-Z\xc0-\xde][a-z\xdf-\xff'-]+"
_US_STATE: Final = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)

_ENGLISH_STREET: Final = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Square|Sq|Terrace|Place|Pl|Close"
    r"|Crescent|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Mews|Gardens)"
)
_GERMAN_WORD: Final = r"[A-Z\xc4\xd6\xdc][a-z\xe4\xf6\xfc\xdf-]+"
_GERMAN_STREET_END: Final = r"(?:stra(?:\xdf|ss)e|str\.|weg|platz|allee|gasse|damm|ufer|steig|chaussee)"
_GERMAN_STREET_WORD: Final = r"(?:Stra(?:\xdf|ss)e|Str\.|Weg|Platz|Allee|Gasse|Damm|Ufer|Ring)"
_GERMAN_AT: Final = r"(?:Am|An der|An den|Auf dem|Auf der|Im|In der|Unter den|Zum|Zur)"
_FRENCH_STREET: Final = (
    r"(?i:rue|avenue|av\.|boulevard|bd|place|all\xe9es?|chemin|impasse|quai|cours|route|square)"
    r" (?:de la |de l'|de |du |des |d'|la |le |les )?"
)
_SOUTHERN_STREET: Final = (
    r"(?:Calle|C/|Avenida|Avda\.?|Av\.|Plaza|Pza\.?|Paseo|P\xba|Camino|Carrer|Via|Viale|Piazza|Corso|Vicolo|Rua"
    r"|Travessa|Pra\xe7a|Largo) (?:(?:de|del|de la|de los|di|della|dei|da|do|dos|das) )?"
)
_SOUTHERN_NUMBER: Final = r",? ?(?:n[.o\xba\xb0]{0,2} ?)?[0-9]{1,4}"
_BOX: Final = r"(?:P\. ?O\. ?Box|PO Box|Apartado(?: de correos)?) [0-9]{1,6}|Postfach [0-9 ]{2,9}"

_FORMS: Final = tuple(
    narrow(rf"(?:^|[^0-9A-Za-z])({form})(?:$|[^0-9A-Za-z])")
    for form in (
        # 12 Main Street; 221B Baker St.
        rf"[0-9]{{1,5}}[A-Za-z]?,? (?:[NSEW]\.? )?(?:[A-Z0-9][A-Za-z0-9'.-]* ){{1,3}}{_ENGLISH_STREET}",
        _BOX,
        # Springfield, IL 62704
        rf"{_NAME}(?: {_NAME}){{0,2}},? (?:{_US_STATE}) [0-9]{{5}}(?:-[0-9]{{4}})?",
        # SW1A 1AA
        r"(?:[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKPSTUW]?) [0-9][ABD-HJLNP-UW-Z]{2}",
        # K1A 0B1
        r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z] [0-9][ABCEGHJ-NPRSTV-Z][0-9]",
        # Hauptstraße 5; Lange Straße 12; Am Alten Markt 3a, 10115
        rf"{_GERMAN_WORD}{_GERMAN_STREET_END} [0-9]{{1,4}} ?[a-h]?",
        rf"(?:{_NAME}[ -]){{1,3}}{_GERMAN_STREET_WORD} [0-9]{{1,4}} ?[a-h]?",
        rf"{_GERMAN_AT} (?:{_GERMAN_WORD} ){{1,2}}[0-9]{{1,3}}[a-h]?,? [0-9]{{5}}",
        # 12 bis, rue de la Paix
        rf"[0-9]{{1,4}}(?: ?(?:bis|ter|quater|[A-D]))?,? {_FRENCH_STREET}{_NAME}",
        # Calle Mayor 5; Avda. de América, 12; Via Roma 10; Rua Augusta, 100
        rf"{_SOUTHERN_STREET}{_NAME}(?: (?:de |del |da )?{_NAME}){{0,3}}{_SOUTHERN_NUMBER}",
        # Keizersgracht 123; 1015 CJ Amsterdam
        r"[A-Z][a-z]+(?:straat|laan|gracht|plein|kade|dijk|singel|dreef) [0-9]{1,4} ?[a-z]?",
        r"[1-9][0-9]{3} ?[A-Z]{2},? [A-Z][a-z]{3,}",
    )
)
_DIGIT_AND_CAPITAL: Final = narrow(r"[A-Z\xc0-\xde][^\n]{0,60}[0-9]|[0-9][^\n]{0,40}[A-Z\xc0-\xde]")


def find_postal_addresses(view: View) -> Iterator[Finding]:
    """Yield a finding for each line of an address; street and town of one address count as two."""
    if _DIGIT_AND_CAPITAL.search(view.narrow) is None:
        return
    for form in _FORMS:
        for match in every_match(form, view.narrow):
            start, end = match.span(1)
            at, until = view.span(start, end)
            yield Finding(start=at, end=until, kind=Kind.POSTAL, what="a postal address")
