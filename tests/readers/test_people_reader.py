"""Presidio with spaCy as a reader: what it finds, and that it asks nobody for anything while it loads and reads."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import cast

import pytest

from aspen.readers.kinds import PEOPLE, Reader
from aspen.readers.reader_child import load_reader
from fakes.system_calls import can_trace, trace

LOAD_AND_READ = """
from aspen.readers.reader_child import load_reader
reader = load_reader("people")
assert reader({"text": "Mary Smith of Acme, mary@mail.example.co.uk, https://www.example.co.uk"})["found"]
"""


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(PEOPLE)


def _found(reader: Reader, text: str) -> list[tuple[str, str]]:
    found = cast("list[tuple[int, int, str]]", reader({"text": text})["found"])
    return [(entity, text[start:end]) for start, end, entity in found]


@pytest.mark.usefixtures("people_libraries")
def test_people_places_dates_and_documents_are_found_by_characters(request: pytest.FixtureRequest) -> None:
    reader: Reader = request.getfixturevalue("reader")
    text = "🙂 Mary Smith was born on 8/2/1978 in Oslo. Her driver license number is H1234567."
    assert _found(reader, text) == [
        ("PERSON", "Mary Smith"),
        ("DATE_TIME", "8/2/1978"),
        ("LOCATION", "Oslo"),
        ("US_DRIVER_LICENSE", "H1234567"),
    ]


@pytest.mark.usefixtures("people_libraries")
@pytest.mark.parametrize("text", ["", " \n\t", "\x00\x01", "a" * 5000, "🙂" * 500, "x = [[0] * 7 for _ in range(9)]"])
def test_a_text_without_people_has_none(request: pytest.FixtureRequest, text: str) -> None:
    reader: Reader = request.getfixturevalue("reader")
    assert "PERSON" not in {entity for entity, _ in _found(reader, text)}


@pytest.mark.usefixtures("people_libraries")
@pytest.mark.parametrize("question", [{}, {"text": 7}, {"text": "a" * 100_001}])
def test_a_question_that_is_none_is_an_error_and_no_empty_answer(
    request: pytest.FixtureRequest, question: dict[str, object]
) -> None:
    reader: Reader = request.getfixturevalue("reader")
    with pytest.raises(ValueError):
        reader(question)


@pytest.mark.usefixtures("people_libraries")
@pytest.mark.skipif(not can_trace(), reason="strace is missing, or may not look into processes here")
def test_loading_and_reading_make_no_call_about_sockets_and_start_no_program(tmp_path: Path) -> None:
    command = (sys.executable, "-P", "-c", LOAD_AND_READ)
    calls = trace(command, {**os.environ, "OPENBLAS_NUM_THREADS": "1"}, tmp_path / "trace")
    assert [call.name for call in calls if call.succeeded] == ["execve"]
    assert {call.name for call in calls} == {"execve"}
