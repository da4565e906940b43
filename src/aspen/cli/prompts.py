"""What is asked: the words of the command line, then what is piped in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from aspen.core.errors import DoesNotFit, Misused

_LARGEST_PIPED_BYTES = 64 * 1024 * 1024
"""Far beyond any context; a bound against `aspen ask < /dev/zero`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is asked. `is_piped` says that some of it came through a pipe: then not all of it was typed just now."""

    text: str
    is_piped: bool = False


def prompt_of(words: Sequence[str], *, example: str) -> Prompt:
    """Join the words and the piped text, with a blank line between.

    Raises Misused when there is neither, DoesNotFit for a pipe without end.
    """
    typed, piped = _typed(words), _piped()
    if prompt := "\n\n".join(part for part in (typed, piped) if part):
        return Prompt(text=prompt, is_piped=bool(piped))
    raise Misused("There is nothing to ask.", hint=f'Write a question: {example} "Why is the sky blue?"')


def stdin_is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _typed(words: Sequence[str]) -> str:
    typed = " ".join(words).strip()
    try:
        typed.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Misused("The question is not UTF-8.", hint="Set the terminal to UTF-8, or pipe the text in.") from error
    return typed


def _piped() -> str:
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    piped = sys.stdin.buffer.read(_LARGEST_PIPED_BYTES + 1)
    if len(piped) > _LARGEST_PIPED_BYTES:
        raise DoesNotFit(
            f"The piped text is larger than {_LARGEST_PIPED_BYTES // 2**20} MiB.",
            hint="No model reads that much at once: pipe in a part of it.",
            facts={"largest_bytes": _LARGEST_PIPED_BYTES},
        )
    try:
        return piped.decode("utf-8").strip("\n")
    except UnicodeDecodeError as error:
        raise Misused(
            f"The piped text is not UTF-8: byte {error.start} cannot be read.",
            hint="Pipe in text; a document has to be turned into text first.",
        ) from error
