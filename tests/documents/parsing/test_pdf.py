from __future__ import annotations

import itertools

import pytest

from aspen.core.errors import DoesNotFit, Misused
from aspen.documents.document import DocumentKind
from aspen.documents.parsing.bounds import ParseBounds
from aspen.documents.parsing.pdf import read_pdf
from fakes.pdf_writer import deep_pdf, encrypted_pdf, pdf_of


def test_the_text_of_each_page_begins_where_the_page_starts() -> None:
    document = read_pdf("a.pdf", pdf_of(["The first page.", "", "The third page."]))
    assert document.kind is DocumentKind.PDF
    assert len(document.page_starts) == 3
    assert document.text[document.page_starts[2] :].strip() == "The third page."
    assert document.text[: document.page_starts[1]].strip() == "The first page."


def test_a_page_without_text_is_said() -> None:
    assert read_pdf("a.pdf", pdf_of(["one", "", "three"])).notes == ("Page 2 holds no text; pictures are not read.",)


def test_a_scan_is_an_error_that_says_what_it_is() -> None:
    with pytest.raises(Misused, match=r"scan\.pdf has 2 pages and no text: they are pictures"):
        read_pdf("scan.pdf", pdf_of(["", ""]))


def test_a_pdf_with_a_password_is_an_error_that_says_so() -> None:
    with pytest.raises(Misused, match="encrypted with a password"):
        read_pdf("a.pdf", encrypted_pdf("secret words", "open sesame"))


def test_a_pdf_that_anybody_may_open_is_read_although_it_is_encrypted() -> None:
    assert "public words" in read_pdf("a.pdf", encrypted_pdf("public words", "")).text


def test_of_ten_thousand_pages_as_many_are_read_as_the_bounds_allow_and_it_is_said() -> None:
    content = pdf_of([f"page {number}" for number in range(10_000)])
    document = read_pdf("long.pdf", content, ParseBounds(pages=100))
    assert len(document.page_starts) == 100
    assert "Only the first 100 of 10,000 pages were read." in document.notes


def test_reading_ends_when_its_time_is_over() -> None:
    with pytest.raises(DoesNotFit, match="took longer than"):
        read_pdf("long.pdf", pdf_of(["words"] * 9), ParseBounds(seconds=0.0))


def test_reading_ends_when_there_is_enough_text() -> None:
    document = read_pdf("long.pdf", pdf_of(["x" * 50] * 10), ParseBounds(text_characters=120))
    assert len(document.text.replace("\n", "")) == 120
    assert document.notes == ("Only the first 3 of 10 pages were read.",)


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", deep_pdf(50_000), deep_pdf(5)])
def test_what_is_no_pdf_but_in_its_first_line_is_an_error(content: bytes) -> None:
    with pytest.raises(Misused, match="damaged or cut off"):
        read_pdf("a.pdf", content)


def test_a_pdf_cut_off_anywhere_is_read_in_part_or_is_an_error() -> None:
    content = pdf_of(["The first page.", "The second page."])
    outcomes = {_outcome(content[:length]) for length in range(9, len(content), 40)}
    assert outcomes <= {"read", "refused"}
    assert "refused" in outcomes


def test_a_pdf_with_any_byte_changed_is_read_or_is_an_error() -> None:
    content = pdf_of(["The first page."])
    for place, byte in itertools.product(range(0, len(content), 9), (0x00, 0x5B, 0xFF)):
        assert _outcome(content[:place] + bytes([byte]) + content[place + 1 :]) in ("read", "refused")


def _outcome(content: bytes) -> str:
    try:
        read_pdf("a.pdf", content)
    except Misused:
        return "refused"
    return "read"
