from __future__ import annotations

import time

import pytest

from aspen.core.errors import DoesNotFit, Misused
from aspen.documents.document import DocumentKind
from aspen.documents.parsing.bounds import ParseBounds
from aspen.documents.parsing.docx import read_docx
from fakes.docx_writer import bomb_of, docx_of, notes_of, paragraph, zip_of

PAGE_BREAK = "<w:lastRenderedPageBreak/>"


def test_headings_are_known_by_words_own_name_or_by_their_outline_level() -> None:
    body = paragraph("A contract", "Titel") + paragraph("Terms", "Ueberschrift1") + paragraph("Notice", "Own")
    assert read_docx("a.docx", docx_of(body)).text == "# A contract\n\n# Terms\n\n## Notice\n\n"


def test_a_table_is_text_with_a_line_for_each_row() -> None:
    cell = "<w:tc>{}</w:tc>".format
    rows = [f"<w:tr>{cell(paragraph(left))}{cell(paragraph(right))}</w:tr>" for left, right in (("a", "b"), ("c", "d"))]
    body = f"{paragraph('before')}<w:tbl>{''.join(rows)}</w:tbl>{paragraph('after')}"
    assert read_docx("a.docx", docx_of(body)).text == "before\n\n| a | b |\n| c | d |\n\nafter\n\n"


def test_a_table_in_a_cell_becomes_words_of_the_cell() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('deep')}</w:tc></w:tr></w:tbl>"
    body = f"<w:tbl><w:tr><w:tc>{paragraph('outer')}{inner}</w:tc></w:tr></w:tbl>"
    assert read_docx("a.docx", docx_of(body)).text == "| outer | deep | |\n\n"


def test_pages_are_those_of_words_last_layout() -> None:
    body = paragraph("one") + paragraph("two", before=PAGE_BREAK) + paragraph("three", before=PAGE_BREAK)
    document = read_docx("a.docx", docx_of(body))
    assert document.kind is DocumentKind.DOCX
    assert [document.text[start:].split("\n")[0] for start in document.page_starts] == ["one", "two", "three"]


def test_a_document_that_was_never_laid_out_has_no_pages() -> None:
    assert read_docx("a.docx", docx_of(paragraph("one"))).page_starts == ()


def test_what_was_deleted_in_a_tracked_change_is_not_read() -> None:
    body = "<w:p><w:r><w:t>kept </w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
    assert read_docx("a.docx", docx_of(body)).text == "kept\n\n"


def test_a_text_box_is_read_once() -> None:
    box = paragraph("in the box")
    body = (
        f"<w:p><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
        "<w:r><w:t>beside it</w:t></w:r></w:p>"
    )
    assert read_docx("a.docx", docx_of(body)).text == "in the box\nbeside it\n\n"


def test_lists_tabs_and_line_breaks_stay() -> None:
    body = "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>one</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t></w:r></w:p>"
    assert read_docx("a.docx", docx_of(body)).text == "- one\ttwo\nthree\n\n"


def test_footnotes_stand_at_the_end() -> None:
    content = docx_of(paragraph("body"), {"word/footnotes.xml": notes_of("small print")})
    assert read_docx("a.docx", content).text == "body\n\n# Footnotes\n\nsmall print\n\n"


def test_macros_are_left_alone_and_it_is_said() -> None:
    content = docx_of(paragraph("body"), {"word/vbaProject.bin": b'Sub AutoOpen()\nShell "calc"\nEnd Sub'})
    document = read_docx("a.docm", content)
    assert "Shell" not in document.text
    assert document.notes == ("It holds macros, which were neither run nor read.",)


def test_a_zip_bomb_is_refused_while_it_unpacks() -> None:
    content = bomb_of(300 << 20)
    assert len(content) < 1 << 20
    began = time.process_time()
    with pytest.raises(DoesNotFit, match=r"characters that can be read|unpacks to more than"):
        read_docx("bomb.docx", content)
    assert time.process_time() - began < 10


def test_a_bomb_in_a_part_without_words_is_refused_as_well() -> None:
    styles = "<w:styles xmlns:w='x'>" + " " * (3 << 20) + "</w:styles>"
    content = docx_of(paragraph("body"), {"word/styles.xml": styles})
    with pytest.raises(DoesNotFit, match="unpacks to more than 1 MiB"):
        read_docx("bomb.docx", content, ParseBounds(unpacked_bytes=1 << 20))


def test_a_list_of_parts_without_end_is_refused_before_it_is_read() -> None:
    content = zip_of({f"p{number}": "" for number in range(50)})
    with pytest.raises(DoesNotFit, match="more than 20 parts"):
        read_docx("a.docx", content, ParseBounds(entries=20))


def test_entities_are_refused() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w:document xmlns:w="x">&b;</w:document>'
    with pytest.raises(Misused, match="declares a document type"):
        read_docx("a.docx", docx_of("", {"word/document.xml": laughs}))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(Misused, match="nested deeper"):
        read_docx("a.docx", docx_of("<w:sdt>" * 100_000))


@pytest.mark.parametrize("damaged", [b"PK\x03\x04", docx_of(paragraph("words"))[:-30], zip_of({"word/other.xml": "x"})])
def test_a_damaged_file_is_an_error(damaged: bytes) -> None:
    with pytest.raises(Misused):
        read_docx("a.docx", damaged)


def test_a_file_with_any_byte_changed_is_read_or_is_an_error() -> None:
    content = docx_of(paragraph("words"), {"word/footnotes.xml": notes_of("small")})
    outcomes: set[str] = set()
    for place in range(0, len(content), 7):
        try:
            read_docx("a.docx", content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
            outcomes.add("read")
        except (Misused, DoesNotFit):
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_a_document_without_text_is_an_error() -> None:
    with pytest.raises(Misused, match="has no text"):
        read_docx("a.docx", docx_of("<w:p/>"))
