from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aspen.core.errors import Failed, Misused
from aspen.documents.document import Document, DocumentKind
from aspen.documents.parsing.content_kind import kind_of_content
from aspen.documents.parsing.document_reader import answer, load, read_document
from aspen.documents.parsing.document_wire import document_from_answer, document_to_json
from fakes.docx_writer import docx_of, paragraph, zip_of
from fakes.pdf_writer import encrypted_pdf, pdf_of

CHILD = Path(__file__).with_name("jailed_documents.py")


def asked(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "content": base64.b64encode(content).decode()}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", pdf_of(["words"]), DocumentKind.PDF),
        ("picture.png", pdf_of(["words"]), DocumentKind.PDF),
        ("a.docx", docx_of(paragraph("words")), DocumentKind.DOCX),
        ("a.pdf", docx_of(paragraph("words")), DocumentKind.DOCX),
        ("a.csv", b"words,1\n", DocumentKind.CSV),
        ("a.pdf", b"just words", DocumentKind.TEXT),
        ("a.md", "# words ä".encode("utf-16"), DocumentKind.MARKDOWN),
        ("a.py", b"words = 1", DocumentKind.PYTHON),
    ],
)
def test_a_document_is_read_as_what_it_is_whatever_it_is_named(name: str, content: bytes, kind: DocumentKind) -> None:
    document = read_document(name, content)
    assert document.kind is kind
    assert "words" in document.text


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "a picture"),
        (b"\x7fELF\0\0", "a program"),
        (b"\0\1\2", "not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "an old Office file, or one that is encrypted"),
        (zip_of({"xl/workbook.xml": "x"}), "a spreadsheet"),
        (zip_of({"notes.txt": "x"}), "an archive"),
    ],
)
def test_a_wrong_extension_is_told_by_the_content(content: bytes, what: str) -> None:
    with pytest.raises(Misused, match=rf"contract\.pdf is {what}"):
        read_document("contract.pdf", content)


def test_a_text_that_speaks_of_pdfs_is_none() -> None:
    assert kind_of_content("notes.py", b'MARK = b"%PDF-1.7"\n') is DocumentKind.PYTHON
    assert kind_of_content("late.pdf", b"noise\n%PDF-1.7\n") is DocumentKind.PDF
    assert kind_of_content("late", b"\0\1\n%PDF-1.7\n") is DocumentKind.PDF


def test_an_error_of_ours_is_an_answer() -> None:
    with pytest.raises(Misused, match="a picture"):
        document_from_answer(answer(asked("a.pdf", b"\x89PNG\0")), "a.pdf")


def test_what_is_read_comes_back_as_it_was() -> None:
    document = document_from_answer(answer(asked("a.pdf", pdf_of(["one", "two"]))), "a.pdf")
    assert document == read_document("a.pdf", pdf_of(["one", "two"]))


@pytest.mark.parametrize("question", [{}, {"name": "a"}, {"name": "a", "content": "***"}, {"name": 1, "content": ""}])
def test_a_question_that_makes_no_sense_is_refused(question: dict[str, object]) -> None:
    assert "error" in answer(question)


TRUE = dict(document_to_json(Document(text="abc", kind=DocumentKind.PDF, page_starts=(0, 2))))


@pytest.mark.parametrize(
    "lie",
    [
        {"text": 1},
        {"kind": "program"},
        {"page_starts": [0, 99]},
        {"page_starts": [2, 0]},
        {"page_starts": [1]},
        {"page_starts": ["0"]},
        {"notes": "x"},
    ],
)
def test_a_reader_that_was_taken_over_is_not_believed(lie: dict[str, object]) -> None:
    with pytest.raises(Failed, match="answered nonsense"):
        document_from_answer({"document": {**TRUE, **lie}}, "a.pdf")


def test_no_answer_is_an_error_with_the_files_name() -> None:
    with pytest.raises(Failed, match=r"a\.pdf could not be read"):
        document_from_answer(None, "a.pdf")


HONEST = {
    "pages": pdf_of(["one (two)"]),
    "encrypted": encrypted_pdf("words", ""),
    "word": docx_of(paragraph("words")),
    "plain": b"plain",
    "guessed": "geschützt".encode("cp1252"),
    "wide": "weit".encode("utf-16"),
}


def test_a_loaded_reader_imports_nothing_more() -> None:
    """In the jail no file can be read, so that an import would fail."""
    script = (
        "import sys\n"
        "from aspen.documents.parsing.document_reader import load\n"
        "answer = load()\n"
        "known = set(sys.modules)\n"
        "for content in sys.argv[1:]:\n"
        "    assert 'document' in answer({'name': 'a', 'content': content}), content\n"
        "assert not set(sys.modules) - known, set(sys.modules) - known\n"
    )
    encoded = [base64.b64encode(content).decode() for content in HONEST.values()]
    subprocess.run([sys.executable, "-c", script, *encoded], check=True)
    assert load() is answer


def test_all_kinds_are_read_behind_the_walls_and_the_walls_hold() -> None:
    questions = "".join(f"{json.dumps(asked('a', content))}\n" for content in HONEST.values())
    done = subprocess.run(
        [sys.executable, str(CHILD), str(os.getpid())], input=questions, capture_output=True, text=True, check=True
    )
    unblocked, *answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name in unblocked if "socket" in name or "connect" in name] == []
    assert {name: list(told) for name, told in zip(HONEST, answers, strict=True)} == {
        name: ["document"] for name in HONEST
    }
    assert done.stderr == ""
