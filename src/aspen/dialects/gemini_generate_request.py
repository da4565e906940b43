"""The Gemini dialect: requests in, for a server of ours that speaks it.

Strict: a field that would change the answer and cannot be honoured is refused by its name. Hints to the provider's own
machinery (thinking, safety settings, labels, service tier) are read over. Fields may be spelled in either way that
protobuf's JSON mapping allows: maxOutputTokens or max_output_tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import cast

from aspen.core.message import Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import FreeText, JsonSchema, Limits, Output, Request, Sampling, Tool
from aspen.dialects.call_arguments import arguments_as_text
from aspen.dialects.fields import (
    NO_PARAMETERS,
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
from aspen.dialects.gemini_generate import UNSIGNED_CALL
from aspen.dialects.gemini_generate_stream import GEMINI_GENERATE

Json = Mapping[str, object]

_HINTS = {"labels", "model", "safetySettings", "serviceTier", "store"}
_KNOWN = _HINTS | {"contents", "generationConfig", "systemInstruction", "toolConfig", "tools"}
_CONFIG_HINTS = {"enableEnhancedCivicAnswers", "mediaResolution", "thinkingConfig"}
_CONFIG = _CONFIG_HINTS | {
    *("candidateCount", "maxOutputTokens", "responseJsonSchema", "responseMimeType", "responseModalities"),
    *("responseSchema", "seed", "stopSequences", "temperature", "topK", "topP"),
}
_PART = {"functionCall", "functionResponse", "inlineData", "text", "thought", "thoughtSignature"}
_DECLARATION = {"description", "name", "parameters", "parametersJsonSchema", "response", "responseJsonSchema"}
_ROLES = {"user": Role.USER, "function": Role.USER, "model": Role.ASSISTANT}
_SNAKE = re.compile(r"_([a-z])")


def decode_request(body: Json, model: str, request_id: str) -> Request:
    """Read a request body, without a label; the model comes from the path.

    Raises Misused naming the field that cannot be used.
    """
    fields = _spelled(body)
    refuse_unknown(fields, _KNOWN)
    calls = _Calls()
    wires = objects_at(fields, "contents")
    told = [message for index, wire in enumerate(wires) for message in _messages(wire, f"contents[{index}].", calls)]
    if not told:
        raise misused("contents", "must hold at least one turn")
    config = _spelled(object_at(fields, "generationConfig")) if "generationConfig" in fields else {}
    refuse_unknown(config, _CONFIG, "generationConfig.")
    return Request(
        request_id=request_id,
        messages=(*_system(fields), *told),
        tools=_tools(fields),
        output=_output(config),
        limits=_limits(config),
        wanted_model=model,
    )


class _Calls:
    """Calls that wait for their results: a result without an id answers the oldest call of its function."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str]] = []
        self._count = 0

    def made(self, name: str, call_id: str) -> str:
        call_id = call_id or f"call_{self._count}"
        self._count += 1
        self._waiting.append((name, call_id))
        return call_id

    def answered(self, name: str, call_id: str, place: str) -> str:
        for index, (waiting_name, waiting_id) in enumerate(self._waiting):
            if waiting_id == call_id if call_id else waiting_name == name:
                del self._waiting[index]
                return waiting_id
        if call_id:
            return call_id
        raise misused(f"{place}name", "must name a function that was called before")


def _spelled(fields: Json) -> dict[str, object]:
    return {_SNAKE.sub(lambda found: found[1].upper(), name): value for name, value in fields.items()}


def _system(fields: Json) -> tuple[Message, ...]:
    if fields.get("systemInstruction") is None:
        return ()
    wires = objects_at(object_at(fields, "systemInstruction"), "parts", "systemInstruction.")
    texts = (text_at(wire, "text", f"systemInstruction.parts[{index}].") for index, wire in enumerate(wires))
    return (Message(role=Role.SYSTEM, parts=tuple(Text(text=text) for text in texts)),)


def _messages(wire: Json, place: str, calls: _Calls) -> list[Message]:
    """Read one turn; the results in it are a message of their own, as ours are."""
    role = _ROLES.get(text_at(wire, "role", place, "user"))
    if role is None:
        raise misused(f"{place}role", "must be user or model")
    parts: list[Part] = []
    for number, told in enumerate(objects_at(wire, "parts", place)):
        parts += _parts(_spelled(told), role, f"{place}parts[{number}].", calls)
    results = tuple(part for part in parts if isinstance(part, ToolResult))
    spoken = tuple(part for part in parts if not isinstance(part, ToolResult))
    messages = [Message(role=Role.TOOL, parts=results)] if results else []
    return [*messages, Message(role=role, parts=spoken)] if spoken or not results else messages


def _parts(told: Json, role: Role, place: str, calls: _Calls) -> list[Part]:
    refuse_unknown(told, _PART, place)
    speaks = role is Role.ASSISTANT
    signature = text_at(told, "thoughtSignature", place, "")
    if "functionCall" in told and speaks:
        return [_call(object_at(told, "functionCall", place), signature, f"{place}functionCall.", calls)]
    if "functionResponse" in told and not speaks:
        return [_result(object_at(told, "functionResponse", place), f"{place}functionResponse.", calls)]
    if "inlineData" in told and not speaks:
        data, inner = _spelled(object_at(told, "inlineData", place)), f"{place}inlineData."
        return [picture(text_at(data, "mimeType", inner), text_at(data, "data", inner), f"{inner}data")]
    text = text_at(told, "text", place)
    if speaks and told.get("thought") is True:
        return [Thinking(text=text, signature=signature, dialect=GEMINI_GENERATE)]
    signed = [Thinking(text="", signature=signature, dialect=GEMINI_GENERATE)] if speaks and signature else []
    return [*([Text(text=text)] if text or not signed else []), *signed]


