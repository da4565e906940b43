"""Where a text may be cut: at headings, definitions, rows, pages and paragraphs. Linear in the text, never fails.

Each function returns cuts in ascending order, the first at line 0. A cut says what begins there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LONGEST_LINE_LOOKED_AT: Final = 300
_LONGEST_HEADING: Final = 120
_ATX: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)$")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_UNDERLINE: Final = re.compile(r"(=+|-{3,}|~{3,}|\^{3,})[ \t]*\r?$")
_UNDERLINE_LEVELS: Final = {"=": 1, "-": 2, "~": 3, "^": 4}
_COMMENT: Final = ("//", "/*", "*", "#", "@", "--", ";", "<!--")
_MODIFIERS: Final = (
    "export|default|public|private|protected|internal|static|final|abstract|async|pub|unsafe|extern|virtual|override"
    "|inline|const|open|sealed|data|partial|declare"
)
_DEFINING: Final = (
    "function|func|fun|fn|def|class|interface|struct|enum|trait|impl|module|namespace|type|object|record|protocol|sub"
    "|proc|macro_rules!|create table|create view|create function"
)
_DEFINITION: Final = re.compile(
    rf"(?:(?:{_MODIFIERS})\s+){{0,5}}(?:{_DEFINING})\b[*\s]+(?:\([^)]*\)\s*)?([\w$.:~<>]+)", re.IGNORECASE
)
_CALLED: Final = re.compile(r"([A-Za-z_$][\w$:~]*)\s*\(")
_DEEPEST_DEFINITION: Final = 8


@dataclass(frozen=True, slots=True)
class Cut:
    """A line, counted from 0, at which something begins. Nothing is ever joined across one that `is_hard`."""

    line: int
    heading: str = ""
    is_hard: bool = False


def paragraph_cuts(lines: Sequence[str]) -> list[Cut]:
    """Cut where text begins after an empty line."""
    return _from_top([Cut(number) for number, line in enumerate(lines) if _begins_paragraph(lines, number, line)])


def row_cuts(lines: Sequence[str]) -> list[Cut]:
    """Cut before each row of a table in CSV: a line feed inside of quotes is none (RFC 4180)."""
    cuts: list[Cut] = []
    is_quoted = False
    for number, line in enumerate(lines):
        if not is_quoted:
            cuts.append(Cut(number))
        is_quoted ^= line.count('"') % 2 == 1
    return _from_top(cuts)


def markdown_cuts(lines: Sequence[str]) -> list[Cut]:
    """Cut at headings, which name what stands below them, and at paragraphs; code blocks stay whole."""
    cuts: list[Cut] = []
    path: list[tuple[int, str]] = []
    fence = ""
    for number, line in enumerate(lines):
        if matched := _FENCE.match(line[:_LONGEST_LINE_LOOKED_AT]):
            fence = _fence_after(fence, matched[1])
        if fence and not matched:
            continue
        heading = None if fence else _heading_at(lines, number)
        if heading is not None:
            level, title = heading
            path = [each for each in path if each[0] < level] + [(level, title)]
            cuts.append(Cut(number, _joined(path), is_hard=level == 1))
        elif _begins_paragraph(lines, number, line):
            cuts.append(Cut(number, _joined(path)))
    return _from_top(cuts)


def code_cuts(lines: Sequence[str]) -> list[Cut]:
    """Cut at what looks like a definition, and where unindented text begins after an empty line.

    For languages that nothing here parses. Comments and annotations right above belong to what they stand above.
    """
    cuts: list[Cut] = []
    for number, line in enumerate(lines):
        shown = line[:_LONGEST_LINE_LOOKED_AT]
        stripped = shown.lstrip()
        indent = len(shown) - len(stripped)
        if not stripped or indent > _DEEPEST_DEFINITION or stripped.startswith((*_COMMENT, "}", ")", "]")):
            continue
        defined = _DEFINITION.match(stripped)
        if defined is None and (indent > 0 or not _begins_paragraph(lines, above_comments(lines, number), line)):
            continue
        named = defined or _CALLED.search(stripped)
        cuts.append(Cut(above_comments(lines, number), named[1][:_LONGEST_HEADING] if named else ""))
    return _from_top(cuts)


def page_cuts(lines: Sequence[str], line_of_page: Sequence[int], within: Sequence[Cut]) -> list[Cut]:
    """Add hard cuts at the lines where pages begin to those `within` the pages."""
    pages = set(line_of_page)
    inner = {cut.line: cut.heading for cut in within}
    named, heading = list[Cut](), ""
    for line in sorted({line for line in {*pages, *inner} if line < len(lines)}):
        heading = inner.get(line, heading)
        named.append(Cut(line, heading, is_hard=line in pages))
    return _from_top(named)


def above_comments(lines: Sequence[str], number: int, marks: tuple[str, ...] = _COMMENT) -> int:
    """Return the first line of the comments and annotations that stand right above a line."""
    while number > 0 and lines[number - 1].lstrip().startswith(marks):
        number -= 1
    return number


def _from_top(cuts: list[Cut]) -> list[Cut]:
    """Have the first cut at line 0, and one at each line: the last, which knows most."""
    by_line = {cut.line: cut for cut in cuts}
    return [by_line.pop(0, Cut(0)), *(by_line[line] for line in sorted(by_line))]


def _begins_paragraph(lines: Sequence[str], number: int, line: str) -> bool:
    return bool(line.strip()) and (number == 0 or not lines[number - 1].strip())


def _fence_after(fence: str, marks: str) -> str:
    """Return the fence that is open after a line of marks: only as many of the same close it."""
    if not fence:
        return marks
    return "" if marks[0] == fence[0] and len(marks) >= len(fence) else fence


def _heading_at(lines: Sequence[str], number: int) -> tuple[int, str] | None:
    line = lines[number][:_LONGEST_LINE_LOOKED_AT].rstrip()
    if matched := _ATX.match(line):
        return len(matched[1]), matched[2].rstrip("# \t")[:_LONGEST_HEADING]
    below = lines[number + 1] if number + 1 < len(lines) else ""
    is_text = bool(line) and not line[0].isspace() and not _UNDERLINE.match(line)
    begins = number == 0 or not lines[number - 1].strip() or bool(_UNDERLINE.match(lines[number - 1]))
    if is_text and begins and (underline := _UNDERLINE.match(below[:_LONGEST_LINE_LOOKED_AT])):
        return _UNDERLINE_LEVELS[underline[1][0]], line[:_LONGEST_HEADING]
    return None


def _joined(path: Sequence[tuple[int, str]]) -> str:
    return " › ".join(title for _, title in path)
