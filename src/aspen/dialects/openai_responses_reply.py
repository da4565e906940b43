"""OpenAI's Responses dialect: answers out, for a server of ours that speaks it.

Source: https://platform.openai.com/docs/api-reference/responses-streaming. `response.created` and `.in_progress`; each
item announced, its deltas, and the whole of it when it is done; the whole response at the end. Calls grow beside each
other, and are done when the answer is. How many tokens were thoughts is not counted apart here, and told as 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import cast

from aspen.core.answer import (
    Event,
    Finished,
    FinishReason,
    TextDelta,
    ThinkingDelta,
    TokenLogprob,
    ToolCallDelta,
    Usage,
)
from aspen.dialects.sse import encode_event

Json = dict[str, object]

_INCOMPLETE = {FinishReason.LENGTH: "max_output_tokens", FinishReason.REFUSED: "content_filter"}
_DONE_ITEM = {"status": "completed"}
_PARTS = {
    "message": ("content", "content_index", "output"),
    "reasoning": ("summary", "summary_index", "reasoning_summary"),
}
_PART_EVENTS = {"content": "content_part", "summary": "reasoning_summary_part"}
"""For an item that grows: where its one part stands, what counts its parts, and how its events are called."""


class ResponsesReply:
    """Writes one streamed answer. `created_at` is in seconds since 1970."""

    def __init__(self, reply_id: str, model: str, created_at: int) -> None:
        self._frame: Json = {
            "id": reply_id,
            "object": "response",
            "created_at": created_at,
            "model": model,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "store": False,
        }
        self._items: list[Json] = []
        self._open: Json | None = None
        self._words: list[str] = []
        self._calls: dict[int, Json] = {}
        self._events = 0
        self._finished: Finished | None = None

    def begin(self) -> bytes:
        """Write the events that open an answer."""
        return self._event("response.created", response=self.response()) + self._event(
            "response.in_progress", response=self.response()
        )

    def write(self, event: Event) -> bytes:
        """Write one event; what the dialect has no word for gives nothing."""
        match event:
            case TextDelta(text=text, logprobs=logprobs):
                return self._say(text, logprobs)
            case ThinkingDelta(text=text, signature=signature):
                return self._think(text, signature)
            case ToolCallDelta():
                return self._call(event)
            case Finished():
                return self._end(event)
            case _:
                return b""

    def response(self) -> Json:
        """Return the whole answer, as far as it has come."""
        told = {**self._frame, "output": self._items, "error": None, "incomplete_details": None}
        if self._finished is None:
            return {**told, "status": "in_progress"}
        told["usage"] = encode_usage(self._finished.usage)
        why = _INCOMPLETE.get(self._finished.reason)
        if why is None:
            return {**told, "status": "completed"}
        return {**told, "status": "incomplete", "incomplete_details": {"reason": why}}

    def _say(self, text: str, logprobs: Iterable[TokenLogprob]) -> bytes:
        wire = b""
        piece: Json = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        if not self._is_open("message"):
            wire = self._close() + self._add({"type": "message", "role": "assistant", "content": []}, "msg")
            wire += self._part("content", piece)
        item = cast("Json", self._open)
        told = [_encode_logprob(token) for token in logprobs]
        (grown,) = cast("list[Json]", item["content"])
        self._words.append(text)
        cast("list[Json]", grown["logprobs"]).extend(told)
        place = {**self._place(item), "content_index": 0}
        return wire + self._event("response.output_text.delta", **place, delta=text, logprobs=told)

    def _think(self, text: str, signature: str) -> bytes:
        wire = b""
        if not self._is_open("reasoning"):
            wire = self._close() + self._add({"type": "reasoning", "summary": [], "encrypted_content": None}, "rs")
        item = cast("Json", self._open)
        if text:
            if not item["summary"]:
                piece: Json = {"type": "summary_text", "text": ""}
                wire += self._part("summary", piece)
            self._words.append(text)
            place = {**self._place(item), "summary_index": 0}
            wire += self._event("response.reasoning_summary_text.delta", **place, delta=text)
        if signature:
            item["encrypted_content"] = signature
            wire += self._close()
        return wire

    def _call(self, delta: ToolCallDelta) -> bytes:
        wire = b""
        if delta.index not in self._calls:
            named: Json = {"call_id": delta.call_id or "", "name": delta.name or "", "arguments": ""}
            wire = self._close() + self._add({"type": "function_call", **named}, "fc")
            self._calls[delta.index], self._open = cast("Json", self._open), None
        item = self._calls[delta.index]
        item["arguments"] = f"{item['arguments']}{delta.arguments}"
        if not delta.arguments:
            return wire
        return wire + self._event("response.function_call_arguments.delta", **self._place(item), delta=delta.arguments)

    def _end(self, finished: Finished) -> bytes:
        wire = self._close() + b"".join(self._done(call) for call in self._calls.values())
        self._finished = finished
        response = self.response()
        return wire + self._event(f"response.{response['status']}", response=response)

    def _is_open(self, kind: str) -> bool:
        return self._open is not None and self._open["type"] == kind

    def _add(self, item: Json, prefix: str) -> bytes:
        self._open = {"id": f"{prefix}_{len(self._items)}", **item, "status": "in_progress"}
        self._items.append(self._open)
        return self._event("response.output_item.added", output_index=len(self._items) - 1, item=self._open)

    def _part(self, field: str, piece: Json) -> bytes:
        item = cast("Json", self._open)
        item[field] = [piece]
        place = {**self._place(item), f"{field}_index": 0}
        return self._event(f"response.{_PART_EVENTS[field]}.added", **place, part=piece)

    def _close(self) -> bytes:
        """Finish the item that grows, with the events that tell its one part whole."""
        if (item := self._open) is None:
            return b""
        words, self._open, self._words = "".join(self._words), None, []
        field, index, kind = _PARTS[cast("str", item["type"])]
        wire = b""
        for piece in cast("list[Json]", item[field]):
            piece["text"] = words
            place = {**self._place(item), index: 0}
            logprobs = {"logprobs": piece["logprobs"]} if "logprobs" in piece else {}
            wire += self._event(f"response.{kind}_text.done", **place, text=words, **logprobs)
            wire += self._event(f"response.{_PART_EVENTS[field]}.done", **place, part=piece)
        return wire + self._done(item)

    def _done(self, item: Json) -> bytes:
        wire = b""
        if item["type"] == "function_call":
            told = {"name": item["name"], "arguments": item["arguments"]}
            wire = self._event("response.function_call_arguments.done", **self._place(item), **told)
        item |= _DONE_ITEM
        place = self._place(item)
        return wire + self._event("response.output_item.done", output_index=place["output_index"], item=item)

    def _place(self, item: Json) -> Json:
        index = next(at for at, each in enumerate(self._items) if each is item)
        return {"item_id": item["id"], "output_index": index}

    def _event(self, kind: str, **fields: object) -> bytes:
        numbered = {"type": kind, "sequence_number": self._events, **fields}
        self._events += 1
        return encode_event(json.dumps(numbered).encode(), kind)


def encode_answer(events: Iterable[Event], reply_id: str, model: str, created_at: int) -> Json:
    """Write a whole answer at once, as `response`."""
    reply = ResponsesReply(reply_id, model, created_at)
    for event in events:
        reply.write(event)
    return reply.response()


def encode_usage(usage: Usage) -> Json:
    """Write the counts of one answer."""
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_written_tokens,
        },
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }


def _encode_logprob(token: TokenLogprob) -> Json:
    return {
        **_encode_token(token.token, token.logprob),
        "top_logprobs": [_encode_token(other, logprob) for other, logprob in token.alternatives],
    }


def _encode_token(token: str, logprob: float) -> Json:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8", "replace"))}
