"""OpenAI's chat completions as its reference describes them (https://platform.openai.com/docs/api-reference/chat).

Also every server that is called compatible: these send thoughts too, in a field that OpenAI does not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from aspen.core.answer import FinishReason
from fakes.provider_rows import KEY
from fakes.provider_script import Call, Fault, JsonObject, Says, Turn, bearer_token, event, model_of, refusal, scripted
from fakes.tls_provider import Answer, Received, Reply

PATH = "/v1/chat/completions"

_REASONS = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.TOOL_CALLS: "tool_calls",
    FinishReason.REFUSED: "content_filter",
}

Described = tuple[int, str, str | None, str]
"""A fault by its status, type, code and message."""

FAULTS: dict[Fault, Described] = {
    Fault.BAD_KEY: (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-…."),
    Fault.NO_MONEY: (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    Fault.BAD_REQUEST: (400, "invalid_request_error", None, "We could not parse the body of your request."),
    Fault.TOO_LONG: (
        400,
        "invalid_request_error",
        "context_length_exceeded",
        "This model's maximum context length is 128000 tokens.",
    ),
    Fault.NO_MODEL: (404, "invalid_request_error", "model_not_found", "The model does not exist."),
    Fault.NO_PATH: (404, "invalid_request_error", "unknown_url", "Unknown request URL."),
    Fault.TOO_FAST: (429, "tokens", "rate_limit_exceeded", "Rate limit reached."),
    Fault.BROKEN: (500, "server_error", None, "The server had an error while processing your request."),
    Fault.OVERLOADED: (503, "server_error", None, "The engine is currently overloaded."),
}


def openai(*turns: Turn, key: str = KEY, thinking_field: str = "reasoning_content") -> Answer:
    """Answer as OpenAI does. `thinking_field` is where compatible servers put thoughts: also `reasoning`."""
    return scripted(_OpenaiStyle(thinking_field), turns, key)


@dataclass(frozen=True, slots=True)
class _OpenaiStyle:
    thinking_field: str

    def key(self, received: Received) -> str | None:
        return bearer_token(received)

    def is_asked(self, received: Received) -> bool:
        return (received.method, received.target) == ("POST", PATH)

    def is_stream(self, received: Received, request: JsonObject) -> bool:
        del received
        return request.get("stream") is True

    def is_request(self, received: Received, request: JsonObject) -> bool:
        del received
        return isinstance(request.get("model"), str) and isinstance(request.get("messages"), list)

    def whole(self, says: Says, received: Received, request: JsonObject) -> JsonObject:
        del received
        message: dict[str, object] = {"role": "assistant", "content": "".join(says.text) or None, "refusal": None}
        if says.thinking:
            message[self.thinking_field] = "".join(says.thinking)
        if says.calls:
            message["tool_calls"] = [_call(call) for call in says.calls]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _REASONS[says.reason]}
        return {**_frame(request, "chat.completion"), "choices": [choice], "usage": _usage(says)}

    def events(self, says: Says, received: Received, request: JsonObject) -> list[bytes]:
        del received
        frame = _frame(request, "chat.completion.chunk")
        deltas: list[JsonObject] = [{"role": "assistant", "content": "", "refusal": None}]
        deltas += [{self.thinking_field: piece} for piece in says.thinking]
        deltas += [{"content": piece} for piece in says.text]
        deltas += [delta for index, call in enumerate(says.calls) for delta in _call_deltas(index, call)]
        written = [event({**frame, "choices": [_choice(delta, None)]}) for delta in deltas]
        if says.midway is not None:
            return [*written, event(error_of(FAULTS[says.midway]))]
        written.append(event({**frame, "choices": [_choice({}, _REASONS[says.reason])]}))
        if _wants_usage(request):
            written.append(event({**frame, "choices": [], "usage": _usage(says)}))
        return [*written, b"data: [DONE]\n\n"]

    def refusal(self, fault: Fault, retry_after_seconds: int | None) -> Reply:
        return refusal(FAULTS[fault][0], error_of(FAULTS[fault]), retry_after_seconds)


def _frame(request: JsonObject, kind: str) -> dict[str, object]:
    return {
        "id": "chatcmpl-fake1",
        "object": kind,
        "created": 1_790_000_000,
        "model": model_of(request),
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }


def _choice(delta: JsonObject, reason: str | None) -> JsonObject:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


def _call(call: Call) -> JsonObject:
    return {
        "id": call.call_id,
        "type": "function",
        "function": {"name": call.name, "arguments": "".join(call.arguments)},
    }


def _call_deltas(index: int, call: Call) -> list[JsonObject]:
    opening = {"index": index, "id": call.call_id, "type": "function", "function": {"name": call.name, "arguments": ""}}
    rest = [{"index": index, "function": {"arguments": piece}} for piece in call.arguments]
    return [{"tool_calls": [each]} for each in (opening, *rest)]


def _wants_usage(request: JsonObject) -> bool:
    options = request.get("stream_options")
    return isinstance(options, dict) and cast("JsonObject", options).get("include_usage") is True


def _usage(says: Says) -> JsonObject:
    usage = says.usage
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": says.thinking_tokens, "audio_tokens": 0},
    }


def error_of(fault: Described) -> JsonObject:
    """Return the body of an error response, which a stream can hold as well."""
    _, kind, code, words = fault
    return {"error": {"message": words, "type": kind, "param": None, "code": code}}
