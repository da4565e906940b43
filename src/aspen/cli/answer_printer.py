"""Prints one answer while it comes: its text to standard output, everything about it to standard error."""

from __future__ import annotations

import sys

from aspen.channel.framing import Frame
from aspen.cli.explaining import not_chosen
from aspen.cli.reading import Json, count, mapping, number, objects, text, texts
from aspen.cli.terminal import clean_line, is_terminal, put, say, say_dimmed
from aspen.core.errors import AspenError, StaysHere, error_of_code

_CUT_OFF = "The answer was cut off: it has reached its limit of tokens, or the end of the context."


class AnswerPrinter:
    """Takes the events of one `ask`. A silent one only watches for a refusal: its caller prints the result.

    With `explains` the hint of a refusal also says what else was looked at.
    """

    def __init__(self, *, verbose: bool = False, silent: bool = False, explains: bool = False) -> None:
        self._verbose = verbose
        self._explains = explains
        self._silent = silent
        self._shows_thinking = is_terminal(sys.stderr)
        self._is_thinking = self._line_is_open = False
        self._pieces: list[str] = []
        self._notes_waiting: list[str] = []
        self._notes_said: set[str] = set()

    @property
    def written(self) -> str:
        """What has come so far, for those who stop it in the middle."""
        return "".join(self._pieces)

    def on_event(self, frame: Frame) -> None:
        """Show one event.

        Raises the error that its first reason names when the decision is a refusal.
        """
        match frame:
            case {"event": "decision", "kind": "refusal"}:
                raise _refused(frame, explains=self._explains)
            case _ if self._silent:
                pass
            case {"event": "text", "text": str() as piece}:
                self._on_text(piece)
            case {"event": "thinking", "text": str() as piece} if self._shows_thinking:
                self._is_thinking = True
                say_dimmed(piece)
            case {"event": "read", "text": str() as sentence}:
                say(clean_line(sentence))
            case {"event": "note", "text": str() as note}:
                self._notes_waiting.append(note)
                if not (self._pieces or self._is_thinking):
                    self._say_notes()
            case {"event": "decision", "model": str() as model} if self._verbose:
                say(f"{model}: {' '.join(_words(frame))}")
            case _:
                pass  # tool calls are in the result; an event of a newer service is not ours to understand

    def finish(self, result: Json) -> None:
        """End the line, then say what had to wait for the end of the answer."""
        if self._silent:
            return
        self.end_line()
        self._notes_waiting += texts(result, "notes")
        if text(result, "finish_reason") == "length":
            self._notes_waiting.append(_CUT_OFF)
        self._say_notes()
        for citation in objects(result, "citations"):
            say(f"[{count(citation, 'number')}] {clean_line(text(citation, 'words'))}")
        if self._verbose:
            say(speed_line(result))

    def end_line(self) -> None:
        """Finish the line that has been begun, on either stream."""
        self._end_thinking()
        if self._line_is_open:
            self._line_is_open = False
            put("\n")

    def _on_text(self, piece: str) -> None:
        if piece:
            self._end_thinking()
            self._pieces.append(piece)
            self._line_is_open = not piece.endswith("\n")
            put(piece)

    def _end_thinking(self) -> None:
        if self._is_thinking:
            self._is_thinking = False
            say("\n")

    def _say_notes(self) -> None:
        for note in self._notes_waiting:
            if note not in self._notes_said:
                self._notes_said.add(note)
                say(f"Note: {note}")
        self._notes_waiting.clear()


def speed_line(result: Json) -> str:
    """Say in one line who answered, how much, how fast and how sealed."""
    usage, timings = mapping(result, "usage"), mapping(result, "timings")
    parts = [
        text(result, "model"),
        f"{count(usage, 'prompt_tokens')} prompt and {count(usage, 'completion_tokens')} answer tokens",
        f"first token after {(number(timings, 'first_token_ms') or 0) / 1000:.2f} s",
        f"{number(timings, 'tokens_per_second') or 0:.1f} tokens/s",
        text(mapping(result, "jail"), "sentence"),
    ]
    return " · ".join(part for part in parts if part)


def _words(decision: Json) -> list[str]:
    return [text(reason, "words") for reason in objects(decision, "reasons")]


def _refused(decision: Json, *, explains: bool) -> AspenError:
    """The error that the first reason names: a refusal is not always for privacy."""
    reasons, remedies = objects(decision, "reasons"), texts(decision, "remedies")
    others = not_chosen(decision) if explains else []
    error = error_of_code(text(reasons[0], "code")) if reasons else StaysHere
    return error(
        " ".join(_words(decision)) or "This text stays on this computer.",
        hint="\n".join([*remedies, *others]),
        facts={"reasons": reasons, "remedies": remedies, "considered": objects(decision, "considered")},
    )
