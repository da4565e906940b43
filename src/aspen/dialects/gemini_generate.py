"""The Gemini dialect, outward: requests to generateContent, and what its refusals mean.

Sources: https://ai.google.dev/api/generate-content, https://ai.google.dev/gemini-api/docs/function-calling,
…/thought-signatures, …/structured-output (all as of 2026). System messages become the one `systemInstruction`, whatever
their place. A function's result names its function, which is found by the id of the call before it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import assert_never, cast

from aspen.core.errors import AspenError, KeyRejected, NotFound
from aspen.core.message import File, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Skill
from aspen.core.request import FreeText, JsonSchema, Output, Request, Tool
from aspen.dialects.call_arguments import arguments_as_object
from aspen.dialects.file_text import file_as_text
from aspen.dialects.gemini_generate_stream import GEMINI_GENERATE, KINDS, GeminiStream
from aspen.dialects.refusals import error_object, read_refusal
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

UNSIGNED_CALL = "skip_thought_signature_validator"
"""Stands where a signature must, at a call that another model made (…/thought-signatures, "FAQ")."""

SAMPLING_NAMES = {"temperature": "temperature", "top_p": "topP", "top_k": "topK", "seed": "seed"}

_HIGHEST = {"temperature": 2.0, "top_p": 1.0}
_MOST_STOPS = 5
_PICTURE_TYPES = frozenset({"image/heic", "image/heif", "image/jpeg", "image/png", "image/webp"})
_MODEL_NAME = re.compile(r"(?:(?:models|tunedModels)/)?[A-Za-z0-9._-]+")

_KEY_REASONS = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED", "CREDENTIALS_MISSING"})
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)s")


class GeminiGenerate:
    """Implements `dialects.Dialect`."""

    name = GEMINI_GENERATE

    def path(self, model: str) -> str:
        """Return the path of a streamed answer. Raises NotFound for what cannot be a model's name."""
        if not _MODEL_NAME.fullmatch(model) or ".." in model:
            raise NotFound(f"{model!r} cannot be the name of a Gemini model.")
        resource = model if "/" in model else f"models/{model}"
        return f"/v1/{resource}:streamGenerateContent?alt=sse"

    def encode(self, request: Request, card: ModelCard) -> Json:
        """Write a request body; the model stands in the path and not here.

        Raises ModelCannot for what the dialect cannot say: sampling it does not know, pictures that the user did not
        show, a result without its call; Misused where nothing is asked.
        """
        _refuse(request, card)
        spoken = [message for message in request.messages if message.role is not Role.SYSTEM]
        contents = _contents(spoken, card.name)
        if not contents:
            raise nothing_to_ask()
        body: Json = {"contents": contents}
        if instructions := _instructions(request.messages):
            body["systemInstruction"] = {"role": "user", "parts": instructions}
        if request.tools:
            body["tools"] = [{"functionDeclarations": [_tool(tool) for tool in request.tools]}]
        if config := _generation_config(request, card):
            body["generationConfig"] = config
        return body

    def stream(self) -> GeminiStream:
        """Return a fresh reader of one answer."""
        return GeminiStream()

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, provider: str) -> AspenError:
        """Name an error response; google.rpc.ErrorInfo and RetryInfo say what the status leaves open.

        Source: https://google.aip.dev/193 and google/rpc/error_details.proto.
        """
        details = _error_details(body)
        kinds, told = dict(KINDS), dict(headers)
        if any(detail.get("reason") in _KEY_REASONS for detail in details):
            kinds["INVALID_ARGUMENT"] = KeyRejected
        for detail in details:
            if matched := _DURATION.fullmatch(str(detail.get("retryDelay"))):
                told["retry-after"] = matched[1]
        return read_refusal(status, told, body, provider=provider, kinds=kinds)


def _refuse(request: Request, card: ModelCard) -> None:
    refuse_local_only(request, card.name)
    refuse_long_answer(request, card)
    refuse_pictures(request.messages, card.name, _PICTURE_TYPES)
    if request.top_logprobs:
        raise cannot_say("top_logprobs", card.name)


def _instructions(messages: Iterable[Message]) -> list[Json]:
    parts = (part for message in messages if message.role is Role.SYSTEM for part in message.parts)
    return [{"text": text} for part in parts if (text := _words(part))]


