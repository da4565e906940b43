"""What an answer costs and what it could cost at most, in millionths of a US dollar. Pure.

A price of so many dollars per million tokens is as many millionths of a dollar per token. Where a price has steps, the
step that the whole prompt reaches holds for all tokens, as the providers bill it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass

from aspen.core.answer import Usage
from aspen.core.message import File, Image, Message, Part, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Prices, Zone
from aspen.core.request import JsonSchema, Request

PICTURE_TOKENS = 16_384
"""More than any of the providers charges for one picture at its finest, as far as their pages say (2026)."""

FRAMING_TOKENS = 64
"""For each message, part and tool: roles, separators and names that the provider's own template adds."""

HIDDEN_TOKENS = 2_048
"""What a provider puts in front by itself, for example how to call tools."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`steps` are pairs in rising order: above so many prompt tokens, so many dollars per million tokens."""

    steps: tuple[tuple[int, float], ...]

    def at(self, prompt_tokens: int) -> float:
        """Return the price that holds for a prompt of this length."""
        return next((price for start, price in reversed(self.steps) if prompt_tokens > start), self.steps[0][1])

    @property
    def dearest(self) -> float:
        return max(price for _, price in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrices:
    """What one model costs on one day (ISO date). A rate that is not known is that of the prompt.

    `batch` is what it costs in the provider's batch interface, answered within a day; None where that is not cheaper.
    """

    prompt: Rate
    completion: Rate
    listed_on: str
    cached: Rate | None = None
    cache_written: Rate | None = None
    batch: ModelPrices | None = None

    def for_card(self) -> Prices:
        """Return the prices of a short prompt, for people to see."""
        return Prices(
            prompt_per_million=self.prompt.at(0),
            completion_per_million=self.completion.at(0),
            cached_prompt_per_million=None if self.cached is None else self.cached.at(0),
            listed_on=self.listed_on,
        )


def cost_microdollars(usage: Usage, prices: ModelPrices) -> int:
    """Return what an answer has cost, rounded up."""
    length = usage.prompt_tokens
    plain_tokens = max(0, length - usage.cached_tokens - usage.cache_written_tokens)
    cost = (
        plain_tokens * prices.prompt.at(length)
        + usage.cached_tokens * (prices.cached or prices.prompt).at(length)
        + usage.cache_written_tokens * (prices.cache_written or prices.prompt).at(length)
        + usage.completion_tokens * prices.completion.at(length)
    )
    return _rounded_up(cost)


def worst_cost_microdollars(
    request: Request, card: ModelCard, prices: ModelPrices | None, *, longest_prompt_tokens: int | None = None
) -> int | None:
    """Return the most that a request could cost: the longest prompt at the dearest rate, and the longest answer.

    0 on a server of one's own; None where no price is known. `longest_prompt_tokens` is that of `most_prompt_tokens`,
    for whoever asks for many models: counting reads all words.
    """
    if card.zone is not Zone.CLOUD:
        return 0
    if prices is None:
        return None
    longest = most_prompt_tokens(request) if longest_prompt_tokens is None else longest_prompt_tokens
    prompt_tokens = min(longest, card.context_tokens)
    written = prices.cache_written or prices.prompt
    dearest = max(prices.prompt.dearest, written.dearest)
    return _rounded_up(prompt_tokens * dearest + most_answer_tokens(request, card) * prices.completion.dearest)


def most_answer_tokens(request: Request, card: ModelCard) -> int:
    """Return the longest answer, thoughts included: what was asked for, else what the model gives."""
    return request.limits.answer_tokens or card.answer_tokens or card.context_tokens


def most_prompt_tokens(request: Request) -> int:
    """Return a bound that no tokeniser exceeds for text: each token covers at least one byte of UTF-8.

    English has about four bytes to a token, so for plain text this is about four times too high. Pictures and what a
    provider adds are bounded by constants of this module.
    """
    schema = _json_bytes(request.output.schema) if isinstance(request.output, JsonSchema) else 0
    tools = sum(
        FRAMING_TOKENS + _bytes(tool.name) + _bytes(tool.description) + _json_bytes(tool.parameters)
        for tool in request.tools
    )
    return HIDDEN_TOKENS + schema + tools + _message_tokens(request.messages)


def _message_tokens(messages: Iterable[Message]) -> int:
    return sum(
        FRAMING_TOKENS + sum(FRAMING_TOKENS + _part_tokens(part) for part in message.parts) for message in messages
    )


def _part_tokens(part: Part) -> int:
    match part:
        case Text(text=text):
            return _bytes(text)
        case File(name=name, text=text):
            return _bytes(name) + _bytes(text)
        case Image():
            return PICTURE_TOKENS
        case Thinking(text=text, signature=signature):
            return _bytes(text) + _bytes(signature)
        case ToolCall(call_id=call_id, name=name, arguments=arguments, signature=signature):
            return _bytes(call_id) + _bytes(name) + _bytes(arguments) + _bytes(signature)
        case ToolResult(call_id=call_id, text=text):
            return _bytes(call_id) + _bytes(text)


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _json_bytes(value: object) -> int:
    return _bytes(json.dumps(value, ensure_ascii=False, default=str))


def _rounded_up(cost: float) -> int:
    # Sums of floats carry dust behind the sixth digit: it must not become another millionth.
    return math.ceil(round(cost, 6))
