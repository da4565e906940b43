"""Aspen beside Google's own SDK: the same request to the same recording server, the same stream read back."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import cast

import pytest
from google import genai
from google.genai import types
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aspen.core.answer import Event, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta
from aspen.core.message import File, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import JsonSchema, Limits, Request, Sampling, Tool
from aspen.dialects.gemini_generate import GeminiGenerate
from fakes.tls_provider import Received, Reply, TlsProvider

MODEL = "gemini-3.8-flash"
CARD = ModelCard(
    name=MODEL,
    zone=Zone.CLOUD,
    dialect="gemini_generate",
    context_tokens=1_048_576,
    skills=frozenset({Skill.CHAT, Skill.THINKING}),
    source="google",
)
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER = Tool(name="weather", description="Tells the weather.", parameters=SCHEMA)
SIGNATURE = b"\x01opaque\xff"
SIGNED = base64.b64encode(SIGNATURE).decode()
SPELLINGS = {
    "include_thoughts": "includeThoughts",
    "mime_type": "mimeType",
    "parameters_json_schema": "parametersJsonSchema",
}
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Scripted:
    """A server that answers every request with the pieces it was given last."""

    server: TlsProvider
    pieces: list[bytes] = field(default_factory=list[bytes])

    def answer(self, _: Received) -> Reply:
        return Reply(headers=(("content-type", "text/event-stream"),), pieces=tuple(self.pieces))


@pytest.fixture(scope="module")
def google() -> Iterator[Scripted]:
    scripted = Scripted(TlsProvider(authority=None))
    scripted.server.answer = scripted.answer
    with scripted.server.in_thread():
        yield scripted


def _sdk_answers(
    google: Scripted, contents: list[types.Content], config: types.GenerateContentConfig
) -> list[types.GenerateContentResponse]:
    with genai.Client(api_key="key", http_options=types.HttpOptions(base_url=google.server.origin)) as client:
        # The SDK's own types are not whole: a strict checker cannot see through this method.
        ask: Callable[..., Iterator[types.GenerateContentResponse]] = attrgetter("generate_content_stream")(
            client.models
        )
        return list(ask(model=MODEL, contents=contents, config=config))


def _wire(*responses: dict[str, object]) -> bytes:
    return b"".join(b"data: " + json.dumps(response).encode() + b"\r\n\r\n" for response in responses)


def _said(*parts: dict[str, object], **more: object) -> dict[str, object]:
    return {"candidates": [{"content": {"parts": list(parts), "role": "model"}, "index": 0, **more}]}


GOODBYE = _wire(_said({"text": "ok"}, finishReason="STOP"))


def _thinking(**more: object) -> types.GenerateContentConfig:
    thinking = types.ThinkingConfig(include_thoughts=True)
    return types.GenerateContentConfig.model_validate({"thinking_config": thinking, **more})


def _message(role: Role, *parts: Part) -> Message:
    return Message(role=role, parts=parts)


def _content(role: str, *parts: types.Part) -> types.Content:
    return types.Content(role=role, parts=list(parts))


CASES: dict[str, tuple[Request, list[types.Content], types.GenerateContentConfig]] = {
    "a conversation with an instruction": (
        Request(
            request_id="1",
            messages=(
                Message.of_text(Role.SYSTEM, "Be brief."),
                Message.of_text(Role.USER, "Hello"),
                Message.of_text(Role.ASSISTANT, "Good day."),
                Message.of_text(Role.USER, "Zürich, 2 × 3 €?"),
            ),
        ),
        [
            _content("user", types.Part(text="Hello")),
            _content("model", types.Part(text="Good day.")),
            _content("user", types.Part(text="Zürich, 2 × 3 €?")),
        ],
        _thinking(system_instruction="Be brief."),
    ),
    "limits": (
        Request(
            request_id="1",
            messages=(Message.of_text(Role.USER, "Hello"),),
            limits=Limits(
                answer_tokens=500, sampling=Sampling(temperature=0.2, top_p=0.9, top_k=30, seed=5, stop=("END", "STOP"))
            ),
        ),
        [_content("user", types.Part(text="Hello"))],
        _thinking(max_output_tokens=500, temperature=0.2, top_p=0.9, top_k=30, seed=5, stop_sequences=["END", "STOP"]),
    ),
    "a picture and a file": (
        Request(
            request_id="1",
            messages=(
                _message(
                    Role.USER,
                    Text(text="What is this?"),
                    Image(media_type="image/png", encoded=PNG),
                    File(name="a.txt", text="words"),
                ),
            ),
        ),
        [
            _content(
                "user",
                types.Part(text="What is this?"),
                types.Part.from_bytes(data=PNG, mime_type="image/png"),
                types.Part(text="File a.txt:\nwords\n"),
            )
        ],
        _thinking(),
    ),
    "a schema": (
        Request(request_id="1", messages=(Message.of_text(Role.USER, "Plan"),), output=JsonSchema(schema=SCHEMA)),
        [_content("user", types.Part(text="Plan"))],
        _thinking(response_mime_type="application/json", response_json_schema=SCHEMA),
    ),
    "tools, parallel calls, results and signatures": (
        Request(
            request_id="1",
            tools=(WEATHER,),
            messages=(
                Message.of_text(Role.USER, "Rome and Oslo?"),
                _message(
                    Role.ASSISTANT,
                    Thinking(text="Two calls.", dialect="gemini_generate"),
                    ToolCall(call_id="a", name="weather", arguments='{"city": "Rome"}', signature=SIGNED),
                    ToolCall(call_id="b", name="weather", arguments='{"city": "Oslo", "days": 2}'),
                ),
                _message(Role.TOOL, ToolResult(call_id="a", text="mild")),
                _message(Role.TOOL, ToolResult(call_id="b", text="snow")),
                _message(
                    Role.ASSISTANT,
                    Text(text="Mild; snow."),
                    Thinking(text="", signature=SIGNED, dialect="gemini_generate"),
                ),
                Message.of_text(Role.USER, "Thanks"),
            ),
        ),
        [
            _content("user", types.Part(text="Rome and Oslo?")),
            _content(
                "model",
                types.Part(text="Two calls.", thought=True),
                types.Part(
                    function_call=types.FunctionCall(id="a", name="weather", args={"city": "Rome"}),
                    thought_signature=SIGNATURE,
                ),
                types.Part(function_call=types.FunctionCall(id="b", name="weather", args={"city": "Oslo", "days": 2})),
            ),
            _content(
                "user",
                types.Part(
                    function_response=types.FunctionResponse(id="a", name="weather", response={"output": "mild"})
                ),
                types.Part(
                    function_response=types.FunctionResponse(id="b", name="weather", response={"output": "snow"})
                ),
            ),
            _content("model", types.Part(text="Mild; snow."), types.Part(text="", thought_signature=SIGNATURE)),
            _content("user", types.Part(text="Thanks")),
        ],
        _thinking(
            tools=[
                types.Tool(
                    function_declarations=[
                        types.FunctionDeclaration(
                            name="weather", description="Tells the weather.", parameters_json_schema=SCHEMA
                        )
                    ]
                )
            ],
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        ),
    ),
}


def _in_one_spelling(told: object) -> object:
    """The API reads both spellings of a field (protobuf's JSON mapping), and the SDK writes either."""
    match told:
        case dict():
            fields = cast("dict[str, object]", told)
            return {SPELLINGS.get(name, name): _in_one_spelling(value) for name, value in fields.items()}
        case list():
            return [_in_one_spelling(each) for each in cast("list[object]", told)]
        case _:
            return told


@pytest.mark.parametrize("case", CASES)
def test_aspen_asks_what_the_sdk_asks(google: Scripted, case: str) -> None:
    request, contents, config = CASES[case]
    google.pieces = [GOODBYE]
    google.server.received.clear()
    chunks = _sdk_answers(google, contents, config)
    (received,) = google.server.received
    dialect = GeminiGenerate()
    assert chunks[0].text == "ok"
    assert received.target == dialect.path(MODEL)
    assert received.header("x-goog-api-key") == "key"
    assert _in_one_spelling(json.loads(received.body)) == json.loads(json.dumps(dialect.encode(request, CARD)))


_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_signatures = st.binary(min_size=1, max_size=9).map(lambda opaque: base64.b64encode(opaque).decode())
_signed = st.fixed_dictionaries({}, optional={"thoughtSignature": _signatures})
_arguments = st.dictionaries(_texts, st.integers(-9, 9) | _texts | st.booleans(), max_size=3)
_parts = st.one_of(
    st.tuples(st.fixed_dictionaries({"text": _texts}), _signed),
    st.tuples(st.fixed_dictionaries({"text": _texts, "thought": st.just(True)}), _signed),
    st.tuples(
        st.fixed_dictionaries(
            {"functionCall": st.fixed_dictionaries({"name": _texts, "args": _arguments, "id": _texts})}
        ),
        _signed,
    ),
).map(lambda pair: {**pair[0], **pair[1]})
_ends = st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY", "RECITATION"])
_counts = st.fixed_dictionaries(
    {"promptTokenCount": st.integers(1, 9)},
    optional={
        name: st.integers(1, 9) for name in ("candidatesTokenCount", "thoughtsTokenCount", "cachedContentTokenCount")
    },
)
_replies = st.tuples(st.lists(st.lists(_parts, max_size=3), max_size=4), _ends, _counts)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reply=_replies, cuts=st.lists(st.integers(1, 2000), max_size=12))
def test_aspen_reads_what_the_sdk_reads_however_it_is_cut(
    google: Scripted, reply: tuple[list[list[dict[str, object]]], str, dict[str, int]], cuts: list[int]
) -> None:
    turns, end, counts = reply
    wire = _wire(*(_said(*parts) for parts in turns), {**_said(finishReason=end), "usageMetadata": counts})
    places = [0, *sorted({cut for cut in cuts if cut < len(wire)}), len(wire)]
    google.pieces = [wire[begin:end_] for begin, end_ in pairwise(places)]
    chunks = _sdk_answers(google, [_content("user", types.Part(text="Hello"))], _thinking())

    stream = GeminiGenerate().stream()
    events = [event for piece in google.pieces for event in stream.feed(piece)]
    stream.finish()

    read = [part for chunk in chunks for candidate in chunk.candidates or [] for part in _parts_of(candidate)]
    assert [_shown(event) for event in events] == [shown for part in read for shown in _sdk_shown(part)]
    last = chunks[-1]
    assert last.usage_metadata is not None
    assert last.candidates is not None
    assert stream.usage.prompt_tokens == last.usage_metadata.prompt_token_count
    thoughts, words = last.usage_metadata.thoughts_token_count, last.usage_metadata.candidates_token_count
    assert stream.usage.completion_tokens == (thoughts or 0) + (words or 0)
    assert stream.usage.cached_tokens == (last.usage_metadata.cached_content_token_count or 0)
    has_calls = any(isinstance(event, ToolCallDelta) for event in events)
    assert stream.finish_reason is _reason(last.candidates[0].finish_reason, has_calls=has_calls)


