"""The grammar of Ollama's Modelfile: lines to statements, and text to a value that reads back as itself.

Grammar: https://docs.ollama.com/modelfile. One instruction to a line, in any letter case; `#` begins a comment line.
A value is plain (to the end of its line), in double quotes or in triple ones. There are no escapes: a quoted value
may go over lines and ends where a line ends in the same quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from aspen.core.errors import Misused

INSTRUCTIONS: Final = ("FROM", "PARAMETER", "TEMPLATE", "SYSTEM", "ADAPTER", "LICENSE", "MESSAGE", "REQUIRES")

_KEYED: Final = {"PARAMETER": "a name and a value", "MESSAGE": "a role and a text"}
_QUOTES: Final = ('"""', '"')
_WORD = re.compile(r"(\S+)\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One instruction. `key` is the parameter's name or the message's role, else empty; lines count from 1."""

    line: int
    instruction: str
    key: str
    value: str


def read_statements(text: str) -> Iterator[Statement]:
    """Yield the statements of a Modelfile. Raises Misused with the number of the line that cannot be understood."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    index = 0
    while index < len(lines):
        line = lines[index].lstrip()
        if not line or line.startswith("#"):
            index += 1
            continue
        first, rest = _split(line)
        instruction, key = first.upper(), ""
        if instruction not in INSTRUCTIONS:
            raise at_line(index + 1, f"{first[:40]!a} is no instruction", f"Known are {', '.join(INSTRUCTIONS)}.")
        if needed := _KEYED.get(instruction):
            key, rest = _split(rest)
            if not rest:
                raise at_line(index + 1, f"{instruction} needs {needed}")
        if not rest:
            raise at_line(index + 1, f"{instruction} needs a value")
        begun = index + 1
        value, index = _read_value(lines, index, rest)
        yield Statement(line=begun, instruction=instruction, key=key, value=value)


def quoted(text: str) -> str:
    """Return `text` as a value, in as few quotes as it takes.

    Raises Misused for what the grammar cannot hold, such as triple quotes at the end of a line.
    """
    plain = [text] if text and text == text.strip() and not text.startswith('"') and "\n" not in text else []
    for candidate in (*plain, f'"""{text}"""', f'"{text}"'):
        lines = candidate.replace("\r\n", "\n").split("\n")
        try:
            read = _read_value(lines, 0, lines[0])
        except Misused:
            continue
        if read == (text, len(lines)):
            return candidate
    raise Misused("A Modelfile cannot hold a text with triple quotes at the end of a line.")


def at_line(line: int, what: str, hint: str = "") -> Misused:
    return Misused(f"Line {line} of the Modelfile: {what}.", hint=hint, facts={"line": line})


def _split(text: str) -> tuple[str, str]:
    match = _WORD.match(text)
    return (match[1], match[2]) if match else ("", "")


def _read_value(lines: list[str], index: int, opening: str) -> tuple[str, int]:
    """Return the value that begins with `opening` in line `index`, and the index of the line after it."""
    quotes = next((quotes for quotes in _QUOTES if opening.startswith(quotes)), None)
    if quotes is None:
        return opening.strip(), index + 1
    begun, body = index + 1, opening[len(quotes) :]
    read: list[str] = []
    while not body.rstrip().endswith(quotes):
        read.append(body)
        index += 1
        if index >= len(lines):
            raise at_line(begun, f"its {quotes} is never closed")
        body = lines[index]
    return "\n".join((*read, body.rstrip()[: -len(quotes)])), index + 1
