"""The OpenAI chat-completions dialect: requests out. What differs by server is a `ChatFlavour`.

Source: https://platform.openai.com/docs/api-reference/chat. A `File` part is written as plain text: the dialect has no
part for it that every server would read, so it does not come back as a File.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import assert_never, cast

from aspen.core.message import File, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import FreeText, JsonSchema, Output, Request, Tool
from aspen.dialects.closed_schema import closed
from aspen.dialects.file_text import file_as_text
from aspen.dialects.openai_flavours import LLAMA_SERVER, ChatFlavour
from aspen.dialects.unsayable import (
    cannot_say,
    refuse_local_only,
    refuse_pictures,
    sampling_numbers,
    stops_of,
)

Json = dict[str, object]


def encode_request(request: Request, model: str, flavour: ChatFlavour = LLAMA_SERVER) -> Json:
    """Write a streaming request body.

    Raises ModelCannot, naming the parameter, for what the flavour has no way to say.
    """
    if not flavour.is_local:
        refuse_local_only(request, model)
        refuse_pictures(request.messages, model, flavour.picture_types)
    return {
        "model": model,
        "messages": [wire for message in request.messages for wire in encode_message(message, flavour)],
        "stream": True,
        **flavour.extras,
        **_encode_limits(request, model, flavour),
        **({"tools": [_encode_tool(tool) for tool in request.tools]} if request.tools else {}),
        **_encode_output(request.output, flavour),
        **_encode_adapters(request),
        **_encode_logprobs(request, model, flavour),
    }


def encode_message(message: Message, flavour: ChatFlavour = LLAMA_SERVER) -> list[Json]:
    """Write one message; each tool result becomes a message of its own, before whatever else was said."""
    wires: list[Json] = [
        {"role": "tool", "tool_call_id": flavour.fit_call_id(part.call_id), "content": part.text}
        for part in message.parts
        if isinstance(part, ToolResult)
    ]
    content = _encode_content(message.parts)
    if message.role is Role.TOOL:
        return [*wires, {"role": "user", "content": content}] if content is not None else wires
    wire: Json = {"role": message.role.value, "content": content}
    if thinking := "".join(_replayed(message.parts, flavour)):
        wire["reasoning_content"] = thinking
    if calls := [_encode_call(part, flavour) for part in message.parts if isinstance(part, ToolCall)]:
        wire["tool_calls"] = calls
    # A turn of somebody else's thoughts alone says nothing, and a cloud refuses a message of nothing.
    is_silent = content is None and len(wire) == 2
    return wires if is_silent and (wires or not flavour.is_local) else [*wires, wire]


def _replayed(parts: Iterable[Part], flavour: ChatFlavour) -> Iterable[str]:
    return (part.text for part in parts if isinstance(part, Thinking) and part.dialect in flavour.replays)


def _encode_content(parts: Iterable[Part]) -> str | list[Json] | None:
    pieces = [piece for part in parts if (piece := _encode_piece(part)) is not None]
    if not pieces:
        return None
    if len(pieces) == 1 and pieces[0]["type"] == "text":
        return cast("str", pieces[0]["text"])
    return pieces


def _encode_piece(part: Part) -> Json | None:
    match part:
        case Text(text=text):
            return {"type": "text", "text": text}
        case File():
            return {"type": "text", "text": file_as_text(part)}
        case Image(media_type=media_type, encoded=encoded):
            url = f"data:{media_type};base64,{base64.b64encode(encoded).decode('ascii')}"
            return {"type": "image_url", "image_url": {"url": url}}
        case ToolCall() | ToolResult() | Thinking():
            return None
        case _:
            assert_never(part)


def _encode_call(call: ToolCall, flavour: ChatFlavour) -> Json:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": flavour.fit_call_id(call.call_id), "type": "function", "function": function}


def _encode_tool(tool: Tool) -> Json:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _encode_output(output: Output, flavour: ChatFlavour) -> Json:
    match output:
        case JsonSchema(schema=schema):
            written = closed(schema, requires_all=True) if flavour.closes_schemas else dict(schema)
            wrapped = {"name": "answer", "strict": True, "schema": written}
            return {"response_format": {"type": "json_schema", "json_schema": wrapped}}
        case FreeText():
            return {}
        case _:
            assert_never(output)


def _encode_limits(request: Request, model: str, flavour: ChatFlavour) -> Json:
    wire = sampling_numbers(request, model, flavour.sampling, flavour.highest)
    if stops := stops_of(request, model, flavour.most_stops):
        wire["stop"] = stops
    if request.limits.answer_tokens is not None:
        wire[flavour.answer_tokens_field] = request.limits.answer_tokens
    return wire


def _encode_adapters(request: Request) -> Json:
    if not request.adapters:
        return {}
    return {"lora": [{"id": adapter.index, "scale": adapter.scale} for adapter in request.adapters]}


def _encode_logprobs(request: Request, model: str, flavour: ChatFlavour) -> Json:
    if not request.top_logprobs:
        return {}
    if request.top_logprobs > flavour.most_logprobs:
        raise cannot_say("top_logprobs", model, f"it tells at most {flavour.most_logprobs}")
    return {"logprobs": True, "top_logprobs": request.top_logprobs}
