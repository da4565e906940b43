"""Anthropic's messages dialect: requests in, for a server of ours that speaks it.

Strict: a field that would change the answer and cannot be honoured is refused by its name. Hints to the provider's own
machinery (caching, effort, thinking, metadata) are read over.
"""

from __future__ import annotations

from collections.abc import Mapping

from aspen.core.message import File, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import FreeText, JsonSchema, Limits, Output, Request, Sampling, Tool
from aspen.dialects.anthropic_messages import REDACTED
from aspen.dialects.call_arguments import arguments_as_text
from aspen.dialects.fields import (
    misused,
    number_at,
    object_at,
    objects_at,
    picture,
    refuse_unknown,
    text_at,
    texts_at,
    whole_at,
)

Json = Mapping[str, object]

_HINTS = {"stream", "metadata", "service_tier", "thinking", "cache_control", "inference_geo", "speed", "diagnostics"}
_KNOWN = _HINTS | {
    *("model", "messages", "max_tokens", "system", "tools", "tool_choice", "stop_sequences", "output_config"),
    *("temperature", "top_p", "top_k"),
}
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "system": Role.SYSTEM}
_SIGNED_BY = "anthropic_messages"


def decode_request(body: Json, request_id: str) -> Request:
    """Read a request body, without a label.

    Raises Misused naming the field that cannot be used.
    """
    refuse_unknown(body, _KNOWN)
    system = _system(body.get("system"))
    told = [message for index, wire in enumerate(objects_at(body, "messages")) for message in _messages(wire, index)]
    if not told:
        raise misused("messages", "must hold at least one message")
    return Request(
        request_id=request_id,
        messages=(*system, *told),
        tools=_tools(body),
        output=_output(body),
        limits=_limits(body),
        wanted_model=text_at(body, "model"),
    )


def _system(told: object) -> tuple[Message, ...]:
    if told is None or told == []:
        return ()
    blocks = _blocks(told, "system")
    texts = tuple(Text(text=text_at(block, "text", f"system[{index}].")) for index, block in enumerate(blocks))
    return (Message(role=Role.SYSTEM, parts=texts),)


def _blocks(told: object, place: str) -> list[Json]:
    """Read content: a text alone stands for one block of it."""
    if isinstance(told, str):
        return [{"type": "text", "text": told}]
    return objects_at({place: told}, place) if told is not None else []


def _messages(wire: Json, index: int) -> list[Message]:
    """Read one turn; the results in it are a message of their own, as ours are."""
    place = f"messages[{index}]."
    role = _ROLES.get(text_at(wire, "role", place))
    if role is None:
        raise misused(f"{place}role", "must be user, assistant or system")
    blocks = _blocks(wire.get("content"), f"{place}content")
    parts = [_part(block, role, f"{place}content[{number}].") for number, block in enumerate(blocks)]
    results = tuple(part for part in parts if isinstance(part, ToolResult))
    spoken = tuple(part for part in parts if not isinstance(part, ToolResult))
    told = [Message(role=Role.TOOL, parts=results)] if results else []
    return [*told, Message(role=role, parts=spoken)] if spoken or not results else told


def _part(block: Json, role: Role, place: str) -> Part:
    speaks = role is Role.ASSISTANT
    match text_at(block, "type", place):
        case "text":
            return Text(text=text_at(block, "text", place))
        case "image" if not speaks:
            return _picture(block, place)
        case "document" if not speaks:
            return _document(block, place)
        case "tool_result" if not speaks:
            return _result(block, place)
        case "tool_use" if speaks:
            arguments = object_at(block, "input", place)
            call_id, name = text_at(block, "id", place), text_at(block, "name", place)
            return ToolCall(call_id=call_id, name=name, arguments=arguments_as_text(arguments))
        case "thinking" if speaks:
            signature = text_at(block, "signature", place)
            return Thinking(text=text_at(block, "thinking", place), signature=signature, dialect=_SIGNED_BY)
        case "redacted_thinking" if speaks:
            return Thinking(text="", signature=REDACTED + text_at(block, "data", place), dialect=_SIGNED_BY)
        case kind:
            raise misused(f"{place}type", f"cannot be {kind} in a turn of the {role.value}")


def _picture(block: Json, place: str) -> Part:
    source = object_at(block, "source", place)
    if source.get("type") != "base64":
        raise misused(f"{place}source.type", "must be base64: a link would be a fetch")
    inner = f"{place}source."
    return picture(text_at(source, "media_type", inner), text_at(source, "data", inner), f"{inner}data")


def _document(block: Json, place: str) -> File:
    source = object_at(block, "source", place)
    if source.get("type") != "text":
        raise misused(f"{place}source.type", "must be text")
    name = text_at(block, "title", place, "document") if block.get("title") is not None else "document"
    return File(name=name, text=text_at(source, "data", f"{place}source."))


def _result(block: Json, place: str) -> ToolResult:
    pieces = _blocks(block.get("content"), f"{place}content")
    for number, piece in enumerate(pieces):
        if piece.get("type") != "text":
            raise misused(f"{place}content[{number}].type", "must be text")
    text = "".join(text_at(piece, "text", f"{place}content[{number}].") for number, piece in enumerate(pieces))
    return ToolResult(call_id=text_at(block, "tool_use_id", place), text=text)


def _tools(body: Json) -> tuple[Tool, ...]:
    tools = tuple(_tool(wire, f"tools[{index}].") for index, wire in enumerate(objects_at(body, "tools")))
    if (choice := body.get("tool_choice")) is None:
        return tools
    match object_at({"tool_choice": choice}, "tool_choice").get("type"):
        case "auto":
            return tools
        case "none":
            return ()
        case _:
            raise misused("tool_choice.type", "must be auto or none")


def _tool(wire: Json, place: str) -> Tool:
    if wire.get("type") not in (None, "custom"):
        raise misused(f"{place}type", "must be custom: no tools of the provider's run here")
    return Tool(
        name=text_at(wire, "name", place),
        description=text_at(wire, "description", place, ""),
        parameters=object_at(wire, "input_schema", place),
    )


def _output(body: Json) -> Output:
    config = body.get("output_config")
    if config is None:
        return FreeText()
    fields = object_at(body, "output_config")
    refuse_unknown(fields, {"format", "effort"}, "output_config.")
    if fields.get("format") is None:
        return FreeText()
    wanted = object_at(fields, "format", "output_config.")
    if wanted.get("type") != "json_schema":
        raise misused("output_config.format.type", "must be json_schema")
    return JsonSchema(schema=object_at(wanted, "schema", "output_config.format."))


def _limits(body: Json) -> Limits:
    if (answer_tokens := whole_at(body, "max_tokens", 1)) is None:
        raise misused("max_tokens", "must be a whole number")
    return Limits(
        answer_tokens=answer_tokens,
        sampling=Sampling(
            temperature=number_at(body, "temperature", 0, 1),
            top_p=number_at(body, "top_p", 0, 1),
            top_k=whole_at(body, "top_k", 0),
            stop=texts_at(body, "stop_sequences"),
        ),
    )
