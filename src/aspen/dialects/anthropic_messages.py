"""Anthropic's messages dialect: requests out.

Source: https://platform.claude.com/docs/en/api/messages. Whatever a system message says stands in front of all turns,
since few models take one in between; turns of one role that follow each other are one, tool results first, as the
dialect wants them. A `File` is written as plain text. Text of blanks alone is left out, because it is refused.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import assert_never

from aspen.core.message import File, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Skill
from aspen.core.request import FreeText, JsonSchema, Output, Request, Tool
from aspen.dialects.anthropic_caching import mark_stable_prefix
from aspen.dialects.anthropic_flavours import MessagesFlavour
from aspen.dialects.call_arguments import arguments_as_object
from aspen.dialects.call_ids import fitting
from aspen.dialects.closed_schema import closed
from aspen.dialects.file_text import file_as_text
from aspen.dialects.unsayable import (
    cannot_say,
    nothing_to_ask,
    refuse_local_only,
    refuse_long_answer,
    refuse_pictures,
    sampling_numbers,
    stops_of,
)

Json = dict[str, object]

DEFAULT_ANSWER_TOKENS = 8192
"""The dialect demands a number; this one every Claude model since 3.5 can give."""

REDACTED = "redacted_thinking:"
"""Stands before the data of a thought that is hidden from us, so that it is told from a signature with no text."""

_PICTURES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
_fit_call_id = fitting("[A-Za-z0-9_-]{1,64}", 24)


def encode_request(request: Request, card: ModelCard, flavour: MessagesFlavour) -> Json:
    """Write a streaming request body, with cache breakpoints behind what stays the same from turn to turn.

    Raises ModelCannot, naming the parameter, for what the flavour has no way to say; Misused where nothing is asked.
    """
    _refuse_what_it_cannot(request, card)
    turns = encode_turns(request.messages, flavour)
    if not turns:
        raise nothing_to_ask()
    system = [_text(part.text) for part in _system_parts(request.messages) if part.text.strip()]
    tools = [_encode_tool(tool) for tool in request.tools]
    mark_stable_prefix(tools, system, turns)
    return {
        "model": card.name,
        "max_tokens": request.limits.answer_tokens or card.answer_tokens or DEFAULT_ANSWER_TOKENS,
        **({"tools": tools} if tools else {}),
        **({"system": system} if system else {}),
        "messages": turns,
        "stream": True,
        **_encode_thinking(card, flavour),
        **sampling_numbers(request, card.name, flavour.sampling, flavour.highest),
        **_encode_stops(request, card),
        **_encode_output(request.output),
    }


def encode_turns(messages: Iterable[Message], flavour: MessagesFlavour) -> list[Json]:
    """Write what user, assistant and tools said, as turns that alternate."""
    turns: list[tuple[str, list[Json]]] = []
    for message in messages:
        if message.role is Role.SYSTEM:
            continue
        role = "assistant" if message.role is Role.ASSISTANT else "user"
        blocks = list(_encode_parts(message, flavour))
        if turns and turns[-1][0] == role:
            turns[-1][1].extend(blocks)
        elif blocks:
            turns.append((role, blocks))
    if turns and turns[-1][0] == "assistant":
        _trim(turns[-1][1])
    return [{"role": role, "content": sorted(blocks, key=_results_first)} for role, blocks in turns]


def _results_first(block: Json) -> bool:
    return block["type"] != "tool_result"


def _trim(blocks: list[Json]) -> None:
    """Cut blanks off the end of a last assistant turn, which would be refused."""
    if blocks[-1]["type"] == "text":
        blocks[-1]["text"] = str(blocks[-1]["text"]).rstrip()


def _refuse_what_it_cannot(request: Request, card: ModelCard) -> None:
    refuse_local_only(request, card.name)
    refuse_long_answer(request, card)
    refuse_pictures(request.messages, card.name, _PICTURES)
    if request.top_logprobs:
        raise cannot_say("top_logprobs", card.name)


def _system_parts(messages: Iterable[Message]) -> Iterator[Text]:
    for message in messages:
        if message.role is Role.SYSTEM:
            for part in message.parts:
                match part:
                    case Text():
                        yield part
                    case File():
                        yield Text(text=file_as_text(part))
                    case _:
                        pass


def _encode_parts(message: Message, flavour: MessagesFlavour) -> Iterator[Json]:
    speaks = message.role is Role.ASSISTANT
    for part in message.parts:
        if isinstance(part, Thinking) and not (speaks and part.signature and part.dialect in flavour.replays):
            continue
        block = _encode_part(part)
        if block["type"] != "text" or str(block["text"]).strip():
            yield block


def _encode_part(part: Part) -> Json:
    match part:
        case Text(text=text):
            return _text(text)
        case File():
            return _text(file_as_text(part))
        case Image(media_type=media_type, encoded=encoded):
            shown = base64.b64encode(encoded).decode("ascii")
            return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": shown}}
        case ToolCall(call_id=call_id, name=name, arguments=arguments):
            return {
                "type": "tool_use",
                "id": _fit_call_id(call_id),
                "name": name,
                "input": arguments_as_object(arguments),
            }
        case ToolResult(call_id=call_id, text=text):
            block: Json = {"type": "tool_result", "tool_use_id": _fit_call_id(call_id)}
            return {**block, "content": text} if text else block
        case Thinking():
            return _thought(part)
        case _:
            assert_never(part)


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _thought(part: Thinking) -> Json:
    if part.signature.startswith(REDACTED):
        return {"type": "redacted_thinking", "data": part.signature.removeprefix(REDACTED)}
    return {"type": "thinking", "thinking": part.text, "signature": part.signature}


def _encode_tool(tool: Tool) -> Json:
    return {"name": tool.name, "description": tool.description, "input_schema": dict(tool.parameters)}


def _encode_thinking(card: ModelCard, flavour: MessagesFlavour) -> Json:
    return {"thinking": flavour.thinking} if flavour.thinking and Skill.THINKING in card.skills else {}


def _encode_stops(request: Request, card: ModelCard) -> Json:
    stops = stops_of(request, card.name)
    if any(not stop.strip() for stop in stops):
        raise cannot_say("stop", card.name, "blanks alone do not stop it")
    return {"stop_sequences": stops} if stops else {}


def _encode_output(output: Output) -> Json:
    match output:
        case JsonSchema(schema=schema):
            written = closed(schema, requires_all=False)
            return {"output_config": {"format": {"type": "json_schema", "schema": written}}}
        case FreeText():
            return {}
        case _:
            assert_never(output)
