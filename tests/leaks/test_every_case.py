"""Each of the 48 cases is a test or waits for a named feature, and the page says the same."""

from __future__ import annotations

import re
from pathlib import Path

from cases import PARTLY_WAITING, TITLES, WAITING, cases_with_tests

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "leak-suite.md"
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_there_are_48_cases_and_each_is_tested_or_waits_for_a_feature() -> None:
    assert set(TITLES) == set(range(1, 49))
    assert set(cases_with_tests()) | set(WAITING) == set(TITLES)
    assert set(cases_with_tests()) & set(WAITING) == set()
    assert set(PARTLY_WAITING) <= set(cases_with_tests())


def test_no_two_tests_of_a_case_have_one_name() -> None:
    names = [name for names in cases_with_tests().values() for name in names]
    assert len(names) == len(set(names))


def test_the_page_lists_every_case_as_the_code_does() -> None:
    rows = {int(number): (title.strip(), how.strip()) for number, title, how in ROW.findall(PAGE.read_text("utf-8"))}
    assert {number: title for number, (title, _) in rows.items()} == TITLES
    assert {number for number, (_, how) in rows.items() if how.startswith("waits for ")} == set(WAITING)
    for number, feature in {**WAITING, **PARTLY_WAITING}.items():
        assert feature in rows[number][1], number
