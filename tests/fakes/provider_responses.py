"""OpenAI's Responses as its reference describes them (https://platform.openai.com/docs/api-reference/responses).

Refuses what stateless use may not say: storage, and whatever refers to an earlier response. Streaming:
https://platform.openai.com/docs/api-reference/responses-streaming.
"""

from __future__ import annotations

from dataclasses import dataclass

from aspen.core.answer import FinishReason
from fakes.provider_openai import FAULTS, error_of, openai
from fakes.provider_rows import KEY
from fakes.provider_script import Call, Fault, JsonObject, Says, Turn, bearer_token, event, model_of, refusal, scripted
from fakes.tls_provider import Answer, Received, Reply

PATH = "/v1/responses"

_LEAST_OUTPUT_TOKENS = 16
_INCOMPLETE = {FinishReason.LENGTH: "max_output_tokens", FinishReason.REFUSED: "content_filter"}

_FAULTS = {
    **FAULTS,
    Fault.TOO_LONG: (400, "invalid_request_error", "context_length_exceeded", "Your input exceeds the context window."),
    Fault.BROKEN: (500, "server_error", "server_error", "An error occurred while processing your request."),
}


def responses(*turns: Turn, key: str = KEY) -> Answer:
    """Answer as OpenAI does at its newer endpoint."""
    return scripted(_ResponsesStyle(), turns, key)


def openai_both(*turns: Turn, key: str = KEY) -> Answer:
    """Answer as OpenAI does at both of its endpoints, each with the same turns."""
    newer, older = responses(*turns, key=key), openai(*turns, key=key)
    return lambda received: (newer if received.target == PATH else older)(received)


@dataclass(frozen=True, slots=True)
class _ResponsesStyle:
    def key(self, received: Received) -> str | None:
        return bearer_token(received)

    def is_asked(self, received: Received) -> bool:
        return (received.method, received.target) == ("POST", PATH)

    def is_stream(self, received: Received, request: JsonObject) -> bool:
        del received
        return request.get("stream") is True

    def is_request(self, received: Received, request: JsonObject) -> bool:
        del received
        most = request.get("max_output_tokens", _LEAST_OUTPUT_TOKENS)
        is_stateless = request.get("store") is False and "previous_response_id" not in request
        is_bounded = isinstance(most, int) and most >= _LEAST_OUTPUT_TOKENS
        is_asking = isinstance(request.get("model"), str) and isinstance(request.get("input"), list | str)
        return is_stateless and is_bounded and is_asking

    def whole(self, says: Says, received: Received, request: JsonObject) -> JsonObject:
        del received
        why = _INCOMPLETE.get(says.reason)
        return {
            **_frame(request),
            "status": "incomplete" if why else "completed",
            "incomplete_details": {"reason": why} if why else None,
            "output": [whole for whole, _ in _items(says)],
            "usage": _usage(says),
        }

    def events(self, says: Says, received: Received, request: JsonObject) -> list[bytes]:
        opening: JsonObject = {**_frame(request), "status": "in_progress", "output": [], "usage": None}
        told: list[JsonObject] = [{"type": f"response.{step}", "response": opening} for step in _OPENING]
        for index, (whole, deltas) in enumerate(_items(says)):
            empty = {**whole, **_EMPTY[str(whole["type"])], "status": "in_progress"}
            told.append({"type": "response.output_item.added", "output_index": index, "item": empty})
            told += [{**delta, "item_id": whole["id"], "output_index": index} for delta in deltas]
            told.append({"type": "response.output_item.done", "output_index": index, "item": whole})
        told.append(_failed(opening, says.midway) if says.midway else self._end(says, received, request))
        return [event({**each, "sequence_number": at}, str(each["type"])) for at, each in enumerate(told)]

    def _end(self, says: Says, received: Received, request: JsonObject) -> JsonObject:
        response = self.whole(says, received, request)
        return {"type": f"response.{response['status']}", "response": response}

    def refusal(self, fault: Fault, retry_after_seconds: int | None) -> Reply:
        return refusal(_FAULTS[fault][0], error_of(_FAULTS[fault]), retry_after_seconds)


_OPENING = ("created", "in_progress")
_EMPTY: dict[str, JsonObject] = {
    "message": {"content": []},
    "reasoning": {"summary": []},
    "function_call": {"arguments": ""},
}


def _frame(request: JsonObject) -> dict[str, object]:
    return {
        "id": "resp_fake1",
        "object": "response",
        "created_at": 1_790_000_000,
        "model": model_of(request),
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": request.get("tools", []),
        "store": False,
    }


def _items(says: Says) -> list[tuple[JsonObject, list[JsonObject]]]:
    """Return each item whole, with the deltas that fill it."""
    items: list[tuple[JsonObject, list[JsonObject]]] = []
    if says.thinking or says.signature:
        items.append(_thought(says))
    if says.text:
        items.append(_message(says.text))
    return [*items, *(_call(at, call) for at, call in enumerate(says.calls))]


def _thought(says: Says) -> tuple[JsonObject, list[JsonObject]]:
    words = "".join(says.thinking)
    whole = {
        "id": "rs_fake1",
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": words}] if words else [],
        "encrypted_content": says.signature or None,
    }
    kind = "response.reasoning_summary_text.delta"
    return whole, [{"type": kind, "summary_index": 0, "delta": piece} for piece in says.thinking]


def _message(pieces: tuple[str, ...]) -> tuple[JsonObject, list[JsonObject]]:
    content: JsonObject = {"type": "output_text", "text": "".join(pieces), "annotations": [], "logprobs": []}
    whole: JsonObject = {
        "id": "msg_fake1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [content],
    }
    opening: JsonObject = {"type": "response.content_part.added", "content_index": 0, "part": {**content, "text": ""}}
    kind = "response.output_text.delta"
    deltas: list[JsonObject] = [{"type": kind, "content_index": 0, "delta": piece, "logprobs": []} for piece in pieces]
    return whole, [opening, *deltas]


def _call(at: int, call: Call) -> tuple[JsonObject, list[JsonObject]]:
    whole = {
        "id": f"fc_fake{at}",
        "type": "function_call",
        "status": "completed",
        "call_id": call.call_id,
        "name": call.name,
        "arguments": "".join(call.arguments),
    }
    return whole, [{"type": "response.function_call_arguments.delta", "delta": piece} for piece in call.arguments]


def _usage(says: Says) -> JsonObject:
    usage = says.usage
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_written_tokens,
        },
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": says.thinking_tokens},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }


def _failed(opening: JsonObject, fault: Fault) -> JsonObject:
    _, kind, code, words = _FAULTS[fault]
    error = {"code": code or kind, "message": words}
    return {
        "type": "response.failed",
        "response": {**opening, "status": "failed", "error": error},
    }
