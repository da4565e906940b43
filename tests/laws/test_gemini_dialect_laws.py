"""The Gemini dialect: what is encoded and decoded again is what it was, and what its writer says its reader hears.

Honest exclusions, since the dialect cannot say them: a label; a `File` (it becomes text); where a system message stood,
and that there were several; the border between two messages of results; empty text; a thought of another dialect;
arguments written otherwise than JSON is written here; results without a call; adapters, logprobs and sampling beside
its own fields; tokens written to a cache; that an answer with calls ended by itself; `context_tokens`.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from dialect_strategies import arguments_texts, pictures, signatures, signed_answers, tools
from heard import as_json, assert_read_or_refused, heard, read
from hypothesis import given
from hypothesis import strategies as st
from strategies import finite_json_objects, json_values, words

from aspen.core.answer import Event, FinishReason
from aspen.core.errors import Misused
from aspen.core.message import Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Zone
from aspen.core.request import FreeText, JsonSchema, Limits, Request, Sampling
from aspen.dialects.gemini_generate import GeminiGenerate
from aspen.dialects.gemini_generate_reply import GeminiReply, encode_answer
from aspen.dialects.gemini_generate_request import decode_request
from aspen.dialects.sse import encode_event

_DIALECT = GeminiGenerate()
_CARD = ModelCard(
    name="model-1",
    zone=Zone.CLOUD,
    dialect="gemini_generate",
    context_tokens=1_000_000,
    skills=frozenset(),
    source="google",
)

_thoughts = st.builds(
    Thinking, text=words, signature=st.just("") | signatures, dialect=st.just("gemini_generate")
) | st.builds(Thinking, text=st.just(""), signature=signatures, dialect=st.just("gemini_generate"))
_texts = st.builds(Text, text=words)
_user_parts: st.SearchStrategy[Part] = _texts | pictures
_spoken_parts: st.SearchStrategy[Part] = _texts | _thoughts


@st.composite
def _turns(draw: st.DrawFn) -> tuple[Message, ...]:
    """Draw a system message or none, then turns; each call has its result, in one message."""
    system = st.lists(_texts, min_size=1, max_size=2).map(tuple)
    told = [Message(role=Role.SYSTEM, parts=draw(system))] if draw(st.booleans()) else []
    told.append(Message(role=Role.USER, parts=tuple(draw(st.lists(_user_parts, min_size=1, max_size=3)))))
    for turn in range(draw(st.integers(0, 2))):
        names = draw(st.lists(words, max_size=2))
        calls = tuple(
            ToolCall(
                call_id=f"{turn}.{index}",
                name=name,
                arguments=draw(arguments_texts),
                signature=draw(st.just("") | signatures),
            )
            for index, name in enumerate(names)
        )
        said = tuple(draw(st.lists(_spoken_parts, min_size=0 if calls else 1, max_size=3)))
        told.append(Message(role=Role.ASSISTANT, parts=(*said, *calls)))
        if calls:
            results = tuple(ToolResult(call_id=call.call_id, text=draw(st.text(max_size=9))) for call in calls)
            told.append(Message(role=Role.TOOL, parts=results))
    return tuple(told)


_unit = st.none() | st.floats(0, 1)
_limits = st.builds(
    Limits,
    answer_tokens=st.none() | st.integers(1, 10_000),
    sampling=st.builds(
        Sampling,
        temperature=_unit,
        top_p=_unit,
        top_k=st.none() | st.integers(0, 100),
        seed=st.none() | st.integers(0, 2**31 - 1),
        stop=st.lists(words, max_size=5).map(tuple),
    ),
)
_requests = st.builds(
    Request,
    request_id=st.just("1"),
    messages=_turns(),
    tools=st.lists(tools, max_size=2).map(tuple),
    output=st.just(FreeText()) | st.builds(JsonSchema, schema=finite_json_objects),
    limits=_limits,
    wanted_model=st.just("model-1"),
)


@given(request=_requests)
def test_requests_come_back(request: Request) -> None:
    body = json.loads(json.dumps(_DIALECT.encode(request, _CARD)))
    assert decode_request(body, "model-1", "1") == request


@given(events=signed_answers, cuts=st.lists(st.integers(0, 3000), max_size=10))
def test_an_answer_is_heard_as_it_was_said(events: list[Event], cuts: list[int]) -> None:
    reply = GeminiReply("r-1", "model-1")
    wire = reply.begin() + b"".join(reply.write(event) for event in events)
    told, said = read(_DIALECT.stream(), wire, cuts, as_json), heard(events, as_json)
    assert said.usage is not None
    said.usage = replace(said.usage, cache_written_tokens=0)
    if said.reason in (FinishReason.STOP, FinishReason.TOOL_CALLS):
        said.reason = FinishReason.TOOL_CALLS if said.calls else FinishReason.STOP
    assert told == said


@given(events=signed_answers)
def test_a_whole_answer_says_what_the_stream_says(events: list[Event]) -> None:
    whole = encode_event(json.dumps(encode_answer(events, "r-1", "model-1")).encode())
    stream = _DIALECT.stream()
    assert heard(stream.feed(whole), as_json) == heard(events[:-1], as_json)


_FIELDS = st.sampled_from(
    [
        *("candidates", "content", "parts", "text", "thought", "functionCall", "args", "finishReason", "index"),
        *("usageMetadata", "promptFeedback", "blockReason", "error", "thoughtSignature", "role", "functionResponse"),
    ]
)
_nested = st.recursive(
    json_values | st.sampled_from(["STOP", "SAFETY", "MALFORMED_RESPONSE"]),
    lambda inner: st.dictionaries(_FIELDS, inner, max_size=4) | st.lists(inner, max_size=2),
    max_leaves=8,
)


@given(payloads=st.lists(st.dictionaries(_FIELDS, _nested, max_size=4), max_size=3), noise=st.binary(max_size=20))
def test_any_stream_at_all_is_read_or_refused_as_one_of_our_errors(
    payloads: list[dict[str, object]], noise: bytes
) -> None:
    assert_read_or_refused(_DIALECT.stream(), payloads, noise)


_garbage = st.dictionaries(_FIELDS, json_values, max_size=4)
_BODY_FIELDS = st.sampled_from(
    ["contents", "systemInstruction", "system_instruction", "tools", "toolConfig", "generationConfig", "labels"]
)


@given(body=st.dictionaries(_BODY_FIELDS, json_values | _garbage | st.lists(_garbage, max_size=2), max_size=4))
def test_a_body_of_garbage_is_read_or_refused_as_misuse(body: dict[str, object]) -> None:
    try:
        request = decode_request(body, "model-1", "1")
    except Misused as refusal:
        assert refusal.facts["field"]
        return
    assert request.messages


@given(parts=st.lists(_garbage, max_size=2), role=st.sampled_from(["user", "model", "function"]))
def test_a_turn_of_garbage_is_read_or_refused_as_misuse(parts: list[dict[str, object]], role: str) -> None:
    try:
        request = decode_request({"contents": [{"role": role, "parts": parts}]}, "model-1", "1")
    except Misused as refusal:
        assert str(refusal.facts["field"]).startswith("contents[0].")
        return
    assert request.messages


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cachedContent": "x"}, "cachedContent"),
        ({"tools": [{"googleSearch": {"a": 1}}]}, "tools[0].googleSearch"),
        ({"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}, "toolConfig.functionCallingConfig.mode"),
        ({"generationConfig": {"presencePenalty": 1}}, "generationConfig.presencePenalty"),
        ({"generationConfig": {"candidateCount": 2}}, "candidateCount"),
        ({"generationConfig": {"responseModalities": ["AUDIO"]}}, "responseModalities"),
        ({"generationConfig": {"responseMimeType": "text/x.enum"}}, "generationConfig.responseMimeType"),
        ({"contents": [{"role": "bot", "parts": [{"text": "Hi"}]}]}, "contents[0].role"),
        ({"contents": [{"parts": [{"fileData": {"a": 1}}]}]}, "contents[0].parts[0].fileData"),
        ({"contents": None}, "contents"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(change: dict[str, object], field: str) -> None:
    with pytest.raises(Misused) as caught:
        decode_request({"contents": [{"parts": [{"text": "Hi"}]}], **change}, "model-1", "1")
    assert caught.value.facts["field"] == field


def test_what_a_client_of_googles_may_write_is_understood() -> None:
    schema = {"type": "OBJECT", "properties": {"city": {"type": "STRING", "nullable": True}}, "required": ["city"]}
    body: dict[str, object] = {
        "system_instruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Rome?"}]},
            {"role": "model", "parts": [{"function_call": {"name": "weather", "args": {"city": "Rome"}}}]},
            {"role": "function", "parts": [{"functionResponse": {"name": "weather", "response": {"sky": "blue"}}}]},
        ],
        "tools": [{"function_declarations": [{"name": "weather", "parameters": schema}]}],
        "tool_config": {"function_calling_config": {"mode": "AUTO"}},
        "generation_config": {"max_output_tokens": 9, "thinking_config": {"include_thoughts": True}},
        "safety_settings": [],
    }
    request = decode_request(body, "model-1", "1")
    _, _, called, answered = request.messages
    assert called.parts == (ToolCall(call_id="call_0", name="weather", arguments='{"city": "Rome"}'),)
    assert answered == Message(role=Role.TOOL, parts=(ToolResult(call_id="call_0", text='{"sky": "blue"}'),))
    assert request.tools[0].parameters == {
        "type": "object",
        "properties": {"city": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        "required": ["city"],
    }
    assert request.limits.answer_tokens == 9
