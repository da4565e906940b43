"""Requests as Anthropic wants them where its rules are its own; ordinary ones are compared with the SDK's."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from aspen.core.errors import Misused, ModelCannot
from aspen.core.message import Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import AdapterScale, JsonSchema, Limits, Request, Sampling
from aspen.dialects.anthropic_flavours import ANTHROPIC, ANTHROPIC_SAMPLING
from aspen.dialects.anthropic_messages import DEFAULT_ANSWER_TOKENS, encode_request, encode_turns

CARD = ModelCard(
    name="claude",
    zone=Zone.CLOUD,
    dialect="anthropic_messages",
    context_tokens=200_000,
    skills=frozenset(),
    source="anthropic",
    answer_tokens=1000,
)
ASKED = Request(request_id="1", messages=(Message.of_text(Role.USER, "Hello"),))


def _said(role: Role, *parts: Part) -> Message:
    return Message(role=role, parts=parts)


def _blocks(*messages: Message) -> list[tuple[object, list[dict[str, object]]]]:
    return [
        (turn["role"], cast("list[dict[str, object]]", turn["content"])) for turn in encode_turns(messages, ANTHROPIC)
    ]


def test_the_length_of_an_answer_is_always_told() -> None:
    assert encode_request(ASKED, CARD, ANTHROPIC)["max_tokens"] == 1000
    assert encode_request(replace(ASKED, limits=Limits(answer_tokens=7)), CARD, ANTHROPIC)["max_tokens"] == 7
    unknown = replace(CARD, answer_tokens=None)
    assert encode_request(ASKED, unknown, ANTHROPIC)["max_tokens"] == DEFAULT_ANSWER_TOKENS


def test_thoughts_are_asked_for_where_the_model_has_any() -> None:
    thinker = replace(CARD, skills=frozenset({Skill.THINKING}))
    assert encode_request(ASKED, thinker, ANTHROPIC)["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert "thinking" not in encode_request(ASKED, CARD, ANTHROPIC)
    assert "thinking" not in encode_request(ASKED, thinker, ANTHROPIC_SAMPLING)


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k", "min_p", "repeat_penalty", "repeat_last_n", "seed"])
def test_present_models_take_no_sampling_and_the_refusal_names_it(name: str) -> None:
    asked = replace(ASKED, limits=Limits(sampling=replace(Sampling(), **{name: 1})))
    with pytest.raises(ModelCannot) as caught:
        encode_request(asked, CARD, ANTHROPIC)
    assert caught.value.facts["parameter"] == name


def test_older_models_take_three_kinds_of_sampling_within_their_bounds() -> None:
    sampling = Sampling(temperature=1.0, top_p=0.5, top_k=3)
    body = encode_request(replace(ASKED, limits=Limits(sampling=sampling)), CARD, ANTHROPIC_SAMPLING)
    assert (body["temperature"], body["top_p"], body["top_k"]) == (1.0, 0.5, 3)
    with pytest.raises(ModelCannot, match="temperature"):
        hot = Limits(sampling=Sampling(temperature=1.1))
        encode_request(replace(ASKED, limits=hot), CARD, ANTHROPIC_SAMPLING)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        (replace(ASKED, top_logprobs=1), "top_logprobs"),
        (replace(ASKED, adapters=(AdapterScale(index=0, scale=1.0),)), "adapters"),
        (replace(ASKED, limits=Limits(answer_tokens=1001)), "answer_tokens"),
        (replace(ASKED, limits=Limits(sampling=Sampling(stop=("\n",)))), "stop"),
        (replace(ASKED, messages=(_said(Role.USER, Image(media_type="image/bmp", encoded=b"x")),)), "picture"),
        (replace(ASKED, messages=(_said(Role.ASSISTANT, Image(media_type="image/png", encoded=b"x")),)), "picture"),
    ],
)
def test_what_the_dialect_cannot_say_is_refused_by_name(asked: Request, parameter: str) -> None:
    with pytest.raises(ModelCannot) as caught:
        encode_request(asked, CARD, ANTHROPIC)
    assert caught.value.facts["parameter"] == parameter


@pytest.mark.parametrize("messages", [(), (Message.of_text(Role.SYSTEM, "Be brief."),), (_said(Role.USER),)])
def test_a_request_that_asks_nothing_is_refused(messages: tuple[Message, ...]) -> None:
    with pytest.raises(Misused, match="nothing to ask"):
        encode_request(replace(ASKED, messages=messages), CARD, ANTHROPIC)


def test_what_the_system_says_stands_in_front_wherever_it_was_said() -> None:
    late = (*ASKED.messages, Message.of_text(Role.SYSTEM, "Now in rhyme."))
    body = encode_request(replace(ASKED, messages=(Message.of_text(Role.SYSTEM, "Be brief."), *late)), CARD, ANTHROPIC)
    system = cast("list[dict[str, object]]", body["system"])
    assert [block["text"] for block in system] == ["Be brief.", "Now in rhyme."]
    assert len(cast("list[object]", body["messages"])) == 1


def test_turns_of_one_role_are_one_turn() -> None:
    told = _blocks(*(Message.of_text(Role.USER, text) for text in ("One", "Two")))
    assert told == [("user", [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}])]


def test_results_stand_first_in_the_turn_after_the_calls() -> None:
    call = ToolCall(call_id="c", name="look", arguments="{}")
    ((_, _), (_, blocks)) = _blocks(
        _said(Role.ASSISTANT, call),
        Message.of_text(Role.USER, "Well?"),
        _said(Role.TOOL, ToolResult(call_id="c", text="sunny")),
    )
    assert [block["type"] for block in blocks] == ["tool_result", "text"]


def test_blanks_alone_are_left_out_and_a_turn_of_them_too() -> None:
    told = _blocks(
        _said(Role.USER, Text(text=" \n"), Text(text="One")),
        _said(Role.ASSISTANT, Text(text="")),
        Message.of_text(Role.USER, "Two"),
    )
    assert told == [("user", [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}])]


def test_a_last_turn_of_the_assistants_does_not_end_in_blanks() -> None:
    told = _blocks(Message.of_text(Role.USER, "One "), Message.of_text(Role.ASSISTANT, "Two \n"))
    assert [blocks[-1]["text"] for _, blocks in told] == ["One ", "Two"]


def test_an_empty_result_has_no_content() -> None:
    ((_, (block,)),) = _blocks(_said(Role.TOOL, ToolResult(call_id="c", text="")))
    assert block == {"type": "tool_result", "tool_use_id": "c"}


def test_a_thought_that_was_cut_off_before_its_signature_stays_out() -> None:
    cut = Thinking(text="Hm", dialect="anthropic_messages")
    assert _blocks(_said(Role.ASSISTANT, cut, Text(text="So."))) == [("assistant", [{"type": "text", "text": "So."}])]


def test_an_id_of_another_provider_is_made_to_fit_in_call_and_result() -> None:
    (_, (call,)), (_, (result,)) = _blocks(
        _said(Role.ASSISTANT, ToolCall(call_id="call/1:x", name="look", arguments="{}")),
        _said(Role.TOOL, ToolResult(call_id="call/1:x", text="sunny")),
    )
    assert call["id"] == result["tool_use_id"]
    assert str(call["id"]).isalnum()


def test_arguments_that_are_no_json_object_are_wrapped_in_one() -> None:
    ((_, (block,)),) = _blocks(_said(Role.ASSISTANT, ToolCall(call_id="c", name="look", arguments='{"a": ')))
    assert block["input"] == {"INVALID_JSON": '{"a": '}


def test_there_are_four_breakpoints_at_most() -> None:
    turns = tuple(Message.of_text(role, "x") for _ in range(5) for role in (Role.USER, Role.ASSISTANT))
    body = encode_request(replace(ASKED, messages=(Message.of_text(Role.SYSTEM, "s"), *turns)), CARD, ANTHROPIC)
    assert str(body).count("ephemeral") == 3


def test_a_schema_is_closed_but_requires_no_more_than_it_did() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    body = encode_request(replace(ASKED, output=JsonSchema(schema=schema)), CARD, ANTHROPIC)
    written = {**schema, "additionalProperties": False}
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": written}}
