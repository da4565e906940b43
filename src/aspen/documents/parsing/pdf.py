"""The text of a PDF, page by page, by pypdf. Runs inside a reader's jail: a stranger's PDF is a stranger's program.

Nothing in it is run or followed: no script, no link, no attached file, no picture.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, PyPdfError

from aspen.core.errors import Misused
from aspen.documents.document import Document, DocumentKind
from aspen.documents.parsing.bounds import DEFAULT_BOUNDS, Deadline, ParseBounds

_MALFORMED: Final = (
    PyPdfError,
    DependencyError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What pypdf raises for files that are not as they should be; seen with broken and hostile ones."""

_PAGE_END: Final = "\n\n"
_MOST_NAMED: Final = 5


def read_pdf(name: str, content: bytes, bounds: ParseBounds = DEFAULT_BOUNDS) -> Document:
    """Read the text of all pages, or of the first ones with a note that says how many.

    Raises Misused for a file that is encrypted, damaged, or has no text, DoesNotFit when its time is over before a
    single page was read.
    """
    deadline = Deadline(bounds)
    reader = _opened(name, content)
    try:
        count = len(reader.pages)
    except _MALFORMED as error:
        raise _damaged(name) from error
    pages, failed = list[str](), list[int]()
    left = bounds.text_characters
    for number in range(min(count, bounds.pages)):
        if deadline.is_over or left <= 0:
            break
        try:
            page = _clean(reader.pages[number].extract_text())[:left]
        except _MALFORMED:
            page = ""
            failed.append(number + 1)
        left -= len(page)
        pages.append(page)
    if not any(pages):
        deadline.check(name)
        raise _no_text(name, count, len(failed))
    return _document(pages, _notes(pages, failed, count, is_full=left <= 0))


def _opened(name: str, content: bytes) -> PdfReader:
    """An empty password opens what anybody may read and only few may change."""
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        is_locked = reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED
    except _MALFORMED as error:
        raise _damaged(name) from error
    if is_locked:
        raise Misused(f"{name} is encrypted with a password.", hint="Open it, and save a copy without the password.")
    return reader


def _clean(text: str) -> str:
    """Leave out what no text has, and lone halves of surrogates, which UTF-8 does not have."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8").strip("\n")


def _document(pages: Sequence[str], notes: tuple[str, ...]) -> Document:
    starts, offset = list[int](), 0
    for page in pages:
        starts.append(offset)
        offset += len(page) + len(_PAGE_END)
    text = "".join(f"{page}{_PAGE_END}" for page in pages)
    return Document(text=text, kind=DocumentKind.PDF, page_starts=tuple(starts), notes=notes)


def _notes(pages: Sequence[str], failed: Sequence[int], count: int, *, is_full: bool) -> tuple[str, ...]:
    notes: list[str] = []
    if len(pages) < count or is_full:
        notes.append(f"Only the first {len(pages):,} of {count:,} pages were read.")
    if failed:
        notes.append(f"{_pages(failed)} could not be read.")
    if empty := [number for number, page in enumerate(pages, 1) if not page.strip() and number not in set(failed)]:
        notes.append(f"{_pages(empty)} {'holds' if len(empty) == 1 else 'hold'} no text; pictures are not read.")
    return tuple(notes)


def _pages(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Page {numbers[0]:,}"
    if len(numbers) <= _MOST_NAMED:
        return f"Pages {', '.join(f'{number:,}' for number in numbers)}"
    return f"{len(numbers):,} pages (the first is page {numbers[0]:,})"


def _damaged(name: str) -> Misused:
    return Misused(f"{name} is damaged or cut off, and cannot be read as a PDF.", hint="Get the file again.")


def _no_text(name: str, count: int, failed: int) -> Misused:
    if count == 0 or failed:
        return _damaged(name)
    return Misused(
        f"{name} has {count:,} {'page' if count == 1 else 'pages'} and no text: they are pictures, as from a scanner.",
        hint="Run it through a program that recognises text (OCR), and attach what that saves.",
        facts={"pages": count},
    )
