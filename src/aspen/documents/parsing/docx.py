"""The text of a Word file. Runs inside a reader's jail; unpacks only the parts with words in them, within bounds.

Macros, pictures, embedded files, comments and whatever a document links to are never looked at.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Final

from aspen.core.errors import DoesNotFit, Misused
from aspen.documents.document import Document, DocumentKind
from aspen.documents.parsing.bounds import DEFAULT_BOUNDS, Deadline, ParseBounds
from aspen.documents.parsing.docx_text import WordReader, Written, heading_level, parse, strict_parser, word_name

_BODY: Final = "word/document.xml"
_STYLES: Final = "word/styles.xml"
_NOTES: Final = (("word/footnotes.xml", "Footnotes"), ("word/endnotes.xml", "Endnotes"))
_MACROS: Final = "word/vbaProject.bin"
_MALFORMED: Final = (
    zipfile.BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)
"""What zipfile raises for archives that are not as they should be."""

_LIST_ENTRY: Final = b"PK\x01\x02"
_CHUNK_BYTES: Final = 64 << 10
_NO_STYLES: Final[Mapping[str, int]] = {}


def read_docx(name: str, content: bytes, bounds: ParseBounds = DEFAULT_BOUNDS) -> Document:
    """Read headings, paragraphs, lists and tables as Markdown, then foot- and endnotes.

    Pages are those of Word's last layout, where it left word of them. Raises Misused for what is no Word file or is
    damaged or encrypted, DoesNotFit for what unpacks to more than the bounds.
    """
    with _opened(name, content, bounds) as archive:
        unpacker = _Unpacker(archive, name, bounds)
        names = frozenset(archive.namelist())
        if _BODY not in names:
            raise Misused(f"{name} is a Word file without its text.", hint="Save it anew as .docx.")
        styles = _headings(unpacker, name) if _STYLES in names else _NO_STYLES
        written = Written()
        _read_part(_BODY, unpacker, WordReader(name, styles, written, bounds))
        starts = (0, *written.page_starts) if written.page_starts else ()
        for part, title in _NOTES:
            if part in names:
                _read_notes(part, title, unpacker, WordReader(name, styles, written, bounds), written)
    if not written.pieces:
        raise Misused(f"{name} has no text.", hint="Pictures in it are not read.")
    notes = ("It holds macros, which were neither run nor read.",) if _MACROS in names else ()
    return Document(text="".join(written.pieces), kind=DocumentKind.DOCX, page_starts=starts, notes=notes)


def _opened(name: str, content: bytes, bounds: ParseBounds) -> zipfile.ZipFile:
    """An archive with a list without end is refused before anybody makes objects of it."""
    if content.count(_LIST_ENTRY) > bounds.entries:
        raise DoesNotFit(f"{name} holds more than {bounds.entries:,} parts.", hint="Save it anew, or as PDF.")
    try:
        return zipfile.ZipFile(BytesIO(content))
    except _MALFORMED as error:
        raise _damaged(name) from error


class _Unpacker:
    """Unpacks parts in pieces, all of them together within the bounds whatever their headers say."""

    def __init__(self, archive: zipfile.ZipFile, name: str, bounds: ParseBounds) -> None:
        self._archive = archive
        self._name = name
        self._bounds = bounds
        self._left_bytes = bounds.unpacked_bytes
        self._deadline = Deadline(bounds)

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield one part's bytes. Raises Misused, DoesNotFit."""
        try:
            with self._archive.open(part) as file:
                while chunk := file.read(_CHUNK_BYTES):
                    self._deadline.check(self._name)
                    self._left_bytes -= len(chunk)
                    if self._left_bytes < 0:
                        raise self._too_large()
                    yield chunk
        except _MALFORMED as error:
            raise _damaged(self._name) from error
        except RuntimeError as error:  # zipfile's word for a part that needs a password
            raise Misused(f"{self._name} is encrypted with a password.", hint="Save a copy without it.") from error

    def _too_large(self) -> DoesNotFit:
        most = self._bounds.unpacked_bytes
        return DoesNotFit(
            f"{self._name} unpacks to more than {most >> 20} MiB of text, as no honest document does.",
            hint="Save it anew, or as PDF.",
            facts={"most_bytes": most},
        )


def _read_part(part: str, unpacker: _Unpacker, reader: WordReader) -> None:
    for chunk in unpacker.chunks(part):
        reader.feed(chunk)
    reader.close()


def _read_notes(part: str, title: str, unpacker: _Unpacker, reader: WordReader, written: Written) -> None:
    """Put notes below a heading, and take the heading back where there are none."""
    before = len(written.pieces)
    written.write(f"# {title}")
    _read_part(part, unpacker, reader)
    if len(written.pieces) == before + 1:
        written.characters -= len(written.pieces.pop())


def _headings(unpacker: _Unpacker, name: str) -> Mapping[str, int]:
    """Return the level of each style that makes a heading, by its own outline level or by Word's own name for it."""
    levels: dict[str, int] = {}
    style = ""

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal style
        told = {word_name(attribute): value for attribute, value in attributes.items()}
        match word_name(element):
            case "style":
                style = told.get("styleId", "")
            case "name":
                levels.update(_named(style, told.get("val", "").lower()))
            case "outlineLvl" if level := heading_level(told.get("val", "")):
                levels[style] = level
            case _:
                pass

    parser = strict_parser(name)
    parser.StartElementHandler = start
    for chunk in unpacker.chunks(_STYLES):
        parse(parser, chunk, name)
    parse(parser, b"", name, is_last=True)
    return levels


def _named(style: str, name: str) -> dict[str, int]:
    if name == "title":
        return {style: 1}
    word, _, number = name.partition(" ")
    return {style: int(number)} if word == "heading" and number in "123456" and number else {}


def _damaged(name: str) -> Misused:
    return Misused(f"{name} is damaged or cut off, and cannot be read as a Word file.", hint="Get the file again.")
