"""The Responses dialect: what is encoded and decoded again is what it was, and what is said is heard.

Honest exclusions, since the dialect cannot say them: a label; a `File` (it becomes text); the border between two turns
of the assistant or of tools; empty text; a thought without a signature, of another dialect, or that nothing follows;
adapters and sampling beside two fields; `context_tokens`; whether a completed answer ended for its calls.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from dialect_strategies import (
    calls,
    closed_schemas,
    few,
    garbage,
    message,
    pictures,
    results,
    spoken_texts,
    tools,
    unsigned_answers,
)
from heard import Heard, assert_read_or_refused, heard, read
from hypothesis import given
from hypothesis import strategies as st

from aspen.core.answer import Event, FinishReason, ThinkingDelta
from aspen.core.errors import Misused
from aspen.core.message import Message, Part, Role, Thinking
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import Limits, Request, Sampling
from aspen.dialects.openai_responses_reply import ResponsesReply, encode_answer
from aspen.dialects.openai_responses_request import decode_request
from aspen.dialects.sse import encode_event
from aspen.dialects.table import DIALECTS

_DIALECT = DIALECTS["openai_responses"]
_CARD = ModelCard(
    name="model-1",
    zone=Zone.CLOUD,
    dialect=_DIALECT.name,
    context_tokens=200_000,
    skills=frozenset({Skill.THINKING}),
    source="openai",
)
_thoughts = st.builds(
    Thinking, text=st.text(max_size=10), signature=st.text(min_size=1, max_size=10), dialect=st.just(_DIALECT.name)
)
_system_words: st.SearchStrategy[Part] = spoken_texts
_asked: st.SearchStrategy[Part] = spoken_texts | pictures
_said: st.SearchStrategy[Part] = spoken_texts | calls
_thought_or_said: st.SearchStrategy[Part] = _said | _thoughts
_result: st.SearchStrategy[Part] = results


@st.composite
def _turns(draw: st.DrawFn) -> tuple[Message, ...]:
    """Draw system messages anywhere, questions in a row, and between them answers with the results of their calls."""
    told: list[Message] = []
    for _ in range(draw(st.integers(1, 3))):
        told += draw(st.lists(message(Role.SYSTEM, _system_words), max_size=1))
        told += draw(st.lists(message(Role.USER, _asked), min_size=1, max_size=2))
        if draw(st.booleans()):
            told.append(draw(_answers()))
        if draw(st.booleans()):
            told.append(draw(message(Role.TOOL, _result)))
    return tuple(told)


@st.composite
def _answers(draw: st.DrawFn) -> Message:
    said = (*draw(st.lists(_thought_or_said, max_size=3)), draw(_said))
    return Message(role=Role.ASSISTANT, parts=said)


_requests = st.builds(
    Request,
    request_id=st.just("1"),
    messages=_turns(),
    tools=st.lists(tools, max_size=2).map(tuple),
    output=closed_schemas,
    limits=st.builds(
        Limits,
        answer_tokens=st.none() | st.integers(16, 1000),
        sampling=st.builds(Sampling, temperature=st.none() | st.floats(0, 2), top_p=st.none() | st.floats(0, 1)),
    ),
    wanted_model=st.just("model-1"),
    top_logprobs=st.integers(0, 20),
)


@few
@given(request=_requests)
def test_requests_to_responses_come_back(request: Request) -> None:
    body = json.loads(json.dumps(_DIALECT.encode(request, _CARD)))
    assert decode_request(body, "1") == request


def _told_of(events: Iterable[Event]) -> Heard:
    """Return what an answer comes to here, where a completed one ends as its calls say."""
    told = heard(events)
    if told.reason in (FinishReason.STOP, FinishReason.TOOL_CALLS):
        told.reason = FinishReason.TOOL_CALLS if told.calls else FinishReason.STOP
    return told


_signed = st.builds(ThinkingDelta, text=st.text(max_size=10), signature=st.text(min_size=1, max_size=10))
_signed_answers = st.tuples(st.lists(_signed, max_size=2), unsigned_answers).map(lambda both: [*both[0], *both[1]])


@few
@given(told=_signed_answers, cuts=st.lists(st.integers(0, 5000), max_size=10))
def test_an_answer_in_the_responses_dialect_is_heard_as_it_was_said(told: list[Event], cuts: list[int]) -> None:
    reply = ResponsesReply("resp_1", "m", 1)
    wire = reply.begin() + b"".join(reply.write(event) for event in told)
    assert read(_DIALECT.stream(), wire, cuts) == _told_of(told)


@few
@given(told=_signed_answers)
def test_a_whole_response_says_what_the_stream_says(told: list[Event]) -> None:
    whole = encode_answer(told, "resp_1", "m", 1)
    wire = encode_event(json.dumps({"type": f"response.{whole['status']}", "response": whole}).encode())
    assert read(_DIALECT.stream(), wire, []) == _told_of(told)


_bodies = garbage("model", "input", "instructions", "tools", "tool_choice", "text", "include", "top_p", "top_logprobs")
_item_fields = garbage(
    "type", "role", "content", "text", "summary", "call_id", "name", "arguments", "output", "image_url"
)
_ITEMS = ("message", "reasoning", "function_call", "function_call_output", "item_reference")


@few
@given(body=_bodies)
def test_a_body_of_garbage_to_responses_is_read_or_refused_as_misuse(body: dict[str, object]) -> None:
    try:
        request = decode_request(body, "1")
    except Misused as refusal:
        assert refusal.facts["field"]
        return
    assert request.wanted_model == body["model"]


@few
@given(item=_item_fields, kind=st.sampled_from(_ITEMS))
def test_an_item_of_garbage_is_read_or_refused_as_misuse(item: dict[str, object], kind: str) -> None:
    try:
        request = decode_request({"model": "m", "input": [{**item, "type": kind}]}, "1")
    except Misused as refusal:
        assert str(refusal.facts["field"]).startswith("input[0].")
        return
    assert len(request.messages) == 1


_payloads = garbage(
    "delta", "output_index", "item", "response", "output", "content", "summary", "text", "usage", "error"
)
_EVENTS = ("output_item.added", "output_item.done", "output_text.delta", "function_call_arguments.delta", "completed")


@few
@given(payloads=st.lists(_payloads, max_size=3), kind=st.sampled_from(_EVENTS), noise=st.binary(max_size=20))
def test_any_stream_of_responses_is_read_or_refused_as_one_of_our_errors(
    payloads: list[dict[str, object]], kind: str, noise: bytes
) -> None:
    assert_read_or_refused(_DIALECT.stream(), ({**each, "type": f"response.{kind}"} for each in payloads), noise)