def _call(call: Json, signature: str, place: str, calls: _Calls) -> ToolCall:
    refuse_unknown(call, {"args", "id", "name"}, place)
    name = text_at(call, "name", place)
    arguments = object_at({"args": {}, **call}, "args", place)
    return ToolCall(
        call_id=calls.made(name, text_at(call, "id", place, "")),
        name=name,
        arguments=arguments_as_text(arguments),
        signature="" if signature == UNSIGNED_CALL else signature,
    )


def _result(told: Json, place: str, calls: _Calls) -> ToolResult:
    refuse_unknown(told, {"id", "name", "response"}, place)
    name, response = text_at(told, "name", place), object_at(told, "response", place)
    output = response.get("output")
    is_text = isinstance(output, str) and len(response) == 1
    return ToolResult(
        call_id=calls.answered(name, text_at(told, "id", place, ""), place),
        text=cast("str", output) if is_text else json.dumps(response, ensure_ascii=False),
    )


def _tools(fields: Json) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for index, wire in enumerate(objects_at(fields, "tools")):
        place = f"tools[{index}]."
        told = _spelled(wire)
        refuse_unknown(told, {"functionDeclarations"}, place)
        declared = objects_at(told, "functionDeclarations", place)
        tools += [_tool(_spelled(each), f"{place}functionDeclarations[{at}].") for at, each in enumerate(declared)]
    return tuple(tools) if _may_call(fields) else ()


def _may_call(fields: Json) -> bool:
    if fields.get("toolConfig") is None:
        return True
    config = _spelled(object_at(fields, "toolConfig"))
    refuse_unknown(config, {"functionCallingConfig"}, "toolConfig.")
    calling = _spelled(object_at(config, "functionCallingConfig", "toolConfig."))
    mode = text_at(calling, "mode", "toolConfig.functionCallingConfig.", "AUTO").upper()
    if mode not in {"AUTO", "NONE"}:
        raise misused("toolConfig.functionCallingConfig.mode", "must be AUTO or NONE")
    return mode == "AUTO"


def _tool(told: Json, place: str) -> Tool:
    refuse_unknown(told, _DECLARATION, place)
    if told.get("parametersJsonSchema") is not None:
        parameters = object_at(told, "parametersJsonSchema", place)
    elif told.get("parameters") is not None:
        parameters = _json_schema(object_at(told, "parameters", place))
    else:
        parameters = NO_PARAMETERS
    return Tool(
        name=text_at(told, "name", place), description=text_at(told, "description", place, ""), parameters=parameters
    )


def _json_schema(told: Json) -> dict[str, object]:
    """Read Gemini's own schema, which is OpenAPI's with types in capitals, as JSON schema."""
    written: dict[str, object] = {}
    for name, value in told.items():
        match name, value:
            case "type", str():
                written[name] = value.lower()
            case (("properties" | "defs" | "$defs"), dict()):
                inner = cast("Mapping[str, object]", value)
                written[name] = {key: _within(each) for key, each in inner.items()}
            case (("items" | "additionalProperties"), dict()):
                written[name] = _within(cast("object", value))
            case (("anyOf" | "any_of" | "prefixItems" | "prefix_items"), list()):
                written[_SNAKE.sub(lambda found: found[1].upper(), name)] = [
                    _within(each) for each in cast("list[object]", value)
                ]
            case (("nullable" | "propertyOrdering" | "property_ordering"), _):
                pass
            case _:
                written[name] = value
    return {"anyOf": [written, {"type": "null"}]} if told.get("nullable") is True else written


def _within(told: object) -> object:
    return _json_schema(cast("Json", told)) if isinstance(told, dict) else told


def _output(config: Json) -> Output:
    media_type = text_at(config, "responseMimeType", "generationConfig.", "text/plain")
    if media_type not in {"text/plain", "application/json"}:
        raise misused("generationConfig.responseMimeType", "must be text/plain or application/json")
    if media_type == "text/plain":
        return FreeText()
    if config.get("responseJsonSchema") is not None:
        return JsonSchema(schema=object_at(config, "responseJsonSchema", "generationConfig."))
    if config.get("responseSchema") is not None:
        return JsonSchema(schema=_json_schema(object_at(config, "responseSchema", "generationConfig.")))
    return JsonSchema(schema={})


def _limits(config: Json) -> Limits:
    if whole_at(config, "candidateCount", 1, 1) is None and "candidateCount" in config:
        raise misused("candidateCount", "must be 1")
    if any(modality.upper() != "TEXT" for modality in texts_at(config, "responseModalities")):
        raise misused("responseModalities", "must be TEXT alone")
    return Limits(
        answer_tokens=whole_at(config, "maxOutputTokens", 1),
        sampling=Sampling(
            temperature=number_at(config, "temperature", 0, 2),
            top_p=number_at(config, "topP", 0, 1),
            top_k=whole_at(config, "topK", 0),
            seed=whole_at(config, "seed", -(2**31)),
            stop=texts_at(config, "stopSequences"),
        ),
    )
