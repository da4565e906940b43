"""Numbers of patients and cases are found by the words before them and by the forms of courts."""

from __future__ import annotations

import pytest

from aspen.privacy.detection.finding import Kind
from aspen.privacy.detection.record_numbers import find_record_numbers
from aspen.privacy.detection.view import read_plainly


def kinds_in(text: str) -> set[Kind]:
    return {each.kind for each in find_record_numbers(read_plainly(text))}


@pytest.mark.parametrize(
    "text",
    [
        "MRN: 12345678",
        "Patient ID 4711-0815 was admitted",
        "Medical record number is 123-45-678",
        "Patientennummer: 1234567",
        "Fall-Nr. 2023004711",
        "numéro de patient : 66527020",
        "Nº de historia clínica: 739512",
        "NHC 7395123",
    ],
)
def test_a_patient_number_is_found(text: str) -> None:
    assert Kind.PATIENT in kinds_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "See 1:21-cv-01234 in that district",
        "1:21-cv-01234-ABC-DE",
        "No. 21-1234",
        "Case No. 21-01234",
        "Docket No. CV-2021-004711",
        "matter number 10023-0001",
        "Az. 12 O 345/20",
        "Aktenzeichen: 5 C 1234/21",
        "Das Urteil XII ZR 123/19 sagt",
        "1 BvR 16/13",
        "RG n° 20/01234",
        "pourvoi n° 19-12.345",
        "autos n.º 123/2019",
        "expediente 456/2020",
        "application no. 12345/06",
        "our file no. A-1234/21",
    ],
)
def test_a_case_number_is_found(text: str) -> None:
    assert Kind.CASE in kinds_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "In case 3 of 12, figure 4 shows it.",
        "room No. 21",
        "Article 12/2020 of the directive",
        "fileno=42.5",
        "the file number is too large",
        "patient zero",
        "a 24/7 service",
        "on 12/10/2024 at 10-12",
        "claim code 4041",
        "use index 12345",
    ],
)
def test_other_numbers_are_no_records(text: str) -> None:
    assert kinds_in(text) == set()


def test_a_finding_spans_the_number_without_the_words_before_it() -> None:
    text = "please see Az. 12 O 345/20 again"
    assert {text[each.start : each.end] for each in find_record_numbers(read_plainly(text))} == {"12 O 345/20"}
