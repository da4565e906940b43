"""OpenAI's Responses dialect: requests out, in the stateless use alone.

Nothing is kept by the provider (`store` is false) and nothing is referred to: every turn goes out whole, and items
carry no ids of the provider's, which without storage would be looked for and not found. What a model thought goes back
as the `encrypted_content` that it gave us, in its place before what it then said or called.
Sources: https://platform.openai.com/docs/api-reference/responses/create and
https://developers.openai.com/api/docs/guides/reasoning.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import assert_never

from aspen.core.message import File, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Skill
from aspen.core.request import FreeText, JsonSchema, Output, Request, Tool
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

OPENAI_RESPONSES = "openai_responses"
"""The dialect's name, and whose signature stands at the thoughts that it gave."""

WITH_LOGPROBS = "message.output_text.logprobs"
WITH_THOUGHTS = "reasoning.encrypted_content"

MOST_LOGPROBS = 20
LEAST_ANSWER_TOKENS = 16
"""Below it the API answers `integer_below_min_value`."""

SAMPLING_NAMES = {name: name for name in ("temperature", "top_p")}
_HIGHEST = {"temperature": 2.0, "top_p": 1.0}
_PICTURES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
_fit_call_id = fitting("[A-Za-z0-9_-]{1,64}", 24)


def encode_request(request: Request, card: ModelCard) -> Json:
    """Write a streaming request body.

    Raises ModelCannot, naming the parameter, for what the dialect has no way to say; Misused where nothing is asked.
    """
    _refuse_what_it_cannot(request, card)
    items = [item for message in request.messages for item in encode_message(message)]
    if not items:
        raise nothing_to_ask()
    return {
        "model": card.name,
        "input": items,
        "stream": True,
        "store": False,
        **_encode_tools(request.tools),
        **_encode_output(request.output),
        **_encode_answer_tokens(request, card),
        **sampling_numbers(request, card.name, SAMPLING_NAMES, _HIGHEST),
        **_encode_extras(request, card),
    }


def encode_message(message: Message) -> list[Json]:
    """Write one message as items: those of a model in their order, otherwise results, then words, then calls."""
    if message.role is Role.ASSISTANT:
        return _without_idle_thoughts(item for part in message.parts for item in _encode_said(part))
    parts = message.parts
    results = [_encode_result(part) for part in parts if isinstance(part, ToolResult)]
    content = [piece for part in parts for piece in _encode_piece(part)]
    calls = [_encode_call(part) for part in parts if isinstance(part, ToolCall)]
    role = Role.USER if message.role is Role.TOOL else message.role
    asked: list[Json] = [{"role": role.value, "content": content}] if content else []
    return [*results, *asked, *calls]


def _refuse_what_it_cannot(request: Request, card: ModelCard) -> None:
    refuse_local_only(request, card.name)
    refuse_long_answer(request, card)
    refuse_pictures(request.messages, card.name, _PICTURES)
    if stops_of(request, card.name):
        raise cannot_say("stop", card.name)
    if request.top_logprobs > MOST_LOGPROBS:
        raise cannot_say("top_logprobs", card.name, f"it tells at most {MOST_LOGPROBS}")
    wanted = request.limits.answer_tokens
    if wanted is not None and wanted < LEAST_ANSWER_TOKENS:
        raise cannot_say("answer_tokens", card.name, f"it takes {LEAST_ANSWER_TOKENS} at least, not {wanted}")


def _without_idle_thoughts(items: Iterable[Json]) -> list[Json]:
    """Leave out thoughts that nothing follows, as in an answer that was cut off: the API refuses them."""
    kept = list(items)
    while kept and kept[-1].get("type") == "reasoning":
        kept.pop()
    return kept


def _encode_said(part: Part) -> list[Json]:
    """Write what the model itself said; a text is a message of its own, so that thoughts and calls keep their place."""
    match part:
        case Text() | File():
            text = part.text if isinstance(part, Text) else file_as_text(part)
            return [{"role": "assistant", "content": text}] if text else []
        case ToolCall():
            return [_encode_call(part)]
        case ToolResult():
            return [_encode_result(part)]
        case Thinking(signature=signature, dialect=dialect):
            return [_encode_thought(part)] if signature and dialect == OPENAI_RESPONSES else []
        case Image():
            return []  # Refused before.
        case _:
            assert_never(part)


def _encode_piece(part: Part) -> list[Json]:
    match part:
        case Text(text=text):
            return [{"type": "input_text", "text": text}] if text else []
        case File():
            return [{"type": "input_text", "text": file_as_text(part)}]
        case Image(media_type=media_type, encoded=encoded):
            url = f"data:{media_type};base64,{base64.b64encode(encoded).decode('ascii')}"
            return [{"type": "input_image", "image_url": url, "detail": "auto"}]
        case ToolCall() | ToolResult() | Thinking():
            return []
        case _:
            assert_never(part)


def _encode_thought(part: Thinking) -> Json:
    summary = [{"type": "summary_text", "text": part.text}] if part.text else []
    return {"type": "reasoning", "summary": summary, "encrypted_content": part.signature}


def _encode_call(call: ToolCall) -> Json:
    return {
        "type": "function_call",
        "call_id": _fit_call_id(call.call_id),
        "name": call.name,
        "arguments": call.arguments,
    }


def _encode_result(result: ToolResult) -> Json:
    return {"type": "function_call_output", "call_id": _fit_call_id(result.call_id), "output": result.text}


def _encode_tools(tools: Iterable[Tool]) -> Json:
    """`strict` is said, since left out it is true here, and a tool's schema need not be a strict one."""
    written = [
        {
            "type": "function",
            "name": tool.name,
            "description": tool.description,
            "parameters": dict(tool.parameters),
            "strict": False,
        }
        for tool in tools
    ]
    return {"tools": written} if written else {}


def _encode_output(output: Output) -> Json:
    match output:
        case JsonSchema(schema=schema):
            written = closed(schema, requires_all=True)
            return {"text": {"format": {"type": "json_schema", "name": "answer", "strict": True, "schema": written}}}
        case FreeText():
            return {}
        case _:
            assert_never(output)


def _encode_answer_tokens(request: Request, card: ModelCard) -> Json:
    wanted = request.limits.answer_tokens or card.answer_tokens
    return {} if wanted is None else {"max_output_tokens": wanted}


def _encode_extras(request: Request, card: ModelCard) -> Json:
    """Say what is wanted beside the answer. Models that do not reason refuse to be asked for their thoughts."""
    include = [WITH_THOUGHTS] if Skill.THINKING in card.skills else []
    if not request.top_logprobs:
        return {"include": include} if include else {}
    return {"include": [*include, WITH_LOGPROBS], "top_logprobs": request.top_logprobs}
