"""What is taken out of a request before it may leave: names of files, and what pictures say about who took them.

Applied before the preview, so that the bytes previewed are the bytes sent. The words themselves are never changed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import assert_never

from aspen.core.message import File, Image, Message, Part, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import Request
from aspen.privacy.picture_metadata import without_metadata

_LONGEST_SUFFIX = 8


def without_names(request: Request) -> Request:
    """Return the request with neutral file names (the suffix stays: it says what kind of text it is) and bare pictures.

    Equal names get equal numbers, so that a model can still tell files apart.
    """
    numbers: dict[str, int] = {}
    return replace(request, messages=tuple(_bare_message(message, numbers) for message in request.messages))


def _bare_message(message: Message, numbers: dict[str, int]) -> Message:
    return replace(message, parts=tuple(_bare_part(part, numbers) for part in message.parts))


def _bare_part(part: Part, numbers: dict[str, int]) -> Part:
    match part:
        case File(name=name):
            return replace(part, name=_neutral(name, numbers.setdefault(name, len(numbers) + 1)))
        case Image(media_type=media_type, encoded=encoded):
            return Image(media_type=media_type, encoded=without_metadata(encoded))
        case Text() | ToolCall() | ToolResult() | Thinking():
            return part
        case _:
            assert_never(part)


def _neutral(name: str, number: int) -> str:
    suffix = PurePath(name).suffix
    is_plain = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= _LONGEST_SUFFIX
    return f"file-{number}{suffix.lower() if is_plain else ''}"
