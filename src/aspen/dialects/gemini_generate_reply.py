"""The Gemini dialect: answers out, for a server of ours that speaks it.

Source: https://ai.google.dev/api/generate-content. Each event is a whole response with the parts that are new. A call
goes out in one piece, so its fragments wait for its end. What was written to a cache has no field and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from aspen.core.answer import Event, Finished, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.dialects.call_arguments import arguments_as_object
from aspen.dialects.sse import encode_event

Json = dict[str, object]

_REASONS: Mapping[FinishReason, str] = {
    FinishReason.STOP: "STOP",
    FinishReason.LENGTH: "MAX_TOKENS",
    FinishReason.TOOL_CALLS: "STOP",
    FinishReason.REFUSED: "SAFETY",
}


class GeminiReply:
    """Writes one streamed answer."""

    def __init__(self, reply_id: str, model: str) -> None:
        self._frame: Json = {"modelVersion": model, "responseId": reply_id}
        self._calls: dict[int, ToolCallDelta] = {}

    def begin(self) -> bytes:
        """Write what opens an answer: nothing, in this dialect."""
        return b""

    def write(self, event: Event) -> bytes:
        """Write one event; what the dialect has no word for gives nothing, and a call waits until it is whole."""
        match event:
            case TextDelta() | ThinkingDelta():
                return b"".join(self._chunk([part]) for part in _said(event))
            case ToolCallDelta():
                self._calls[event.index] = _joined(self._calls.get(event.index), event)
                return b""
            case Finished():
                calls = [_call(call) for call in self._calls.values()]
                return self._chunk(calls, _REASONS[event.reason], {"usageMetadata": encode_usage(event.usage)})
            case _:
                return b""

    def _chunk(self, parts: list[Json], reason: str | None = None, more: Json | None = None) -> bytes:
        return encode_event(json.dumps({**_response(parts, reason), **(more or {}), **self._frame}).encode())


def encode_answer(events: Iterable[Event], reply_id: str, model: str) -> Json:
    """Write a whole answer at once."""
    parts: list[Json] = []
    calls: dict[int, ToolCallDelta] = {}
    reason, usage = FinishReason.STOP, Usage(prompt_tokens=0, completion_tokens=0)
    for event in events:
        match event:
            case TextDelta() | ThinkingDelta():
                for part in _said(event):
                    _append(parts, part)
            case ToolCallDelta(index=index):
                calls[index] = _joined(calls.get(index), event)
            case Finished():
                reason, usage = event.reason, event.usage
            case _:
                pass
    parts += [_call(call) for call in calls.values()]
    frame: Json = {"usageMetadata": encode_usage(usage), "modelVersion": model, "responseId": reply_id}
    return {**_response(parts, _REASONS[reason]), **frame}


def encode_usage(usage: Usage) -> Json:
    """Write the counts of an answer."""
    return {
        "promptTokenCount": usage.prompt_tokens,
        "candidatesTokenCount": usage.completion_tokens,
        "cachedContentTokenCount": usage.cached_tokens,
        "totalTokenCount": usage.prompt_tokens + usage.completion_tokens,
    }


def _response(parts: list[Json], reason: str | None) -> Json:
    candidate: Json = {"content": {"role": "model", "parts": parts}, "index": 0}
    if reason is not None:
        candidate["finishReason"] = reason
    return {"candidates": [candidate]}


def _said(event: TextDelta | ThinkingDelta) -> list[Json]:
    match event:
        case TextDelta(text=text):
            return [{"text": text}]
        case ThinkingDelta(text=text, signature=signature):
            thought: Json = {"text": text, "thought": True} if text else {"text": ""}
            if signature:
                thought["thoughtSignature"] = signature
            return [thought] if text or signature else []


def _append(parts: list[Json], part: Json) -> None:
    """Join what is said in pieces of one kind; a signature ends its part."""
    last = parts[-1] if parts else None
    is_same = last is not None and "thoughtSignature" not in last and last.get("thought") == part.get("thought")
    if last is not None and is_same and part["text"] and "functionCall" not in last:
        parts[-1] = {**last, **part, "text": f"{last['text']}{part['text']}"}
    else:
        parts.append(part)


def _joined(begun: ToolCallDelta | None, piece: ToolCallDelta) -> ToolCallDelta:
    if begun is None:
        return piece
    return ToolCallDelta(
        index=begun.index,
        arguments=begun.arguments + piece.arguments,
        call_id=begun.call_id or piece.call_id,
        name=begun.name or piece.name,
        signature=begun.signature or piece.signature,
    )


def _call(call: ToolCallDelta) -> Json:
    arguments = arguments_as_object(call.arguments)
    part: Json = {"functionCall": {"id": call.call_id or "", "name": call.name or "", "args": arguments}}
    if call.signature:
        part["thoughtSignature"] = call.signature
    return part
