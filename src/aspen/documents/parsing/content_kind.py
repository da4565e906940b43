"""What a file holds, by its first bytes: a name can lie, and a picture named .pdf is no document."""

from __future__ import annotations

from typing import Final

from aspen.core.errors import Misused
from aspen.documents.document import DocumentKind
from aspen.documents.file_kinds import NEEDS_READER, kind_of_name

_PDF: Final = b"%PDF-"
_PDF_WITHIN_BYTES: Final = 1024
"""Readers take a header that is not at the very start (ISO 32000-1, annex H.3.4.1)."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_NOT_TEXT_WITHIN_BYTES: Final = 8192
"""As git does: a zero byte near the start is no text."""

_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (b"RIFF", "a picture or sound"),
    (b"ID3", "a sound"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3\0", "a database"),
)
_ZIPPED: Final[tuple[tuple[bytes, str], ...]] = (
    (b"xl/workbook.xml", "a spreadsheet"),
    (b"ppt/presentation.xml", "a presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file"),
    (b"mimetypeapplication/epub", "a book in EPUB"),
)


def kind_of_content(name: str, content: bytes) -> DocumentKind:
    """Return what the bytes are; among texts the name decides.

    Raises Misused for what cannot be read, with what it is.
    """
    if content.startswith(_ZIP):
        return _kind_in_zip(name, content)
    if content.startswith(_OLE):
        raise Misused(
            f"{name} is an old Office file, or one that is encrypted with a password.",
            hint="Save it as .docx without a password.",
        )
    if _is_pdf(name, content):
        return DocumentKind.PDF
    if is_binary(content):
        what = next((words for magic, words in _MAGIC if content.startswith(magic)), "not text")
        raise Misused(f"{name} is {what}, and cannot be read as a document.", hint="Attach text, PDF, DOCX or CSV.")
    kind = kind_of_name(name)
    return DocumentKind.TEXT if kind in NEEDS_READER else kind


def _is_pdf(name: str, content: bytes) -> bool:
    """Whether there is a header; further on only where name or bytes are no text's, which may speak of PDFs."""
    if content.startswith(_PDF):
        return True
    is_likely = kind_of_name(name) is DocumentKind.PDF or is_binary(content)
    return is_likely and _PDF in content[:_PDF_WITHIN_BYTES]


def is_binary(content: bytes) -> bool:
    """Whether bytes are no text, from those at the start. Text of two bytes a letter must have a mark."""
    return b"\0" in content[:_NOT_TEXT_WITHIN_BYTES] and not content.startswith(_TEXT_MARKS)


def _kind_in_zip(name: str, content: bytes) -> DocumentKind:
    """Only look for names in the archive's list: nothing is unpacked."""
    if b"word/" in content:
        return DocumentKind.DOCX
    what = next((words for mark, words in _ZIPPED if mark in content), "an archive")
    raise Misused(f"{name} is {what}, which cannot be read so far.", hint="Save it as PDF, CSV or text.")
