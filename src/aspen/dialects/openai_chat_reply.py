"""The OpenAI chat dialect: answers out, for a server of ours that speaks it.

Source: https://platform.openai.com/docs/api-reference/chat-streaming. A chunk with the role comes first, then what is
said, then the reason to end, then (if asked for) usage with no choices, then `[DONE]`. Thoughts go out as
`reasoning_content`; their signatures have no field and are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

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
from aspen.dialects.sse import DONE, encode_event

Json = dict[str, object]

_REASONS: Mapping[FinishReason, str] = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.TOOL_CALLS: "tool_calls",
    FinishReason.REFUSED: "content_filter",
}


class ChatReply:
    """Writes one streamed answer. `created` is in seconds since 1970."""

    def __init__(self, reply_id: str, model: str, created: int, *, with_usage: bool) -> None:
        self._frame: Json = {
            "id": reply_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        self._with_usage = with_usage

    def begin(self) -> bytes:
        """Write the chunk that opens an answer."""
        return self._chunk({"role": "assistant", "content": ""})

    def write(self, event: Event) -> bytes:
        """Write one event; what the dialect has no word for gives nothing."""
        match event:
            case TextDelta(text=text, logprobs=logprobs):
                return self._chunk({"content": text}, logprobs=_encode_logprobs(logprobs))
            case ThinkingDelta(text=text):
                return self._chunk({"reasoning_content": text}) if text else b""
            case ToolCallDelta():
                return self._chunk({"tool_calls": [_encode_delta(event)]})
            case Finished():
                return self._end(event)
            case _:
                return b""

    def _end(self, finished: Finished) -> bytes:
        wire = self._chunk({}, reason=_REASONS[finished.reason])
        if self._with_usage:
            no_choices: list[Json] = []
            told = {**self._frame, "choices": no_choices, "usage": encode_usage(finished.usage)}
            wire += encode_event(json.dumps(told).encode())
        return wire + encode_event(DONE)

    def _chunk(self, delta: Json, *, logprobs: Json | None = None, reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": reason}
        return encode_event(json.dumps({**self._frame, "choices": [choice]}).encode())


def encode_answer(events: Iterable[Event], reply_id: str, model: str, created: int) -> Json:
    """Write a whole answer at once, as `chat.completion`."""
    text, thought, logprobs = "", "", list[TokenLogprob]()
    calls: dict[int, list[str]] = {}
    reason, usage = FinishReason.STOP, Usage(prompt_tokens=0, completion_tokens=0)
    for event in events:
        match event:
            case TextDelta(text=piece, logprobs=told):
                text += piece
                logprobs += told
            case ThinkingDelta(text=piece):
                thought += piece
            case ToolCallDelta(index=index, arguments=arguments, call_id=call_id, name=name):
                call = calls.setdefault(index, [call_id or "", name or "", ""])
                call[2] += arguments
            case Finished():
                reason, usage = event.reason, event.usage
            case _:
                pass
    message: Json = {"role": "assistant", "content": text or None, "refusal": None}
    if thought:
        message["reasoning_content"] = thought
    if calls:
        message["tool_calls"] = [_encode_call(*calls[index]) for index in sorted(calls)]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": _encode_logprobs(logprobs),
        "finish_reason": _REASONS[reason],
    }
    frame: Json = {"id": reply_id, "object": "chat.completion", "created": created, "model": model}
    return {**frame, "choices": [choice], "usage": encode_usage(usage)}


def encode_usage(usage: Usage) -> Json:
    """Write the counts of one answer."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_written_tokens,
        },
    }


def _encode_delta(delta: ToolCallDelta) -> Json:
    function: Json = {"arguments": delta.arguments}
    wire: Json = {"index": delta.index, "function": function}
    if delta.name is not None:
        function["name"] = delta.name
    if delta.call_id is not None:
        wire |= {"id": delta.call_id, "type": "function"}
    return wire


def _encode_call(call_id: str, name: str, arguments: str) -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _encode_logprobs(tokens: Iterable[TokenLogprob]) -> Json | None:
    content = [
        {
            **_encode_token(token.token, token.logprob),
            "top_logprobs": [_encode_token(other, logprob) for other, logprob in token.alternatives],
        }
        for token in tokens
    ]
    return {"content": content, "refusal": None} if content else None


def _encode_token(token: str, logprob: float) -> Json:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8", "replace"))}
