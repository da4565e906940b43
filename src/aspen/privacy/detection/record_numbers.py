"""Finds numbers of patients and of legal cases, by the words before them and by the forms that courts use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.patterns import Pattern, every_match, narrow
from aspen.privacy.detection.view import View

_NUMBER_WORDS: Final = (
    r"[ ._-]?(?:numbers?|nr\.?|nummer|num[e\xe9]ro|n[u\xfa]mero|zeichen|#|\(mrn\))"
    r"|[ ._-](?:no\.?|nos\.?|num\.?|n[o\xb0.]{1,2})"
)
_NUMBER_WORD: Final = rf"(?:{_NUMBER_WORDS})"
_NUMBER_OR_ID: Final = rf"(?:{_NUMBER_WORDS}|[ ._-]?(?:ids?|identifier|kennung|code))"
_SIGN: Final = (
    r"[ \t]{0,3}(?:is|are|ist|lautet|est|es|was|war)?[ \t]{0,2}[:=#\x27\"]{0,3}[ \t]{0,3}(?:n[o\xb0]\.?[ ]?|nr\.?[ ]?)?"
)
_VALUE: Final = r"([A-Z]{0,5}[ ./-]?[0-9](?:[ ./-]?[0-9A-Z]){2,18})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNumber:
    """`pattern` has the number in its first group. A number must have at least `least_digits` digits."""

    kind: Kind
    what: str
    pattern: Pattern[bytes]
    least_digits: int = 3


def _labelled(kind: Kind, what: str, words: str, number_word: str, *, least_digits: int = 3) -> RecordNumber:
    return RecordNumber(
        kind=kind,
        what=what,
        pattern=narrow(
            rf"(?:^|[^0-9A-Za-z])(?:{words}){number_word}{_SIGN}{_VALUE}(?:$|[^0-9A-Za-z])", ignore_case=True
        ),
        least_digits=least_digits,
    )


def _formed(what: str, form: str) -> RecordNumber:
    return RecordNumber(kind=Kind.CASE, what=what, pattern=narrow(rf"(?:^|[^0-9A-Za-z/.-])({form})(?:$|[^0-9A-Za-z])"))


_PATIENT_WORDS: Final = (
    r"patients?|patienten|patient[ae]|patiente|paciente|medical record|health record|hospital|admission|encounter"
    r"|chart|fall|behandlungsfall|aufnahme|krankenakte|dossier (?:patient|m[e\xe9]dical)|dossier du patient"
    r"|health insurance|insurance member|medical aid"
)
_PATIENT_NUMBERS: Final = (
    r"MRN|M\.R\.N\.|NHC|IPP|PatID|Pat\.?-?(?:ID|Nr\.?)|URN|UHID|hospital number"
    r"|(?:num[e\xe9]ro|n[o\xb0]) (?:de |du )?(?:dossier )?(?:de |du )?(?:patient|m[e\xe9]dical)"
    r"|(?:n[u\xfa]mero|n[o\xb0.]{1,2}) de (?:paciente|historia(?: cl[i\xed]nica)?|expediente cl[i\xed]nico)"
    r"|historia cl[i\xed]nica|expediente cl[i\xed]nico"
)

_CASE_WORDS: Final = (
    r"case|docket|matter|cause|civil action|criminal action|appeal|index|court file|file|claim|client[- ]matter"
    r"|client|application|petition|complaint|akten|gesch[a\xe4]fts|verfahrens|vorgangs|mandats"
    r"|affaire|dossier|requ[e\xea]te|pourvoi|r[o\xf4]le|minute|expediente|procedimiento|autos|causa|recurso|rollo"
    r"|asunto|juicio|zaak|rol"
)
_CASE_ABBREVIATIONS: Final = (
    r"Az\.?|A\.Z\.|Gz\.?|Gesch\.-?Z\.?|Aktenzeichen|Gesch[a\xe4]ftszeichen|R\.?G\.?(?: n[o\xb0])?|N\.?I\.?G\.?"
    r"|case|docket|civil action|cause|aff\.|exp(?:te)?\.|autos|procedimiento|pourvoi|requ[e\xea]te|expediente"
    r"|dossier|affaire|matter"
)
_REGISTER_SIGNS: Final = (
    r"(?:O|OH|S|U|C|T|W|F|UF|WF|M|K|Ks|KLs|Ls|Ds|Cs|Gs|Js|Qs|Ns|OWi|Ss|Ws|StR|BGs|ARs|ZR|ZB|ZA|BvR|BvL|BvE|BvF|AR"
    r"|Ca|Sa|Ta|AZR|AZB|ABR|BV|KR|RS|SO|AS|AL|B|L|R|HK O|HKO|IN|IK|VI|XVII|NotZ|StB|EnVR|IX)"
)

_RECORDS: Final = (
    _labelled(Kind.PATIENT, "a patient number", _PATIENT_WORDS, _NUMBER_OR_ID),
    _labelled(Kind.PATIENT, "a patient number", _PATIENT_NUMBERS, f"{_NUMBER_OR_ID}?", least_digits=4),
    _labelled(Kind.CASE, "a case number", _CASE_WORDS, _NUMBER_WORD),
    RecordNumber(
        kind=Kind.CASE,
        what="a case number",
        pattern=narrow(
            rf"(?:^|[^0-9A-Za-z])(?:{_CASE_ABBREVIATIONS}){_NUMBER_WORD}?{_SIGN}"
            r"((?:[0-9A-Z]{1,6}[ .:-]{0,2}){0,4}?[0-9]{1,6}[/-][0-9]{2,6}(?:[-/][0-9A-Z]{1,5}){0,2})(?:$|[^0-9A-Za-z])",
            ignore_case=True,
        ),
    ),
    _formed(
        "a US docket number",
        r"[0-9]:[0-9]{2}-(?:cv|cr|mc|mj|bk|ap|md|po|gj|sw|CV|CR|MC|MJ|BK)-[0-9]{2,6}(?:-[A-Za-z0-9]{1,4}){0,4}",
    ),
    _formed(
        "a US docket number", r"[0-9]{2,4}-?(?:CV|CR|CIV|CRIM|PR|JV|FA|DR|SC|cv|cr)-?[0-9]{3,7}(?:-[A-Z]{1,4}){0,2}"
    ),
    _formed("a docket number", r"Nos?\. [0-9]{2}-[A-Z]{0,2}[0-9]{2,6}"),
    _formed("a French docket number", r"(?:RG|R\.G\.) ?(?:n[o\xb0] ?)?[0-9]{2}/[0-9]{4,6}"),
    _formed("a French docket number", r"n[o\xb0] ?[0-9]{2}-[0-9]{2}\.[0-9]{3}"),
    _formed(
        "a German docket number",
        rf"(?:[1-9][0-9]{{0,3}}|[IVX]{{1,5}})[a-z]? {_REGISTER_SIGNS}(?: \([A-Za-z]+\))? [0-9]{{1,6}}/[0-9]{{2}}",
    ),
)


def find_record_numbers(view: View) -> Iterator[Finding]:
    """Yield a finding for each patient or case number."""
    for record in _RECORDS:
        for match in every_match(record.pattern, view.narrow):
            start, end = match.span(1)
            value = view.narrow[start:end]
            if sum(48 <= each <= 57 for each in value) >= record.least_digits:
                at, until = view.span(start, end)
                yield Finding(start=at, end=until, kind=record.kind, what=record.what)
