"""The parts of a message as JSON. A picture's bytes stand beside it, as a blob; the JSON names their SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, assert_never

from aspen.core.message import File, Image, Part, Text, Thinking, ToolCall, ToolResult

Json = Mapping[str, Any]
BlobReader = Callable[[str], bytes]


def part_to_json(part: Part) -> dict[str, object]:
    """Flatten one part; `kind` says which it is."""
    match part:
        case Text():
            return {"kind": "text", "text": part.text}
        case Image():
            return {"kind": "image", "media_type": part.media_type, "sha256": sha256_of(part.encoded)}
        case File():
            return {"kind": "file", "name": part.name, "text": part.text}
        case ToolCall():
            told = {"call_id": part.call_id, "name": part.name, "arguments": part.arguments}
            return {"kind": "tool_call", **told, "signature": part.signature}
        case ToolResult():
            return {"kind": "tool_result", "call_id": part.call_id, "text": part.text}
        case Thinking():
            return {"kind": "thinking", "text": part.text, "signature": part.signature, "dialect": part.dialect}
        case _:
            assert_never(part)


def blobs_of(parts: Sequence[Part]) -> dict[str, bytes]:
    """Return the bytes that stand beside the JSON, by their SHA-256."""
    return {sha256_of(part.encoded): part.encoded for part in parts if isinstance(part, Image)}


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def part_from_json(told: Json, read_blob: BlobReader) -> Part:
    """Rebuild one part. Raises KeyError for a kind or field that this version does not know."""
    return _KINDS[told["kind"]](told, read_blob)


def _thinking(told: Json, _read: BlobReader) -> Thinking:
    return Thinking(text=told["text"], signature=told["signature"], dialect=told["dialect"])


def _tool_call(told: Json, _read: BlobReader) -> ToolCall:
    return ToolCall(
        call_id=told["call_id"], name=told["name"], arguments=told["arguments"], signature=told["signature"]
    )


_KINDS: Final[dict[str, Callable[[Json, BlobReader], Part]]] = {
    "text": lambda told, _: Text(text=told["text"]),
    "image": lambda told, read: Image(media_type=told["media_type"], encoded=read(told["sha256"])),
    "file": lambda told, _: File(name=told["name"], text=told["text"]),
    "tool_call": _tool_call,
    "tool_result": lambda told, _: ToolResult(call_id=told["call_id"], text=told["text"]),
    "thinking": _thinking,
}
