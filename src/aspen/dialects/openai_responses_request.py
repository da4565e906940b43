"""OpenAI's Responses dialect: whole requests in, for a server of ours that speaks it.

Strict: a field that would change the answer and cannot be honoured is refused by its name; so is whatever refers to
something that is kept elsewhere. Hints to the provider's own machinery (storage, tiers, effort, caching) are read over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

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
from aspen.dialects.openai_responses import MOST_LOGPROBS, OPENAI_RESPONSES, WITH_LOGPROBS, WITH_THOUGHTS
from aspen.dialects.openai_responses_stream import BETWEEN_THOUGHTS

Json = Mapping[str, object]

_HINTS = {
    *("stream", "stream_options", "user", "metadata", "store", "service_tier", "reasoning", "safety_identifier"),
    *("prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "parallel_tool_calls", "truncation"),
    *("max_tool_calls",),
}
_KEPT_ELSEWHERE = ("background", "conversation", "previous_response_id", "prompt")
_KNOWN = {
    *_HINTS,
    *_KEPT_ELSEWHERE,
    *("model", "input", "instructions", "tools", "tool_choice", "text", "include"),
    *("max_output_tokens", "temperature", "top_p", "top_logprobs"),
}
_ROLES = {"developer": Role.SYSTEM, "system": Role.SYSTEM, "user": Role.USER, "assistant": Role.ASSISTANT}
_WORDS = {"input_text": "text", "output_text": "text", "refusal": "refusal"}


def decode_request(body: Json, request_id: str) -> Request:
    """Read a request body, without a label.

    Raises Misused naming the field that cannot be used.
    """
    refuse_unknown(body, _KNOWN)
    if kept := next((name for name in _KEPT_ELSEWHERE if body.get(name)), None):
        raise misused(kept, "cannot be used: nothing is kept here between requests")
    told = decode_input(body.get("input"))
    if not told:
        raise misused("input", "must hold at least one message")
    return Request(
        request_id=request_id,
        messages=(*_instructions(body), *told),
        tools=_tools(body),
        output=_output(body),
        limits=_limits(body),
        wanted_model=text_at(body, "model"),
        top_logprobs=_logprobs(body),
    )


def decode_input(told: object) -> tuple[Message, ...]:
    """Read the items alone: what a model said in a row is one message, and so are results in a row.

    Raises Misused naming the field that cannot be used.
    """
    if isinstance(told, str):
        return (Message.of_text(Role.USER, told),)
    spoken = [_item(item, f"input[{at}].") for at, item in enumerate(objects_at({"input": told}, "input"))]
    return tuple(message for role, group in groupby(spoken, key=_role) for message in _messages(role, group))


def _role(spoken: tuple[Role, tuple[Part, ...]]) -> Role:
    return spoken[0]


def _messages(role: Role, group: Iterable[tuple[Role, tuple[Part, ...]]]) -> list[Message]:
    if role in (Role.ASSISTANT, Role.TOOL):
        return [Message(role=role, parts=tuple(part for _, parts in group for part in parts))]
    return [Message(role=role, parts=parts) for _, parts in group]


def _instructions(body: Json) -> tuple[Message, ...]:
    if body.get("instructions") is None:
        return ()
    return (Message.of_text(Role.SYSTEM, text_at(body, "instructions")),)


def _item(item: Json, place: str) -> tuple[Role, tuple[Part, ...]]:
    match text_at(item, "type", place, "message"):
        case "message":
            return _message(item, place)
        case "reasoning":
            return Role.ASSISTANT, (_thought(item, place),)
        case "function_call":
            call_id, name = text_at(item, "call_id", place), text_at(item, "name", place)
            call = ToolCall(call_id=call_id, name=name, arguments=text_at(item, "arguments", place))
            return Role.ASSISTANT, (call,)
        case "function_call_output":
            return Role.TOOL, (ToolResult(call_id=text_at(item, "call_id", place), text=_result_text(item, place)),)
        case kind:
            raise misused(f"{place}type", f"cannot be {kind}")


def _message(item: Json, place: str) -> tuple[Role, tuple[Part, ...]]:
    role = _ROLES.get(text_at(item, "role", place))
    if role is None:
        raise misused(f"{place}role", f"must be one of {', '.join(_ROLES)}")
    content = item.get("content")
    if isinstance(content, str):
        return role, (Text(text=content),)
    pieces = objects_at(item, "content", place)
    return role, tuple(_piece(piece, f"{place}content[{at}].") for at, piece in enumerate(pieces))


def _piece(piece: Json, place: str) -> Part:
    kind = text_at(piece, "type", place)
    if kind in _WORDS:
        return Text(text=text_at(piece, _WORDS[kind], place))
    if kind != "input_image":
        raise misused(f"{place}type", f"cannot be {kind}")
    return linked_picture(text_at(piece, "image_url", place), f"{place}image_url")


def _thought(item: Json, place: str) -> Thinking:
    told = [*_texts(item, "summary", place), *_texts(item, "content", place)]
    has_signature = item.get("encrypted_content") is not None
    signature = text_at(item, "encrypted_content", place) if has_signature else ""
    return Thinking(text=BETWEEN_THOUGHTS.join(told), signature=signature, dialect=OPENAI_RESPONSES)


def _result_text(item: Json, place: str) -> str:
    output = item.get("output")
    return output if isinstance(output, str) else "".join(_texts(item, "output", place))


def _texts(item: Json, name: str, place: str) -> list[str]:
    return [text_at(piece, "text", f"{place}{name}[{at}].") for at, piece in enumerate(objects_at(item, name, place))]


def _tools(body: Json) -> tuple[Tool, ...]:
    tools = tuple(_tool(wire, f"tools[{at}].") for at, wire in enumerate(objects_at(body, "tools")))
    match body.get("tool_choice"):
        case None | "auto":
            return tools
        case "none":
            return ()
        case _:
            raise misused("tool_choice", "must be auto or none")


def _tool(wire: Json, place: str) -> Tool:
    if text_at(wire, "type", place) != "function":
        raise misused(f"{place}type", "must be function: no tools of the provider's run here")
    return Tool(
        name=text_at(wire, "name", place),
        description=text_at(wire, "description", place) if wire.get("description") is not None else "",
        parameters=NO_PARAMETERS if wire.get("parameters") is None else object_at(wire, "parameters", place),
    )


def _output(body: Json) -> Output:
    if body.get("text") is None:
        return FreeText()
    config = object_at(body, "text")
    refuse_unknown(config, {"format", "verbosity"}, "text.")
    if config.get("format") is None:
        return FreeText()
    wanted = object_at(config, "format", "text.")
    match wanted.get("type"):
        case "text":
            return FreeText()
        case "json_object":
            return JsonSchema(schema={"type": "object"})
        case "json_schema":
            return JsonSchema(schema=object_at(wanted, "schema", "text.format."))
        case _:
            raise misused("text.format.type", "must be text, json_object or json_schema")


def _limits(body: Json) -> Limits:
    sampling = Sampling(temperature=number_at(body, "temperature", 0, 2), top_p=number_at(body, "top_p", 0, 1))
    return Limits(answer_tokens=whole_at(body, "max_output_tokens", 1), sampling=sampling)


def _logprobs(body: Json) -> int:
    included = texts_at(body, "include")
    if unknown := sorted({*included} - {WITH_LOGPROBS, WITH_THOUGHTS}):
        raise misused("include", f"cannot hold {unknown[0]}")
    count = whole_at(body, "top_logprobs", 0, MOST_LOGPROBS)
    if WITH_LOGPROBS in included:
        return count or 1
    if count:
        raise misused("top_logprobs", f"needs {WITH_LOGPROBS} in include")
    return 0
