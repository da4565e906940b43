"""Requests to OpenAI's Responses: what they hold, what they never hold, and what is refused before anything leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from aspen.core.errors import Misused, ModelCannot
from aspen.core.message import Image, Message, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import AdapterScale, Limits, Request, Sampling, Tool
from aspen.dialects.openai_responses import encode_message, encode_request

CARD = ModelCard(
    name="gpt-6",
    zone=Zone.CLOUD,
    dialect="openai_responses",
    context_tokens=1_000_000,
    skills=frozenset({Skill.CHAT, Skill.THINKING}),
    source="openai",
    answer_tokens=128_000,
)
MINE = Thinking(text="Hm.", signature="gAAA", dialect="openai_responses")


def _asked(*messages: Message, **more: Any) -> Request:
    return Request(request_id="1", messages=messages or (Message.of_text(Role.USER, "Hi"),), **more)


def _said(*parts: Any) -> Message:
    return Message(role=Role.ASSISTANT, parts=parts)


def test_nothing_is_stored_or_referred_to() -> None:
    body = encode_request(_asked(), CARD)
    assert (body["store"], body["stream"], body["max_output_tokens"]) == (False, True, 128_000)
    assert not {"previous_response_id", "conversation", "metadata", "user", "prompt_cache_key"} & body.keys()


def test_only_a_model_that_thinks_is_asked_for_its_thoughts() -> None:
    assert encode_request(_asked(), CARD)["include"] == ["reasoning.encrypted_content"]
    assert "include" not in encode_request(_asked(), replace(CARD, skills=frozenset({Skill.CHAT})))


def test_thoughts_go_back_in_their_place_and_without_an_id() -> None:
    wires = encode_message(_said(MINE, Text(text="So."), MINE, ToolCall(call_id="a", name="look", arguments="{}")))
    assert [wire.get("type", "message") for wire in wires] == ["reasoning", "message", "reasoning", "function_call"]
    assert wires[0] == {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "Hm."}],
        "encrypted_content": "gAAA",
    }
    assert not any("id" in wire for wire in wires)


@pytest.mark.parametrize(
    "thought", [replace(MINE, signature=""), replace(MINE, dialect="anthropic_messages"), replace(MINE, dialect="")]
)
def test_a_thought_that_is_not_its_own_or_not_signed_is_left_out(thought: Thinking) -> None:
    assert encode_message(_said(thought, Text(text="So."))) == [{"role": "assistant", "content": "So."}]


def test_thoughts_that_nothing_follows_are_left_out() -> None:
    assert encode_message(_said(Text(text="So."), MINE, MINE)) == [{"role": "assistant", "content": "So."}]
    assert encode_message(_said(MINE)) == []


def test_ids_that_are_too_long_are_drawn_anew_alike_in_call_and_result() -> None:
    call_id = "x" * 65
    (call,) = encode_message(_said(ToolCall(call_id=call_id, name="look", arguments="{}")))
    results = Message(role=Role.TOOL, parts=(ToolResult(call_id=call_id, text="sky"), Text(text="And?")))
    output, words = encode_message(results)
    assert call["call_id"] == output["call_id"] != call_id
    assert words == {"role": "user", "content": [{"type": "input_text", "text": "And?"}]}


def test_a_tools_schema_is_not_made_strict() -> None:
    tool = Tool(name="look", description="Looks.", parameters={"type": "object"})
    (wire,) = cast("list[dict[str, object]]", encode_request(_asked(tools=(tool,)), CARD)["tools"])
    assert (wire["name"], wire["strict"], wire["parameters"]) == ("look", False, {"type": "object"})


@pytest.mark.parametrize(
    ("request_", "parameter"),
    [
        (_asked(limits=Limits(sampling=Sampling(stop=("END",)))), "stop"),
        (_asked(limits=Limits(sampling=Sampling(seed=1))), "seed"),
        (_asked(limits=Limits(sampling=Sampling(top_k=1))), "top_k"),
        (_asked(limits=Limits(sampling=Sampling(temperature=2.5))), "temperature"),
        (_asked(limits=Limits(answer_tokens=15)), "answer_tokens"),
        (_asked(limits=Limits(answer_tokens=128_001)), "answer_tokens"),
        (_asked(top_logprobs=21), "top_logprobs"),
        (_asked(adapters=(AdapterScale(index=0, scale=1.0),)), "adapters"),
        (_asked(Message(role=Role.USER, parts=(Image(media_type="image/tiff", encoded=b"II"),))), "picture"),
        (_asked(_said(Image(media_type="image/png", encoded=b"P"))), "picture"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_cannot_be_said_is_refused_by_its_name(request_: Request, parameter: str) -> None:
    with pytest.raises(ModelCannot) as caught:
        encode_request(request_, CARD)
    assert caught.value.facts["parameter"] == parameter


@pytest.mark.parametrize("message", [_said(MINE), Message.of_text(Role.USER, ""), Message(role=Role.USER, parts=())])
def test_a_request_of_nothing_is_refused(message: Message) -> None:
    with pytest.raises(Misused):
        encode_request(_asked(message), CARD)
