"""How the laws of the dialects draw what a cloud can be told."""

from __future__ import annotations

import json

from hypothesis import settings
from hypothesis import strategies as st
from strategies import finite_json_objects, words

from aspen.core.answer import Event, Finished, FinishReason, TextDelta, ThinkingDelta, Timings, ToolCallDelta, Usage
from aspen.core.message import Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import FreeText, JsonSchema, Limits, Request, Sampling, Tool

few = settings(max_examples=max(1, settings().max_examples // 5))
"""A fifth of the profile's cases: a whole conversation takes ten milliseconds to draw."""

# The dialects refuse text of blanks alone, and blanks at the end of a last word of the assistant's.
spoken = st.text(min_size=1, max_size=20).map(lambda text: f"{text}.")
call_ids = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
spoken_texts = st.builds(Text, text=spoken)
pictures = st.builds(
    Image, media_type=st.sampled_from(["image/png", "image/webp"]), encoded=st.binary(min_size=1, max_size=20)
)
arguments_texts = finite_json_objects.map(lambda told: json.dumps(told, ensure_ascii=False))
calls = st.builds(ToolCall, call_id=call_ids, name=words, arguments=arguments_texts)
signatures = st.from_regex(r"[A-Za-z0-9+/]{1,12}=?", fullmatch=True)
_signed = st.builds(Thinking, text=st.text(max_size=10), signature=signatures, dialect=st.just("anthropic_messages"))
_hidden = signatures.map(
    lambda data: Thinking(text="", signature=f"redacted_thinking:{data}", dialect="anthropic_messages")
)

_said_by_assistant: st.SearchStrategy[Part] = spoken_texts | calls | _signed | _hidden
_said_by_user: st.SearchStrategy[Part] = spoken_texts | pictures
results = st.builds(ToolResult, call_id=call_ids, text=st.text(max_size=10))


def message(role: Role, parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Message]:
    """Draw a message of one to three such parts."""
    return st.builds(Message, role=st.just(role), parts=st.lists(parts, min_size=1, max_size=3).map(tuple))


_system_texts: st.SearchStrategy[Part] = st.builds(Text, text=spoken)
_tool_results: st.SearchStrategy[Part] = results


@st.composite
def alternating(draw: st.DrawFn) -> tuple[Message, ...]:
    """Draw a system message or none, then turns as Anthropic wants them: user or tools, assistant, and so on."""
    told = draw(st.lists(message(Role.SYSTEM, _system_texts), max_size=1))
    told.append(draw(message(Role.USER, _said_by_user)))
    for _ in range(draw(st.integers(0, 2))):
        told.append(draw(message(Role.ASSISTANT, _said_by_assistant)))
        if draw(st.booleans()):
            told.append(draw(message(Role.TOOL, _tool_results)))
        if told[-1].role is Role.ASSISTANT or draw(st.booleans()):
            told.append(draw(message(Role.USER, _said_by_user)))
    return tuple(told)


closed_schemas = st.just(FreeText()) | st.builds(
    JsonSchema, schema=finite_json_objects.map(lambda drawn: {"type": "string", "default": drawn})
)
tools = st.builds(Tool, name=words, description=st.text(max_size=10), parameters=finite_json_objects)
_unit = st.none() | st.floats(0, 1)
samplings = st.builds(
    Sampling,
    temperature=_unit,
    top_p=_unit,
    top_k=st.none() | st.integers(0, 100),
    stop=st.lists(spoken, max_size=3).map(tuple),
)
anthropic_requests = st.builds(
    Request,
    request_id=st.just("1"),
    messages=alternating(),
    tools=st.lists(tools, max_size=2).map(tuple),
    output=closed_schemas,
    limits=st.builds(Limits, answer_tokens=st.integers(1, 1000), sampling=samplings),
    wanted_model=st.just("model-1"),
)


def _usage(fresh: int, answered: int, cached: int, written: int) -> Usage:
    return Usage(
        prompt_tokens=fresh + cached + written,
        completion_tokens=answered,
        cached_tokens=cached,
        cache_written_tokens=written,
    )


def _call_deltas(index: int, call: ToolCall) -> list[Event]:
    head, tail = call.arguments[:3], call.arguments[3:]
    return [
        ToolCallDelta(index=index, arguments=head, call_id=call.call_id, name=call.name),
        ToolCallDelta(index=index, arguments=tail),
    ]


def _answer(said: list[Event], told: list[ToolCall], end: Finished) -> list[Event]:
    called = [delta for index, call in enumerate(told) for delta in _call_deltas(index, call)]
    return [*said, *called, end]


_counts = st.integers(0, 1000)
_finished = st.builds(
    Finished,
    reason=st.sampled_from(FinishReason),
    usage=st.builds(_usage, _counts, _counts, _counts, _counts),
    timings=st.just(Timings(first_token_ms=0.0, tokens_per_second=0.0)),
)
_text_deltas = st.builds(TextDelta, text=st.text(min_size=1, max_size=10))
_thinking_deltas = st.builds(ThinkingDelta, text=st.text(min_size=1, max_size=10))
_signed_deltas = st.builds(ThinkingDelta, text=st.text(max_size=10), signature=signatures)
_hidden_deltas = signatures.map(lambda hidden: ThinkingDelta(text="", signature=f"redacted_thinking:{hidden}"))
unsigned_answers = st.builds(
    _answer, st.lists(_text_deltas | _thinking_deltas, max_size=5), st.lists(calls, max_size=3), _finished
)
signed_answers = st.builds(
    _answer,
    st.lists(_text_deltas | _signed_deltas | _hidden_deltas, max_size=5),
    st.lists(calls, max_size=3),
    _finished,
)

_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "text", "user", "auto", "image"])
)


def garbage(*fields: str) -> st.SearchStrategy[dict[str, object]]:
    """Draw objects that have the right fields, of any kind and nested anyhow."""
    named = st.sampled_from(fields)
    inner = st.recursive(
        _scalars, lambda drawn: st.lists(drawn, max_size=2) | st.dictionaries(named, drawn, max_size=3), max_leaves=4
    )
    return st.dictionaries(named, inner, max_size=5)
