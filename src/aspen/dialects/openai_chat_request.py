"""The OpenAI chat dialect: whole requests in, for a server of ours that speaks it.

Strict: a field that would change the answer and cannot be honoured is refused by its name. Hints to the provider's own
machinery (storage, tiers, effort, caching) are read over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from aspen.core.message import Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import FreeText, JsonSchema, Limits, Output, Request, Sampling, Tool
from aspen.dialects.fields import (
    NO_PARAMETERS,
    linked_picture,
    misused,
    number_at,
    object_at,
    objects_at,
    refuse_unknown,
    text_at,
    texts_at,
    whole_at,
)

Json = Mapping[str, object]

_HINTS = {
    *("stream", "stream_options", "user", "metadata", "store", "service_tier", "reasoning_effort", "safety_identifier"),
    *("prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "verbosity", "parallel_tool_calls"),
    *("return_progress", "cache_prompt"),
}
_SAMPLING = {"temperature", "top_p", "top_k", "min_p", "repeat_penalty", "repeat_last_n", "seed", "stop"}
_KNOWN = (
    _HINTS
    | _SAMPLING
    | {
        *("model", "messages", "tools", "tool_choice", "response_format", "logprobs", "top_logprobs"),
        *("max_tokens", "max_completion_tokens", "n"),
    }
)
_ROLES = {
    "developer": Role.SYSTEM,
    "system": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
}
_MOST_LOGPROBS = 20


def decode_request(body: Json, request_id: str) -> Request:
    """Read a request body, without a label.

    Raises Misused naming the field that cannot be used.
    """
    refuse_unknown(body, _KNOWN)
    if whole_at(body, "n", 1) not in (None, 1):
        raise misused("n", "must be 1")
    messages = decode_messages(objects_at(body, "messages"))
    if not messages:
        raise misused("messages", "must hold at least one message")
    return Request(
        request_id=request_id,
        messages=messages,
        tools=_tools(body),
        output=_output(body),
        limits=_limits(body),
        wanted_model=text_at(body, "model"),
        top_logprobs=_logprobs(body),
    )


def decode_messages(wires: Iterable[Json]) -> tuple[Message, ...]:
    """Read messages alone. Raises Misused naming the field that cannot be used."""
    return tuple(_message(wire, f"messages[{at}].") for at, wire in enumerate(wires))


def decode_tools(wires: Iterable[Json]) -> tuple[Tool, ...]:
    """Read tool definitions; one without parameters takes none. Raises Misused naming the field."""
    return tuple(_tool(wire, f"tools[{at}].") for at, wire in enumerate(wires))


def _message(wire: Json, place: str) -> Message:
    role = _ROLES.get(text_at(wire, "role", place))
    if role is None:
        raise misused(f"{place}role", f"must be one of {', '.join(_ROLES)}")
    content = _content(wire.get("content"), f"{place}content")
    if role is Role.TOOL:
        text = "".join(part.text for part in content if isinstance(part, Text))
        return Message(role=role, parts=(ToolResult(call_id=text_at(wire, "tool_call_id", place), text=text),))
    parts: list[Part] = []
    if wire.get("reasoning_content") is not None:
        parts.append(Thinking(text=text_at(wire, "reasoning_content", place)))
    calls = [_call(call, f"{place}tool_calls[{at}].") for at, call in enumerate(objects_at(wire, "tool_calls", place))]
    return Message(role=role, parts=(*parts, *content, *calls))


def _content(told: object, place: str) -> list[Part]:
    if isinstance(told, str):
        return [Text(text=told)]
    if told is None:
        return []
    return [_piece(piece, f"{place}[{at}].") for at, piece in enumerate(objects_at({place: told}, place))]


def _piece(piece: Json, place: str) -> Part:
    match text_at(piece, "type", place):
        case "text":
            return Text(text=text_at(piece, "text", place))
        case "refusal":
            return Text(text=text_at(piece, "refusal", place))
        case "image_url":
            url = text_at(object_at(piece, "image_url", place), "url", f"{place}image_url.")
            return linked_picture(url, f"{place}image_url.url")
        case kind:
            raise misused(f"{place}type", f"cannot be {kind}")


def _call(call: Json, place: str) -> ToolCall:
    function = object_at(call, "function", place)
    arguments = function.get("arguments")
    inner = f"{place}function."
    return ToolCall(
        call_id=text_at(call, "id", place),
        name=text_at(function, "name", inner),
        # Some clients give the object itself, as Ollama's own dialect has it.
        arguments=json.dumps(arguments) if isinstance(arguments, dict) else text_at(function, "arguments", inner),
    )


def _tools(body: Json) -> tuple[Tool, ...]:
    tools = decode_tools(objects_at(body, "tools"))
    match body.get("tool_choice"):
        case None | "auto":
            return tools
        case "none":
            return ()
        case _:
            raise misused("tool_choice", "must be auto or none")


def _tool(wire: Json, place: str) -> Tool:
    if wire.get("type", "function") != "function":
        raise misused(f"{place}type", "must be function")
    function = object_at(wire, "function", place)
    inner = f"{place}function."
    has_parameters = function.get("parameters") is not None
    return Tool(
        name=text_at(function, "name", inner),
        description=text_at(function, "description", inner) if function.get("description") is not None else "",
        parameters=object_at(function, "parameters", inner) if has_parameters else NO_PARAMETERS,
    )


def _output(body: Json) -> Output:
    if body.get("response_format") is None:
        return FreeText()
    wanted = object_at(body, "response_format")
    match wanted.get("type"):
        case "text":
            return FreeText()
        case "json_object":
            return JsonSchema(schema={"type": "object"})
        case "json_schema":
            inner = object_at(wanted, "json_schema", "response_format.")
            return JsonSchema(schema=object_at(inner, "schema", "response_format.json_schema."))
        case _:
            raise misused("response_format.type", "must be text, json_object or json_schema")


def _limits(body: Json) -> Limits:
    answer_tokens = whole_at(body, "max_completion_tokens", 1)
    return Limits(
        answer_tokens=whole_at(body, "max_tokens", 1) if answer_tokens is None else answer_tokens,
        sampling=Sampling(
            temperature=number_at(body, "temperature", 0, 5),
            top_p=number_at(body, "top_p", 0, 1),
            top_k=whole_at(body, "top_k", 0),
            min_p=number_at(body, "min_p", 0, 1),
            repeat_penalty=number_at(body, "repeat_penalty", 0, 10),
            repeat_last_n=whole_at(body, "repeat_last_n", -1),
            seed=whole_at(body, "seed", -(2**63)),
            stop=texts_at(body, "stop"),
        ),
    )


def _logprobs(body: Json) -> int:
    wants = body.get("logprobs")
    if not (wants is None or isinstance(wants, bool)):
        raise misused("logprobs", "must be true or false")
    count = whole_at(body, "top_logprobs", 0, _MOST_LOGPROBS)
    if count and not wants:
        raise misused("top_logprobs", "needs logprobs to be true")
    return count or (1 if wants else 0)
