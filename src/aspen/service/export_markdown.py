"""A conversation as Markdown for people: the branch that was last spoken in, with labels in words. Not for import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final, assert_never

from aspen.core.decision import Route
from aspen.core.label import Label, LabelSource, Sensitivity
from aspen.core.message import File, Image, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.privacy.words import FATE_OF_SENSITIVITY
from aspen.service.export_format import label_of_whole
from aspen.service.resuming import instructions_of
from aspen.store.arrivals import WholeConversation
from aspen.store.turns import KeptTurn

_SPEAKER: Final = {Role.SYSTEM: "Instructions", Role.USER: "You", Role.TOOL: "A tool"}
_FENCE: Final = re.compile(r"`{3,}")


def markdown(whole: WholeConversation, exported_at: datetime) -> Iterator[str]:
    """Yield the text turn by turn. The label at its head is that of the whole conversation, other branches too."""
    yield f"# {' '.join(whole.card.title.split()) or 'A conversation'}\n\n"
    yield f"Exported by Aspen on {_day(exported_at)}. It {label_in_words(label_of_whole(whole))}.\n"
    if (instructions := instructions_of(whole.card)) is not None:
        yield f"\n## Instructions\n\n*{_sentence(instructions.label)}*\n\n{instructions.text}\n"
    path = _current_path(whole)
    for kept in path:
        yield _turn(kept)
    if left_out := len(whole.turns) - len(path):
        yield f"\n---\n\nLeft out: {left_out} of other branches. `aspen export … -o FILE.json` has everything.\n"


def label_in_words(label: Label) -> str:
    """Say what may happen to something, in the middle of a sentence."""
    if label.source is LabelSource.UNSET:
        return "stays on this computer until you say otherwise"
    to = ""
    if label.providers is not None and label.sensitivity is not Sensitivity.PRIVATE:
        to = f" to {' and '.join(sorted(label.providers)) or 'nobody'}"
    return FATE_OF_SENSITIVITY[label.sensitivity] + to


def _sentence(label: Label) -> str:
    words = label_in_words(label)
    why = "; ".join(reason.rstrip(".") for reason in label.reasons)
    return words[:1].upper() + words[1:] + (f" ({why})." if why else ".")


def _current_path(whole: WholeConversation) -> list[KeptTurn]:
    by_id = {kept.turn.turn_id: kept for kept in whole.turns}
    path: list[KeptTurn] = []
    cursor = whole.card.current_turn_id
    while cursor is not None:
        path.append(by_id[cursor])
        cursor = by_id[cursor].turn.parent_id
    return path[::-1]


def _turn(kept: KeptTurn) -> str:
    message = kept.turn.message
    said = "\n\n".join(filter(None, (_part(part) for part in message.parts)))
    cut_off = "" if kept.is_complete else "\n\n*It was cut off here.*"
    moment = kept.turn.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
    return f"\n## {_speaker(kept)}\n\n*{moment}. {_sentence(message.label)}*\n\n{said}{cut_off}\n"


def _speaker(kept: KeptTurn) -> str:
    role = kept.turn.message.role
    if role is Role.ASSISTANT:
        return kept.decision.model if isinstance(kept.decision, Route) else "Answer"
    return _SPEAKER[role]


def _part(part: Part) -> str:
    match part:
        case Text(text=text):
            return text
        case Image(media_type=media_type, encoded=encoded):
            return f"*A picture ({media_type}, {len(encoded):,} bytes) that is not in this file.*"
        case File(name=name, text=text):
            return f"*The file {name}:*\n\n{_fenced(text)}"
        case ToolCall(name=name, arguments=arguments):
            return f"*Calls {name}:*\n\n{_fenced(arguments)}"
        case ToolResult(text=text):
            return _fenced(text)
        case Thinking(text=text):
            return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
        case _:
            assert_never(part)


def _fenced(text: str) -> str:
    """Put text into a fence that nothing in it can close."""
    longest = max((len(found[0]) for found in _FENCE.finditer(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"


def _day(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d")
