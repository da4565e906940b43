"""The OpenAI chat-completions dialect, as llama-server speaks it: requests both ways, answers in.

Source: https://platform.openai.com/docs/api-reference/chat and llama.cpp `tools/server/README.md` (top_k, min_p,
repeat_penalty, lora, return_progress and timings are llama-server's own). A `File` part is written as plain text: the
dialect has no part for it that llama-server would read, so it does not come back as a File.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import assert_never, cast

from aspen.core.message import File, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import FreeText, JsonSchema, Limits, Request, Sampling, Tool

Json = dict[str, object]

_SAMPLING_FIELDS = ("temperature", "top_p", "top_k", "min_p", "repeat_penalty", "repeat_last_n", "seed")


def encode_request(request: Request, model: str) -> Json:
    """Write a streaming request body for llama-server."""
    body: Json = {
        "model": model,
        "messages": [wire for message in request.messages for wire in encode_message(message)],
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,
        "cache_prompt": True,
        **_encode_limits(request.limits),
    }
    if request.tools:
        body["tools"] = [_encode_tool(tool) for tool in request.tools]
    match request.output:
        case JsonSchema(schema=schema):
            wrapped = {"name": "answer", "strict": True, "schema": dict(schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": wrapped}
        case FreeText():
            pass
    if request.adapters:
        body["lora"] = [{"id": adapter.index, "scale": adapter.scale} for adapter in request.adapters]
    if request.top_logprobs:
        body |= {"logprobs": True, "top_logprobs": request.top_logprobs}
    return body


def encode_message(message: Message) -> list[Json]:
    """Write one message; each tool result becomes a message of its own, as the dialect wants it."""
    results = [part for part in message.parts if isinstance(part, ToolResult)]
    if results:
        return [{"role": "tool", "tool_call_id": part.call_id, "content": part.text} for part in results]
    wire: Json = {"role": message.role.value, "content": _encode_content(message.parts)}
    if thinking := "".join(part.text for part in message.parts if isinstance(part, Thinking)):
        wire["reasoning_content"] = thinking
    if calls := [_encode_call(part) for part in message.parts if isinstance(part, ToolCall)]:
        wire["tool_calls"] = calls
    return [wire]


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
        case File(name=name, text=text):
            return {"type": "text", "text": f"File {name}:\n{text}\n"}
        case Image(media_type=media_type, encoded=encoded):
            url = f"data:{media_type};base64,{base64.b64encode(encoded).decode('ascii')}"
            return {"type": "image_url", "image_url": {"url": url}}
        case ToolCall() | ToolResult() | Thinking():
            return None
        case _:
            assert_never(part)


def _encode_call(call: ToolCall) -> Json:
    return {"id": call.call_id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _encode_tool(tool: Tool) -> Json:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _encode_limits(limits: Limits) -> Json:
    drawn = {name: getattr(limits.sampling, name) for name in _SAMPLING_FIELDS}
    wire: Json = {name: value for name, value in drawn.items() if value is not None}
    # An empty text occurs everywhere: llama-server would stop at once.
    if stops := [stop for stop in limits.sampling.stop if stop]:
        wire["stop"] = stops
    if limits.answer_tokens is not None:
        wire["max_tokens"] = limits.answer_tokens
    return wire


def decode_messages(wires: Iterable[Mapping[str, object]]) -> tuple[Message, ...]:
    """Read messages in the dialect.

    Raises ValueError for a role or part that the dialect does not know, KeyError or TypeError for a tool call without
    its fields.
    """
    return tuple(_decode_message(wire) for wire in wires)


def decode_limits(body: Mapping[str, object]) -> Limits:
    """Read the sampling fields of a request body; absent ones stay None."""
    fields = {name: body.get(name) for name in _SAMPLING_FIELDS}
    stop: object = body.get("stop") or []
    stops = (stop,) if isinstance(stop, str) else tuple(str(each) for each in cast("list[object]", stop))
    answer_tokens = cast("int | None", body.get("max_tokens"))
    return Limits(answer_tokens=answer_tokens, sampling=Sampling(stop=stops, **cast("dict[str, int]", fields)))


def decode_tools(wires: Iterable[Mapping[str, object]]) -> tuple[Tool, ...]:
    """Read tool definitions; one without parameters takes none.

    Raises KeyError or TypeError for one without its function or name.
    """
    functions = [cast("Mapping[str, object]", wire["function"]) for wire in wires]
    return tuple(
        Tool(
            name=str(function["name"]),
            description=str(function.get("description") or ""),
            parameters=cast("Mapping[str, object]", function.get("parameters") or {"type": "object", "properties": {}}),
        )
        for function in functions
    )


def _decode_message(wire: Mapping[str, object]) -> Message:
    role = Role(str(wire.get("role")))
    content = _decode_content(wire.get("content"))
    if role is Role.TOOL:
        text = "".join(part.text for part in content if isinstance(part, Text))
        return Message(role=role, parts=(ToolResult(call_id=str(wire.get("tool_call_id") or ""), text=text),))
    parts: list[Part] = []
    if isinstance(thinking := wire.get("reasoning_content"), str):
        parts.append(Thinking(text=thinking))
    parts += content
    parts += [_decode_call(call) for call in cast("list[Mapping[str, object]]", wire.get("tool_calls") or [])]
    return Message(role=role, parts=tuple(parts))


def _decode_content(content: object) -> list[Part]:
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(text=content)]
    if isinstance(content, list):
        return [_decode_piece(piece) for piece in cast("list[object]", content)]
    raise ValueError("content must be text or a list of parts")


def _decode_piece(piece: object) -> Part:
    match piece:
        case {"type": "text", "text": str() as text}:
            return Text(text=text)
        case {"type": "image_url", "image_url": {"url": str() as url}} if url.startswith("data:"):
            media_type, _, encoded = url.removeprefix("data:").partition(";base64,")
            return Image(media_type=media_type, encoded=base64.b64decode(encoded, validate=True))
        case _:
            raise ValueError("a part is neither text nor a picture in a data: link")


def _decode_call(call: Mapping[str, object]) -> ToolCall:
    function = cast("Mapping[str, object]", call["function"])
    arguments = function.get("arguments")
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return ToolCall(call_id=str(call.get("id") or ""), name=str(function["name"]), arguments=written)
