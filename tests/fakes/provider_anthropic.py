"""Anthropic's messages as its reference describes them (https://platform.claude.com/docs/en/api/messages).

Two API versions are known, with the difference that matters here: the newer takes no sampling parameters
(https://platform.claude.com/docs/en/api/versioning).
Streaming: https://platform.claude.com/docs/en/build-with-claude/streaming.
Errors: https://platform.claude.com/docs/en/api/errors.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from aspen.core.answer import FinishReason
from fakes.provider_rows import KEY
from fakes.provider_script import Fault, JsonObject, Says, Turn, bearer_token, event, model_of, refusal, scripted
from fakes.tls_provider import Answer, Received, Reply

PATH = "/v1/messages"
NEWEST_VERSION = "2026-10-21"
VERSIONS = ("2023-06-01", NEWEST_VERSION)

_SAMPLING = {"temperature", "top_p", "top_k"}

_REASONS = {
    FinishReason.STOP: "end_turn",
    FinishReason.LENGTH: "max_tokens",
    FinishReason.TOOL_CALLS: "tool_use",
    FinishReason.REFUSED: "refusal",
}

_FAULTS = {
    Fault.BAD_KEY: (401, "authentication_error", "invalid x-api-key"),
    Fault.NO_MONEY: (400, "invalid_request_error", "Your credit balance is too low to access the API."),
    Fault.BAD_REQUEST: (400, "invalid_request_error", "messages: field required"),
    Fault.TOO_LONG: (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    Fault.NO_MODEL: (404, "not_found_error", "model: no-such-model"),
    Fault.NO_PATH: (404, "not_found_error", "Not Found"),
    Fault.TOO_FAST: (429, "rate_limit_error", "This request would exceed your rate limit."),
    Fault.BROKEN: (500, "api_error", "Internal server error"),
    Fault.OVERLOADED: (529, "overloaded_error", "Overloaded"),
}


def anthropic(*turns: Turn, key: str = KEY) -> Answer:
    """Answer as Anthropic does."""
    return scripted(_AnthropicStyle(), turns, key)


@dataclass(frozen=True, slots=True)
class _Block:
    """One block of content: as it stands whole, as it begins, and the deltas that fill it."""

    whole: JsonObject
    start: JsonObject
    deltas: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True)
class _AnthropicStyle:
    def key(self, received: Received) -> str | None:
        return received.header("x-api-key") or bearer_token(received)

    def is_asked(self, received: Received) -> bool:
        return (received.method, received.target.partition("?")[0]) == ("POST", PATH)

    def is_stream(self, received: Received, request: JsonObject) -> bool:
        del received
        return request.get("stream") is True

    def is_request(self, received: Received, request: JsonObject) -> bool:
        version = received.header("anthropic-version")
        if version not in VERSIONS or (version == NEWEST_VERSION and not _SAMPLING.isdisjoint(request)):
            return False
        return isinstance(request.get("messages"), list) and isinstance(request.get("max_tokens"), int)

    def whole(self, says: Says, received: Received, request: JsonObject) -> JsonObject:
        del received
        return {
            **_message(request),
            "content": [block.whole for block in _blocks(says)],
            "stop_reason": _REASONS[says.reason],
            "stop_sequence": None,
            "usage": _usage(says, says.usage.completion_tokens),
        }

    def events(self, says: Says, received: Received, request: JsonObject) -> list[bytes]:
        del received
        opening: dict[str, object] = {**_message(request), "content": [], "stop_reason": None, "stop_sequence": None}
        told: list[JsonObject] = [
            {"type": "message_start", "message": {**opening, "usage": _usage(says, 1)}},
            {"type": "ping"},
        ]
        for index, block in enumerate(_blocks(says)):
            told.append({"type": "content_block_start", "index": index, "content_block": block.start})
            told += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in block.deltas]
            told.append({"type": "content_block_stop", "index": index})
        if says.midway is not None:
            told.append(_error(says.midway))
        else:
            ending = {"stop_reason": _REASONS[says.reason], "stop_sequence": None}
            usage = _usage(says, says.usage.completion_tokens)
            told += [{"type": "message_delta", "delta": ending, "usage": usage}, {"type": "message_stop"}]
        return [event(each, str(each["type"])) for each in told]

    def refusal(self, fault: Fault, retry_after_seconds: int | None) -> Reply:
        return refusal(_FAULTS[fault][0], _error(fault), retry_after_seconds)


def _message(request: JsonObject) -> dict[str, object]:
    return {"id": "msg_fake1", "type": "message", "role": "assistant", "model": model_of(request)}


def _blocks(says: Says) -> list[_Block]:
    blocks: list[_Block] = []
    if says.thinking:
        words = "".join(says.thinking)
        thoughts = [{"type": "thinking_delta", "thinking": piece} for piece in says.thinking]
        blocks.append(
            _Block(
                whole={"type": "thinking", "thinking": words, "signature": says.signature},
                start={"type": "thinking", "thinking": "", "signature": ""},
                deltas=(*thoughts, {"type": "signature_delta", "signature": says.signature}),
            )
        )
    elif says.signature:
        hidden = {"type": "redacted_thinking", "data": says.signature}
        blocks.append(_Block(whole=hidden, start=hidden, deltas=()))
    if says.text:
        blocks.append(
            _Block(
                whole={"type": "text", "text": "".join(says.text)},
                start={"type": "text", "text": ""},
                deltas=tuple({"type": "text_delta", "text": piece} for piece in says.text),
            )
        )
    for call in says.calls:
        opening: dict[str, object] = {"type": "tool_use", "id": call.call_id, "name": call.name, "input": {}}
        blocks.append(
            _Block(
                whole={**opening, "input": json.loads("".join(call.arguments) or "{}")},
                start=opening,
                deltas=tuple({"type": "input_json_delta", "partial_json": piece} for piece in ("", *call.arguments)),
            )
        )
    return blocks


def _usage(says: Says, output_tokens: int) -> JsonObject:
    """`input_tokens` are only those that no cache had a part in."""
    usage = says.usage
    return {
        "input_tokens": usage.prompt_tokens - usage.cached_tokens - usage.cache_written_tokens,
        "cache_creation_input_tokens": usage.cache_written_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": output_tokens,
        "service_tier": "standard",
    }


def _error(fault: Fault) -> JsonObject:
    _, kind, words = _FAULTS[fault]
    return {"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_fake1"}
