"""Reads what the person types: lines with editing and history on a terminal, plain lines from a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Protocol

from aspen.cli.chat.history import History

_PROMPT, _CONTINUED = ">>> ", "... "
_FENCE = '"""'


class Input(Protocol):
    """Where questions come from."""

    def next_entry(self) -> str:
        """Return what was typed next. Raises EOFError at the end, KeyboardInterrupt on Ctrl-C."""
        ...


class Typed:
    """A person at a terminal. `\"\"\"` opens a text of several lines, and closes it."""

    def __init__(self, readline: ModuleType | None, history: History, words: Sequence[str]) -> None:
        self._history = history
        history.load()
        if readline:
            readline.set_completer(_completer(words))
            readline.set_completer_delims("\n")
            readline.parse_and_bind("tab: complete")
            readline.parse_and_bind("set enable-bracketed-paste on")

    def next_entry(self) -> str:
        line = _ask_for_line(_PROMPT)
        if line.lstrip().startswith(_FENCE):
            line = self._fenced(line.lstrip().removeprefix(_FENCE))
        else:
            self._history.append(line)
        return line

    def _fenced(self, first: str) -> str:
        lines = [first]
        while not lines[-1].rstrip().endswith(_FENCE):
            lines.append(_ask_for_line(_CONTINUED))
        lines[-1] = lines[-1].rstrip().removesuffix(_FENCE)
        text = "\n".join(lines).strip("\n")
        self._history.append(text)
        return text


class Piped:
    """A program or a file: a line is a question."""

    def next_entry(self) -> str:
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            raise EOFError
        return line.rstrip("\n")


def load_readline() -> ModuleType | None:
    """Import readline, which some builds of Python lack; importing it is what makes `input` edit lines."""
    try:
        import readline
    except ImportError:
        return None
    return readline


def _ask_for_line(prompt: str) -> str:
    if sys.stdout.isatty():
        return input(prompt)
    # `input` would write its prompt among the answers.
    print(prompt, end="", file=sys.stderr, flush=True)
    return input()


def _completer(words: Sequence[str]) -> Callable[[str, int], str | None]:
    def complete(begun: str, number: int) -> str | None:
        """Complete a command; anywhere else the tab key types a tab, as people expect who write code."""
        is_command = begun.startswith("/")
        fitting = [word for word in words if word.startswith(begun)] if is_command else [begun + "\t"]
        return fitting[number] if number < len(fitting) else None

    return complete
