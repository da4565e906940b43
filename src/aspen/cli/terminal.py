"""Writes to the two output streams: answers to standard output, everything else to standard error.

What a model, a file name or a service said is shown with its control characters taken out, so that it cannot move the
cursor, set the title or send keys. A pipe gets answers as they are.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from typing import TextIO

from aspen.core.errors import NotWritable

_KEPT = "\n\t"
# C0, DEL and C1 (ECMA-48). Unicode has pictures of C0 and DEL; a carriage return is dropped: it is half a line end.
_VISIBLE: dict[int, int | None] = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in _KEPT},
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    0x7F: 0x2421,
    ord("\r"): None,
}


def clean(text: str) -> str:
    """Return `text` with every control character but line feed and tab made visible."""
    return text.translate(_VISIBLE)


def clean_line(text: str) -> str:
    """Return `text` as one clean line: for names and sentences that stand in a row with others."""
    return clean(" ".join(text.split()))


def accept_any_text() -> None:
    """Let the streams replace what their encoding cannot say, instead of failing in mid-answer."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def can_redraw(stream: TextIO) -> bool:
    """Say whether a line can be drawn again: a terminal that knows how to move its cursor."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def terminal_columns() -> int | None:
    """Return how wide standard output is; None when it is no terminal and lines may be of any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def put(text: str) -> None:
    """Write a piece of an answer to standard output, at once.

    Raises BrokenPipeError when the reader has left, NotWritable when the output cannot take it.
    """
    try:
        sys.stdout.write(clean(text) if sys.stdout.isatty() else text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise NotWritable(f"The output cannot be written: {error.strerror}.") from error


def put_line(line: str) -> None:
    put(line + "\n")


def put_json(content: Mapping[str, object]) -> None:
    """Write one object: indented for a person, as one line for a program."""
    indent = 2 if sys.stdout.isatty() else None
    put_line(json.dumps(content, ensure_ascii=False, indent=indent))


def put_json_line(content: Mapping[str, object]) -> None:
    """Write one object of several as one line (JSON Lines)."""
    put_line(json.dumps(content, ensure_ascii=False))


def say(line: str) -> None:
    """Write a line to standard error."""
    print(clean(line), file=sys.stderr, flush=True)


def say_dimmed(text: str) -> None:
    """Write a piece of text to a terminal's standard error, dimmed where colours are wanted."""
    plain = "NO_COLOR" in os.environ or not can_redraw(sys.stderr)
    print(clean(text) if plain else f"\x1b[2m{clean(text)}\x1b[22m", end="", file=sys.stderr, flush=True)


def abandon_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush cannot fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
