"""Money: what an answer has cost to the millionth, and a worst case that no answer can pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspen.cloud.prices import (
    PICTURE_TOKENS,
    ModelPrices,
    Rate,
    cost_microdollars,
    most_prompt_tokens,
    worst_cost_microdollars,
)
from aspen.core.answer import Usage
from aspen.core.message import File, Image, Message, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Prices, Skill, Zone
from aspen.core.request import JsonSchema, Limits, Request, Tool

DAY = "2026-11-22"
FLAT = ModelPrices(
    prompt=Rate(steps=((0, 4.0),)),
    completion=Rate(steps=((0, 20.0),)),
    cached=Rate(steps=((0, 0.2),)),
    cache_written=Rate(steps=((0, 5.0),)),
    listed_on=DAY,
)
STEPPED = ModelPrices(
    prompt=Rate(steps=((0, 2.0), (272_000, 4.0))), completion=Rate(steps=((0, 10.0), (272_000, 15.0))), listed_on=DAY
)
CARD = ModelCard(
    name="m",
    zone=Zone.CLOUD,
    dialect="openai_chat",
    context_tokens=1_000_000,
    answer_tokens=1_000,
    skills=frozenset({Skill.CHAT}),
    source="acme",
)
ASKED = Request(request_id="1", messages=(Message.of_text(Role.USER, "Hello"),), limits=Limits(answer_tokens=100))


def test_each_kind_of_token_has_its_rate() -> None:
    usage = Usage(prompt_tokens=1_000, completion_tokens=100, cached_tokens=600, cache_written_tokens=300)
    assert cost_microdollars(usage, FLAT) == 100 * 4 + 600 * 0.2 + 300 * 5 + 100 * 20


def test_without_a_rate_of_their_own_cached_tokens_cost_what_others_do() -> None:
    usage = Usage(prompt_tokens=1_000, completion_tokens=0, cached_tokens=600, cache_written_tokens=300)
    assert cost_microdollars(usage, STEPPED) == 2_000


@pytest.mark.parametrize(
    ("prompt_tokens", "cost"),
    [(272_000, 272_000 * 2 + 10 * 10), (272_001, 272_001 * 4 + 10 * 15)],
)
def test_the_step_that_the_prompt_passes_holds_for_all_tokens(prompt_tokens: int, cost: int) -> None:
    assert cost_microdollars(Usage(prompt_tokens=prompt_tokens, completion_tokens=10), STEPPED) == cost


def test_a_cost_is_rounded_up_to_a_whole_millionth_and_no_further() -> None:
    cheap = replace(FLAT, prompt=Rate(steps=((0, 0.1),)))
    assert cost_microdollars(Usage(prompt_tokens=1, completion_tokens=0), cheap) == 1
    assert cost_microdollars(Usage(prompt_tokens=30, completion_tokens=0), cheap) == 3


def test_a_card_shows_the_price_of_a_short_prompt() -> None:
    assert STEPPED.for_card() == Prices(prompt_per_million=2.0, completion_per_million=10.0, listed_on=DAY)


def test_an_own_server_costs_nothing_and_an_unknown_price_is_not_guessed() -> None:
    assert worst_cost_microdollars(ASKED, replace(CARD, zone=Zone.OWN_SERVERS), None) == 0
    assert worst_cost_microdollars(ASKED, CARD, None) is None


def test_the_longest_answer_is_the_one_asked_for_else_the_models_else_the_context() -> None:
    free_prompt = replace(FLAT, prompt=Rate(steps=((0, 0.0),)), cache_written=None)
    open_ended = replace(ASKED, limits=Limits())
    assert worst_cost_microdollars(ASKED, CARD, free_prompt) == 100 * 20
    assert worst_cost_microdollars(open_ended, CARD, free_prompt) == 1_000 * 20
    assert worst_cost_microdollars(open_ended, replace(CARD, answer_tokens=None), free_prompt) == 1_000_000 * 20


def test_a_prompt_is_never_reckoned_longer_than_the_context() -> None:
    free_answer = replace(FLAT, completion=Rate(steps=((0, 0.0),)))
    long = replace(ASKED, messages=(Message.of_text(Role.USER, "x" * 50_000),))
    assert worst_cost_microdollars(long, replace(CARD, context_tokens=10_000), free_answer) == 10_000 * 5


def test_a_picture_counts_as_a_picture_and_not_as_its_bytes() -> None:
    shown = replace(
        ASKED, messages=(Message(role=Role.USER, parts=(Image(media_type="image/png", encoded=b"x" * 9_000_000),)),)
    )
    assert PICTURE_TOKENS < most_prompt_tokens(shown) < PICTURE_TOKENS + 4_096


def test_everything_that_goes_along_is_counted() -> None:
    words = "ä" * 1_000
    parts = (
        Text(text=words),
        File(name="a", text=words),
        Thinking(text=words, signature="s"),
        ToolCall(call_id="1", name="f", arguments=words),
        ToolResult(call_id="1", text=words),
    )
    request = replace(
        ASKED,
        messages=tuple(Message(role=Role.USER, parts=(part,)) for part in parts),
        tools=(Tool(name="f", description=words, parameters={"a": words}),),
        output=JsonSchema(schema={"a": words}),
    )
    assert most_prompt_tokens(request) > 8 * 2_000


def _usage(cached: int, written: int, plain: int, completion: int) -> Usage:
    return Usage(
        prompt_tokens=cached + written + plain,
        completion_tokens=completion,
        cached_tokens=cached,
        cache_written_tokens=written,
    )


_tokens = st.integers(0, 300_000)
_usages = st.builds(_usage, cached=_tokens, written=_tokens, plain=_tokens, completion=_tokens)
_prices = st.floats(0, 100, allow_nan=False)


@given(usage=_usages, base=_prices, step=_prices, answer=_prices)
def test_no_answer_within_the_bounds_costs_more_than_the_worst_case(
    usage: Usage, base: float, step: float, answer: float
) -> None:
    low, high = sorted((base, step))
    prices = ModelPrices(
        prompt=Rate(steps=((0, low), (200_000, high))),
        completion=Rate(steps=((0, answer),)),
        cached=Rate(steps=((0, low / 10),)),
        cache_written=Rate(steps=((0, low * 1.25), (200_000, high * 1.25))),
        listed_on=DAY,
    )
    words = "x" * usage.prompt_tokens
    request = replace(
        ASKED,
        messages=(Message.of_text(Role.USER, words),),
        limits=Limits(answer_tokens=max(1, usage.completion_tokens)),
    )
    worst = worst_cost_microdollars(request, CARD, prices)
    assert worst is not None
    assert cost_microdollars(usage, prices) <= worst
