"""Gemini's generateContent as its reference describes it (https://ai.google.dev/api/generate-content).

Errors: https://ai.google.dev/gemini-api/docs/troubleshooting; their shape: https://google.aip.dev/193. A stream has no
mark for its end: the last event holds a finish reason. Counts come with every event and are totals so far.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from aspen.core.answer import FinishReason
from fakes.provider_rows import KEY
from fakes.provider_script import Call, Fault, JsonObject, Says, Turn, event, refusal, scripted
from fakes.tls_provider import Answer, Received, Reply

_PATH = re.compile(r"/v1(?:beta)?/models/(?P<model>[\w.-]+):(?P<verb>generateContent|streamGenerateContent\?alt=sse)")

_REASONS = {
    FinishReason.STOP: "STOP",
    FinishReason.LENGTH: "MAX_TOKENS",
    FinishReason.TOOL_CALLS: "STOP",
    FinishReason.REFUSED: "SAFETY",
}

_FAULTS = {
    Fault.BAD_KEY: (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    Fault.NO_MONEY: (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    Fault.BAD_REQUEST: (400, "INVALID_ARGUMENT", "Invalid JSON payload received."),
    Fault.TOO_LONG: (400, "INVALID_ARGUMENT", "The input token count exceeds the maximum number of tokens allowed."),
    Fault.NO_MODEL: (404, "NOT_FOUND", "models/no-such-model is not found for API version v1beta."),
    Fault.NO_PATH: (404, "NOT_FOUND", "Not found."),
    Fault.TOO_FAST: (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    Fault.BROKEN: (500, "INTERNAL", "An internal error has occurred."),
    Fault.OVERLOADED: (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
}


def gemini(*turns: Turn, key: str = KEY) -> Answer:
    """Answer as Gemini does."""
    return scripted(_GeminiStyle(), turns, key)


@dataclass(frozen=True, slots=True)
class _GeminiStyle:
    def key(self, received: Received) -> str | None:
        return received.header("x-goog-api-key")

    def is_asked(self, received: Received) -> bool:
        return received.method == "POST" and _PATH.fullmatch(received.target) is not None

    def is_stream(self, received: Received, request: JsonObject) -> bool:
        del request
        return "alt=sse" in received.target

    def is_request(self, received: Received, request: JsonObject) -> bool:
        del received
        return isinstance(request.get("contents"), list)

    def whole(self, says: Says, received: Received, request: JsonObject) -> JsonObject:
        del request
        texts = {"thought": "".join(says.thinking), "text": "".join(says.text)}
        parts: list[JsonObject] = [{"text": texts["thought"], "thought": True}] if texts["thought"] else []
        parts += [_signed({"text": texts["text"]}, says.signature)] if texts["text"] else []
        parts += [_call(call) for call in says.calls]
        return _response(says, received, parts, _REASONS[says.reason], says.usage.completion_tokens)

    def events(self, says: Says, received: Received, request: JsonObject) -> list[bytes]:
        del request
        parts: list[JsonObject] = [{"text": piece, "thought": True} for piece in says.thinking]
        parts += [{"text": piece} for piece in says.text]
        parts += [_call(call) for call in says.calls]
        written = [event(_response(says, received, [part], None, index)) for index, part in enumerate(parts)]
        if says.midway is not None:
            return [*written, event(_error(says.midway, None))]
        # The signature of text that has gone out already comes on an empty part of its own.
        last: list[JsonObject] = [_signed({"text": ""}, says.signature)]
        return [*written, event(_response(says, received, last, _REASONS[says.reason], says.usage.completion_tokens))]

    def refusal(self, fault: Fault, retry_after_seconds: int | None) -> Reply:
        # Gemini says how long to wait in the body and not in a header.
        return refusal(_FAULTS[fault][0], _error(fault, retry_after_seconds), None)


def _signed(part: JsonObject, signature: str) -> JsonObject:
    return {**part, "thoughtSignature": signature} if signature else part


def _call(call: Call) -> JsonObject:
    arguments: object = json.loads("".join(call.arguments) or "{}")
    return _signed({"functionCall": {"id": call.call_id, "name": call.name, "args": arguments}}, call.signature)


def _response(
    says: Says, received: Received, parts: list[JsonObject], reason: str | None, completion_tokens: int
) -> JsonObject:
    candidate: dict[str, object] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if reason is not None:
        candidate["finishReason"] = reason
    matched = _PATH.fullmatch(received.target)
    return {
        "candidates": [candidate],
        "usageMetadata": _usage(says, completion_tokens),
        "modelVersion": matched["model"] if matched else "",
        "responseId": "fake1",
    }


def _usage(says: Says, completion_tokens: int) -> JsonObject:
    """`candidatesTokenCount` leaves the thoughts out."""
    thinking_tokens = min(says.thinking_tokens, completion_tokens)
    return {
        "promptTokenCount": says.usage.prompt_tokens,
        "cachedContentTokenCount": says.usage.cached_tokens,
        "candidatesTokenCount": completion_tokens - thinking_tokens,
        "thoughtsTokenCount": thinking_tokens,
        "totalTokenCount": says.usage.prompt_tokens + completion_tokens,
    }


def _error(fault: Fault, retry_after_seconds: int | None) -> JsonObject:
    code, status, words = _FAULTS[fault]
    details: list[JsonObject] = []
    if fault is Fault.BAD_KEY:
        details.append(_detail("ErrorInfo", reason="API_KEY_INVALID", domain="googleapis.com"))
    if retry_after_seconds is not None:
        details.append(_detail("RetryInfo", retryDelay=f"{retry_after_seconds}s"))
    return {"error": {"code": code, "message": words, "status": status, "details": details}}


def _detail(kind: str, **fields: str) -> JsonObject:
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **fields}
