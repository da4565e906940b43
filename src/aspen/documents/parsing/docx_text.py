"""The words of WordprocessingML as they come by: headings, paragraphs, lists and tables as Markdown, with page starts.

A stream without a tree (expat), so that neither size nor depth costs memory. What was deleted in a tracked change,
codes of fields, and the second copy of a text box are left out (ECMA-376, part 1, 17.3 and 17.13; part 3, 7.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from aspen.core.errors import DoesNotFit, Misused
from aspen.documents.parsing.bounds import ParseBounds

_W: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_FALLBACK: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_BREAKS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_DEEPEST_HEADING: Final = 6


@dataclass(slots=True)
class _Paragraph:
    """Text boxes put paragraphs inside of paragraphs, so that they stand on a stack."""

    words: list[str] = field(default_factory=list[str])
    heading: int = 0
    is_listed: bool = False


@dataclass(slots=True)
class Written:
    """What came out so far. `page_starts` are offsets in characters, after the first page."""

    pieces: list[str] = field(default_factory=list[str])
    characters: int = 0
    page_starts: list[int] = field(default_factory=list[int])

    def write(self, block: str) -> None:
        """Add a block and an empty line."""
        self.pieces.append(f"{block}\n\n")
        self.characters += len(block) + 2


class WordReader:
    """Reads one part of a document. `heading_of_style` gives the level of a heading by its style's id."""

    def __init__(self, name: str, heading_of_style: Mapping[str, int], written: Written, bounds: ParseBounds) -> None:
        self._name = name
        self._heading_of_style = heading_of_style
        self._written = written
        self._bounds = bounds
        self._depth = 0
        self._skipped_at = 0
        self._in_text = False
        self._page_breaks = 0
        self._paragraphs: list[_Paragraph] = []
        self._rows: list[list[list[str]]] = []
        self._parser = strict_parser(name)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the part. Raises Misused, DoesNotFit."""
        parse(self._parser, chunk, self._name)

    def close(self) -> None:
        """The part has ended. Raises Misused for one that is cut off."""
        parse(self._parser, b"", self._name, is_last=True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._bounds.depth:
            raise Misused(f"{self._name} is nested deeper than any document is.", hint="Save it anew, or as PDF.")
        if self._skipped_at:
            return
        if name == _FALLBACK:
            self._skipped_at = self._depth
            return
        match _local(name):
            case "p":
                self._paragraphs.append(_Paragraph())
            case "t":
                self._in_text = True
            case "tbl":
                self._rows.append([])
            case "tr" if self._rows:
                self._rows[-1].append([])
            case "tc" if self._rows and self._rows[-1]:
                self._rows[-1][-1].append("")
            case "lastRenderedPageBreak":
                self._page_breaks += 1
            case local if self._paragraphs:
                self._note(local, attributes, self._paragraphs[-1])
            case _:
                pass

    def _note(self, local: str, attributes: Mapping[str, str], paragraph: _Paragraph) -> None:
        """Take what is said of a paragraph, and the marks between its words."""
        if local == "pStyle":
            paragraph.heading = self._heading_of_style.get(_value(attributes), 0)
        elif local == "outlineLvl":
            paragraph.heading = heading_level(_value(attributes))
        elif local == "numPr":
            paragraph.is_listed = True
        elif local in _BREAKS:
            paragraph.words.append(_BREAKS[local])

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._skipped_at:
            self._skipped_at = 0 if self._depth < self._skipped_at else self._skipped_at
            return
        match _local(name):
            case "t":
                self._in_text = False
            case "p" if self._paragraphs:
                self._end_paragraph(self._paragraphs.pop())
            case "tbl" if self._rows:
                self._end_table(self._rows.pop())
            case _:
                pass

    def _characters(self, words: str) -> None:
        if self._in_text and self._paragraphs and not self._skipped_at:
            self._paragraphs[-1].words.append(words)

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        words = "".join(paragraph.words).strip()
        if not words:
            return
        if self._paragraphs:  # a text box: its words stand before those of the paragraph that holds it
            self._paragraphs[-1].words.append(f"{words}\n")
        elif self._rows and self._rows[-1] and self._rows[-1][-1]:
            row = self._rows[-1][-1]
            row[-1] = f"{row[-1]} {words}".strip()
        elif paragraph.heading:
            self._emit(f"{'#' * paragraph.heading} {' '.join(words.split())}")
        else:
            self._emit(f"- {words}" if paragraph.is_listed else words)

    def _end_table(self, rows: list[list[str]]) -> None:
        """A table inside of a cell becomes words of that cell."""
        shown = ["| " + " | ".join(" ".join(cell.split()) for cell in row) + " |" for row in rows if any(row)]
        if self._rows and self._rows[-1] and self._rows[-1][-1]:
            outer = self._rows[-1][-1]
            outer[-1] = f"{outer[-1]} {' '.join(shown)}".strip()
        elif shown:
            self._emit("\n".join(shown))

    def _emit(self, block: str) -> None:
        """Pages begin where the first whole block on them does."""
        self._written.page_starts += [self._written.characters] * self._page_breaks
        self._page_breaks = 0
        self._written.write(block)
        if self._written.characters > self._bounds.text_characters:
            raise DoesNotFit(
                f"{self._name} has more than the {self._bounds.text_characters:,} characters that can be read.",
                hint="Split it, or attach the part that matters.",
                facts={"most_characters": self._bounds.text_characters},
            )


def heading_level(outline_level: str) -> int:
    """Return the level of a heading by Word's outline level, which counts from 0; 0 for body text."""
    level = int(outline_level) + 1 if outline_level.isascii() and outline_level.isdigit() else 0
    return level if level <= _DEEPEST_HEADING else 0


def strict_parser(name: str) -> expat.XMLParserType:
    """Make a parser that refuses document types, and with them all entities of a stranger."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise Misused(f"{name} declares a document type, which no Word file does.", hint="Save it anew, or as PDF.")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def parse(parser: expat.XMLParserType, chunk: bytes, name: str, *, is_last: bool = False) -> None:
    """Feed a parser. Raises Misused for what is no XML."""
    try:
        parser.Parse(chunk, is_last)
    except expat.ExpatError as error:
        raise Misused(f"{name} is damaged, and cannot be read as a Word file.", hint="Get the file again.") from error


def word_name(name: str) -> str:
    """Return the name of an element or attribute of WordprocessingML without its namespace; empty for any other."""
    return next((name[len(space) :] for space in _W if name.startswith(space)), "")


_local = word_name


def _value(attributes: Mapping[str, str]) -> str:
    return next((value for name, value in attributes.items() if word_name(name) == "val"), "")