def _words(part: Part) -> str:
    match part:
        case Text(text=text):
            return text
        case File():
            return file_as_text(part)
        case _:
            return ""


def _contents(messages: Iterable[Message], model: str) -> list[Json]:
    """Write the turns; results that follow one another are one turn, as many as the calls before them."""
    names: dict[str, str] = {}
    contents: list[Json] = []
    for role, group in groupby(messages, key=lambda message: message.role):
        for parts in _turns(role, list(group)):
            names |= {part.call_id: part.name for part in parts if isinstance(part, ToolCall)}
            if wires := _parts(parts, names, model):
                contents.append({"role": "model" if role is Role.ASSISTANT else "user", "parts": wires})
    return contents


def _turns(role: Role, messages: list[Message]) -> list[tuple[Part, ...]]:
    if role is Role.TOOL:
        return [tuple(part for message in messages for part in message.parts)]
    return [message.parts for message in messages]


def _parts(parts: Iterable[Part], names: Mapping[str, str], model: str) -> list[Json]:
    wires: list[Json] = []
    has_call = False
    for part in parts:
        wire = _part(part, names, model)
        if wire is None:
            continue
        if isinstance(part, ToolCall):
            if not has_call and "thoughtSignature" not in wire:
                wire["thoughtSignature"] = UNSIGNED_CALL
            has_call = True
        wires.append(wire)
    return wires


def _part(part: Part, names: Mapping[str, str], model: str) -> Json | None:
    match part:
        case Text() | File():
            return {"text": text} if (text := _words(part)) else None
        case Image(media_type=media_type, encoded=encoded):
            return {"inlineData": {"mimeType": media_type, "data": base64.b64encode(encoded).decode("ascii")}}
        case Thinking():
            return _thought(part)
        case ToolCall():
            return _call(part)
        case ToolResult(call_id=call_id, text=text):
            if call_id not in names:
                raise cannot_say("tool result", model, "the call that it answers is not in the conversation")
            response = {"output": text}
            return {"functionResponse": {"id": call_id, "name": names[call_id], "response": response}}
        case _:
            assert_never(part)


def _thought(thought: Thinking) -> Json | None:
    """A thought goes back to its own dialect alone; a signature without words belonged to an answer's text."""
    if thought.dialect != GEMINI_GENERATE or not (thought.text or thought.signature):
        return None
    wire: Json = {"text": thought.text}
    if thought.text:
        wire["thought"] = True
    if thought.signature:
        wire["thoughtSignature"] = thought.signature
    return wire


def _call(call: ToolCall) -> Json:
    function: Json = {"name": call.name, "args": arguments_as_object(call.arguments)}
    if call.call_id:
        function["id"] = call.call_id
    wire: Json = {"functionCall": function}
    if call.signature:
        wire["thoughtSignature"] = call.signature
    return wire


def _tool(tool: Tool) -> Json:
    wire: Json = {"name": tool.name, "parametersJsonSchema": dict(tool.parameters)}
    if tool.description:
        wire["description"] = tool.description
    return wire


def _generation_config(request: Request, card: ModelCard) -> Json:
    """Thoughts are asked for where the model has any; the answer is bounded by what its price was reckoned with."""
    config = sampling_numbers(request, card.name, SAMPLING_NAMES, _HIGHEST)
    if stops := stops_of(request, card.name, _MOST_STOPS):
        config["stopSequences"] = stops
    most_tokens = request.limits.answer_tokens or card.answer_tokens
    if most_tokens is not None:
        config["maxOutputTokens"] = most_tokens
    if Skill.THINKING in card.skills:
        config["thinkingConfig"] = {"includeThoughts": True}
    return config | _output(request.output)


def _output(output: Output) -> Json:
    match output:
        case JsonSchema(schema=schema):
            return {"responseMimeType": "application/json", "responseJsonSchema": dict(schema)}
        case FreeText():
            return {}
        case _:
            assert_never(output)


def _error_details(body: bytes) -> list[Mapping[str, object]]:
    details = error_object(body).get("details")
    listed = cast("list[object]", details) if isinstance(details, list) else []
    return [cast("Mapping[str, object]", detail) for detail in listed if isinstance(detail, dict)]
