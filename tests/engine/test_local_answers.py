"""Aspen over the real engine: questions in, events or honest errors out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from station import NARROW_TOKENS, SLOTS, Station, asked

from aspen.ask import ask
from aspen.core.answer import (
    Event,
    Finished,
    FinishReason,
    Progress,
    Stage,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
)
from aspen.core.decision import Decision, Route
from aspen.core.errors import BadSchema, ModelCannot, PromptTooLong
from aspen.core.message import Image, Message, Role, ToolCall
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import JsonSchema, Limits, Request, Sampling, Tool
from aspen.local.local_model import LocalModel
from aspen.routing.candidate import Candidate, Situation

pytestmark = pytest.mark.asyncio(loop_scope="session")

CARD = ModelCard(
    name="smol",
    zone=Zone.MACHINE,
    dialect="openai_chat",
    context_tokens=2048,
    skills=frozenset({Skill.CHAT}),
    source="starter",
)
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 8}, "age": {"type": "integer", "maximum": 99, "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class OneModel:
    """All that `ask` may choose from."""

    model: LocalModel

    def candidates(self, _request: Request) -> Sequence[Candidate]:
        return (Candidate(card=CARD),)

    def situation(self, _request: Request) -> Situation:
        return Situation()

    def open(self, name: str) -> LocalModel:
        assert name == "smol"
        return self.model


async def _answer(engine: Station, request: Request) -> list[Event]:
    return [event async for event in engine.model.answer(request)]


def _text(events: Sequence[object]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def _end(events: Sequence[object]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


async def test_a_question_becomes_a_decision_progress_words_and_an_end(engine: Station) -> None:
    decision, *events = [item async for item in ask(asked("Why is the sky blue?"), OneModel(engine.model))]
    assert isinstance(decision, Route)
    assert decision.model == "smol"
    progress = [event for event in events if isinstance(event, Progress)]
    assert {step.stage for step in progress} == {Stage.PROMPT}
    assert _text(events)
    end = _end(events)
    assert end.reason is FinishReason.LENGTH
    assert end.usage.completion_tokens == 8
    assert end.usage.prompt_tokens > 8
    assert end.timings.tokens_per_second > 0


@pytest.mark.parametrize(
    "schema",
    [
        PERSON,
        {"enum": ["red", "green"]},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 3},
        {"type": "string", "pattern": "^[a-z]{3}$"},
        {"oneOf": [{"type": "null"}, {"const": "x"}]},
        {
            "$defs": {"c": {"enum": [1, 2]}},
            "type": "object",
            "properties": {"c": {"$ref": "#/$defs/c"}},
            "required": ["c"],
        },
    ],
    ids=["object", "enum", "array", "pattern", "oneOf", "reference"],
)
async def test_an_answer_by_schema_is_json(engine: Station, schema: Mapping[str, Any]) -> None:
    request = asked("Invent something, as JSON in a code block.", answer_tokens=96, output=JsonSchema(schema=schema))
    events = await _answer(engine, request)
    assert _end(events).reason is FinishReason.STOP
    parsed: object = json.loads(_text(events))
    if schema is PERSON:
        assert isinstance(parsed, dict)
        assert set(cast("dict[str, object]", parsed)) == {"name", "age"}
    if "enum" in schema:
        assert parsed in schema["enum"]


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"$ref": "#/nowhere"}, {"minItems": 5, "maxItems": 2}])
async def test_a_schema_that_cannot_be_met_is_a_bad_schema(engine: Station, schema: Mapping[str, Any]) -> None:
    with pytest.raises(BadSchema):
        await _answer(engine, asked("Go.", output=JsonSchema(schema=schema)))


async def test_a_prompt_too_long_says_exactly_by_how_much(narrow_engine: Station) -> None:
    with pytest.raises(PromptTooLong) as caught:
        await _answer(narrow_engine, asked("word " * 1000))
    facts = cast("Mapping[str, int]", caught.value.facts)
    assert facts["context_tokens"] == NARROW_TOKENS
    events = await _answer(narrow_engine, asked("word " * (1000 - facts["tokens_over"]), answer_tokens=1))
    assert _end(events).usage.prompt_tokens == NARROW_TOKENS - 1


async def test_a_picture_is_refused_by_a_model_that_cannot_see(engine: Station) -> None:
    picture = Message(role=Role.USER, parts=(Image(media_type="image/png", encoded=b"\x89PNG"),))
    with pytest.raises(ModelCannot):
        await _answer(engine, replace(asked(""), messages=(picture,)))


async def test_tools_go_along_and_a_call_comes_back(tool_engine: Station) -> None:
    tool = Tool(
        name="get_weather",
        description="The weather of a city.",
        parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    )
    messages: list[Message] = []
    for city in ("Rome", "Oslo", "Berlin"):
        call = ToolCall(call_id="1", name="get_weather", arguments=json.dumps({"city": city}))
        messages += [
            Message.of_text(Role.USER, f"What is the weather in {city}?"),
            Message(role=Role.ASSISTANT, parts=(call,)),
        ]
    messages.append(Message.of_text(Role.USER, "What is the weather in Paris?"))
    request = replace(asked("", answer_tokens=48), messages=tuple(messages), tools=(tool,))
    events = await _answer(tool_engine, request)
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    assert calls[0].name == "get_weather"
    assert calls[0].call_id
    assert json.loads("".join(call.arguments for call in calls)) == {"city": "Paris"}
    assert _end(events).reason is FinishReason.TOOL_CALLS


async def test_a_thought_is_told_apart_from_the_answer(thinking_engine: Station) -> None:
    events = await _answer(thinking_engine, asked("Hello"))
    assert [event for event in events if isinstance(event, ThinkingDelta)]
    assert _text(events) == ""


async def test_logprobs_come_with_their_words(engine: Station) -> None:
    events = await _answer(engine, asked("Count.", answer_tokens=3, top_logprobs=2))
    told = [logprob for event in events if isinstance(event, TextDelta) for logprob in event.logprobs]
    assert "".join(logprob.token for logprob in told) == _text(events)
    assert {len(logprob.alternatives) for logprob in told} == {2}


async def test_a_prefix_is_reused_and_said_so(engine: Station) -> None:
    rules = Message.of_text(Role.SYSTEM, "Answer in one short word, always and only. " * 10)
    for question in ("A colour?", "A number?"):
        request = asked(question, answer_tokens=1)
        events = await _answer(engine, replace(request, messages=(rules, *request.messages)))
    assert _end(events).usage.cached_tokens > 80


async def test_more_people_than_slots_are_all_answered(engine: Station) -> None:
    answers = await asyncio.gather(*(_answer(engine, asked(f"Name {n} things.")) for n in range(SLOTS * 2)))
    assert all(_text(events) for events in answers)
    assert await engine.last_seen_working() is None


async def test_closing_the_answer_frees_the_slot_for_good(engine: Station) -> None:
    limits = Limits(answer_tokens=1900, sampling=Sampling(temperature=1.0, seed=1))
    request = replace(asked("Write a very long story about the sea."), limits=limits)
    items = cast("AsyncGenerator[Decision | Event]", ask(request, OneModel(engine.model)))
    async for item in items:
        if isinstance(item, TextDelta):
            break
    await items.aclose()
    last = await engine.last_seen_working()
    assert last is None or last["next_token"][0]["n_decoded"] < 1000
    assert engine.pool.loaded()[0].requests_in_flight == 0


async def test_vectors_of_like_texts_are_close(embedding_engine: Station) -> None:
    cat, kitten, tax = await embedding_engine.model.embed(
        ("a cat sleeps", "a kitten sleeps", "the tax law of 1954, section 61")
    )

    def likeness(one: tuple[float, ...], other: tuple[float, ...]) -> float:
        return sum(a * b for a, b in zip(one, other, strict=True))

    assert likeness(cat, kitten) > likeness(cat, tax)