def _parts_of(candidate: types.Candidate) -> list[types.Part]:
    return (candidate.content.parts or []) if candidate.content else []


def _reason(told: types.FinishReason | None, *, has_calls: bool) -> FinishReason:
    match told:
        case types.FinishReason.STOP:
            return FinishReason.TOOL_CALLS if has_calls else FinishReason.STOP
        case types.FinishReason.MAX_TOKENS:
            return FinishReason.LENGTH
        case _:
            return FinishReason.REFUSED


def _shown(event: Event) -> tuple[object, ...]:
    match event:
        case TextDelta(text=text):
            return ("text", text)
        case ThinkingDelta(text=text, signature=signature):
            return ("thought", text, signature)
        case ToolCallDelta(arguments=arguments, call_id=call_id, name=name, signature=signature):
            return ("call", call_id, name, json.loads(arguments), signature)
        case _:
            raise AssertionError(event)


def _sdk_shown(part: types.Part) -> Iterator[tuple[object, ...]]:
    signature = base64.b64encode(part.thought_signature).decode() if part.thought_signature else ""
    if part.function_call is not None:
        call = part.function_call
        yield ("call", call.id, call.name, call.args, signature)
    elif part.thought:
        yield ("thought", part.text, signature)
    else:
        yield ("text", part.text)
        if signature:
            yield ("thought", "", signature)
