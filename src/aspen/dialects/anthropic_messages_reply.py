"""Anthropic's messages dialect: answers out, for a server of ours that speaks it.

Source: https://platform.claude.com/docs/en/build-with-claude/streaming. `message_start`; for each block its start,
deltas and stop, one block after another; `message_delta` with reason and usage; `message_stop`. A tool call goes out
once it is whole, since fragments of parallel calls may come mixed and blocks may not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import cast

from aspen.core.answer import Event, Finished, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.dialects.anthropic_messages import REDACTED
from aspen.dialects.call_arguments import arguments_as_object
from aspen.dialects.sse import encode_event

Json = dict[str, object]

_REASONS: Mapping[FinishReason, str] = {
    FinishReason.STOP: "end_turn",
    FinishReason.LENGTH: "max_tokens",
    FinishReason.TOOL_CALLS: "tool_use",
    FinishReason.REFUSED: "refusal",
}
_NO_USAGE = Usage(prompt_tokens=0, completion_tokens=0)


class MessagesReply:
    """Writes one streamed answer."""

    def __init__(self, reply_id: str, model: str) -> None:
        self._reply_id, self._model = reply_id, model
        self._index = -1
        self._open = ""
        self._calls: dict[int, list[str]] = {}

    def begin(self) -> bytes:
        """Write the event that opens an answer; how long the prompt is, the last but one says."""
        message = _message(self._reply_id, self._model, [], None, _NO_USAGE)
        return _event("message_start", message=message)

    def write(self, event: Event) -> bytes:
        """Write one event; what the dialect has no word for only says that we are alive."""
        match event:
            case TextDelta(text=text):
                return self._continue("text", {"type": "text", "text": ""}, {"type": "text_delta", "text": text})
            case ThinkingDelta():
                return self._think(event)
            case ToolCallDelta(index=index, arguments=arguments, call_id=call_id, name=name):
                call = self._calls.setdefault(index, [call_id or "", name or "", ""])
                call[2] += arguments
                return b""
            case Finished():
                return self._end(event)
            case _:
                return _event("ping")

    def _think(self, event: ThinkingDelta) -> bytes:
        if not event.text and event.signature.startswith(REDACTED):
            hidden = event.signature.removeprefix(REDACTED)
            return (
                self._settle() + self._start("redacted", {"type": "redacted_thinking", "data": hidden}) + self._stop()
            )
        block: Json = {"type": "thinking", "thinking": "", "signature": ""}
        wire = b""
        if event.text or self._open != "thinking":
            wire = self._continue("thinking", block, {"type": "thinking_delta", "thinking": event.text})
        if event.signature:
            wire += self._delta({"type": "signature_delta", "signature": event.signature}) + self._stop()
        return wire

    def _continue(self, kind: str, block: Json, delta: Json) -> bytes:
        wire = b"" if self._open == kind and not self._calls else self._settle() + self._start(kind, block)
        return wire + self._delta(delta)

    def _settle(self) -> bytes:
        """Close the open block and write the calls that are whole by now."""
        wire = self._stop()
        for index in sorted(self._calls):
            call_id, name, arguments = self._calls[index]
            wire += self._start("tool_use", {"type": "tool_use", "id": call_id, "name": name, "input": {}})
            written = json.dumps(arguments_as_object(arguments))
            wire += self._delta({"type": "input_json_delta", "partial_json": written})
            wire += self._stop()
        self._calls = {}
        return wire

    def _start(self, kind: str, block: Json) -> bytes:
        self._index += 1
        self._open = kind
        return _event("content_block_start", index=self._index, content_block=block)

    def _delta(self, delta: Json) -> bytes:
        return _event("content_block_delta", index=self._index, delta=delta)

    def _stop(self) -> bytes:
        if not self._open:
            return b""
        self._open = ""
        return _event("content_block_stop", index=self._index)

    def _end(self, finished: Finished) -> bytes:
        delta = {"stop_reason": _REASONS[finished.reason], "stop_sequence": None}
        usage = encode_usage(finished.usage)
        return self._settle() + _event("message_delta", delta=delta, usage=usage) + _event("message_stop")


def encode_answer(events: Iterable[Event], reply_id: str, model: str) -> Json:
    """Write a whole answer at once, as `message`."""
    blocks: list[Json] = []
    calls: dict[int, list[str]] = {}
    reason, usage = FinishReason.STOP, _NO_USAGE
    for event in events:
        match event:
            case TextDelta(text=text):
                _grow(blocks, {"type": "text", "text": ""}, "text", text)
            case ThinkingDelta():
                _grow_thought(blocks, event)
            case ToolCallDelta(index=index, arguments=arguments, call_id=call_id, name=name):
                call = calls.setdefault(index, [call_id or "", name or "", ""])
                call[2] += arguments
            case Finished():
                reason, usage = event.reason, event.usage
            case _:
                pass
    for index in sorted(calls):
        call_id, name, arguments = calls[index]
        blocks.append({"type": "tool_use", "id": call_id, "name": name, "input": arguments_as_object(arguments)})
    return _message(reply_id, model, blocks, _REASONS[reason], usage)


def encode_usage(usage: Usage) -> Json:
    """Write the counts of one answer; here `input_tokens` is what the cache had no part in."""
    return {
        "input_tokens": usage.prompt_tokens - usage.cached_tokens - usage.cache_written_tokens,
        "cache_creation_input_tokens": usage.cache_written_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.completion_tokens,
    }


def _grow(blocks: list[Json], block: Json, field: str, piece: str) -> None:
    if not blocks or blocks[-1]["type"] != block["type"]:
        blocks.append(block)
    blocks[-1][field] = cast("str", blocks[-1][field]) + piece


def _grow_thought(blocks: list[Json], event: ThinkingDelta) -> None:
    if not event.text and event.signature.startswith(REDACTED):
        blocks.append({"type": "redacted_thinking", "data": event.signature.removeprefix(REDACTED)})
        return
    block: Json = {"type": "thinking", "thinking": "", "signature": ""}
    if blocks and blocks[-1].get("signature"):
        blocks.append(block)
    _grow(blocks, block, "thinking", event.text)
    blocks[-1]["signature"] = event.signature


def _message(reply_id: str, model: str, content: list[Json], reason: str | None, usage: Usage) -> Json:
    return {
        "id": reply_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": encode_usage(usage),
    }


def _event(kind: str, **fields: object) -> bytes:
    return encode_event(json.dumps({"type": kind, **fields}).encode(), kind)
