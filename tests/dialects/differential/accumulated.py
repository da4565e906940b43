"""What an answer comes to once all its events have been read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from aspen.core.answer import Event, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.dialects.dialect import AnswerStream


@dataclass(slots=True)
class Accumulated:
    """Thoughts are pairs of text and signature, calls are [id, name, arguments]."""

    text: str = ""
    thoughts: list[list[str]] = field(default_factory=list[list[str]])
    calls: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    reason: FinishReason | None = None
    usage: Usage | None = None

    def add(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case TextDelta(text=text):
                self.text += text
            case ThinkingDelta(text=text, signature=signature):
                if not self.thoughts or self.thoughts[-1][1]:
                    self.thoughts.append(["", ""])
                self.thoughts[-1][0] += text
                self.thoughts[-1][1] = signature
            case ToolCallDelta(index=index, arguments=arguments, call_id=call_id, name=name):
                call = self.calls.setdefault(index, [call_id or "", name or "", ""])
                call[2] += arguments
            case _:
                raise AssertionError(event)


def read(stream: AnswerStream, pieces: Iterable[bytes]) -> Accumulated:
    """Feed all pieces, then say that there are no more."""
    told = Accumulated()
    for piece in pieces:
        for event in stream.feed(piece):
            told.add(event)
    stream.finish()
    told.reason, told.usage = stream.finish_reason, stream.usage
    return told
