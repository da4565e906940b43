"""What a request asks of a model: how much room, and which skills. An estimate; the engine and the provider count."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import ceil
from typing import assert_never

from aspen.core.message import File, Image, Part, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import JsonSchema, Purpose, Request

BYTES_PER_TOKEN = 3.0
"""Bytes of UTF-8 for one token, on the careful side.

Measured with the tokenizer of SmolLM2 (49,152 words): English prose 3.8, Python 3.6, Markdown 3.2, French 3.2, German
2.8, Russian 2.5, Chinese 1.7, dense JSON 1.7. Vocabularies of 100,000 words and more need fewer tokens.
"""

IMAGE_TOKENS = 1600
"""The most that one picture takes at Anthropic: (width × height) / 750 after it was shrunk to fit 1,568 pixels
(https://docs.anthropic.com/en/docs/build-with-claude/vision)."""

MESSAGE_TOKENS = 8
"""What a chat template puts around one message."""

ANSWER_RESERVE_TOKENS = 1024
"""Room that is kept for an answer whose length nobody has bounded, but never more than a quarter of the context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """`answer_tokens` is the bound that the request itself puts on its answer, if any."""

    prompt_tokens: int
    answer_tokens: int | None
    skills: frozenset[Skill]

    def total_tokens(self, card: ModelCard) -> int:
        """Prompt and the room kept for an answer of this model."""
        reserve = self.answer_tokens or min(ANSWER_RESERVE_TOKENS, card.context_tokens // 4)
        return self.prompt_tokens + min(reserve, card.answer_tokens or reserve)

    def excess_tokens(self, card: ModelCard) -> int:
        """How many tokens the context of this model is too small by; 0 or less where it has room."""
        return self.total_tokens(card) - card.context_tokens

    def missing_skills(self, card: ModelCard) -> list[Skill]:
        """The skills that this model lacks. The local engine holds every model to a schema by a grammar."""
        has = card.skills | {Skill.SCHEMA} if card.zone is Zone.MACHINE else card.skills
        return sorted(self.skills - has)


def needs_of(request: Request) -> Needs:
    """Read off what the request needs. Cost: one look at the length of each part."""
    parts = [part for message in request.messages for part in message.parts]
    tools = [(tool.name, tool.description, tool.parameters) for tool in request.tools]
    tokens = sum(map(_tokens, parts)) + MESSAGE_TOKENS * len(request.messages)
    if tools:
        tokens += text_tokens(json.dumps(tools, default=str))
    skills = {
        Skill.EMBED if request.purpose is Purpose.EMBED else Skill.CHAT: True,
        Skill.TOOLS: bool(tools),
        Skill.SCHEMA: isinstance(request.output, JsonSchema),
        Skill.VISION: any(isinstance(part, Image) for part in parts),
    }
    return Needs(
        prompt_tokens=tokens,
        answer_tokens=request.limits.answer_tokens,
        skills=frozenset(skill for skill, is_needed in skills.items() if is_needed),
    )


def text_tokens(text: str) -> int:
    """Estimate the tokens of a text from its length."""
    size_bytes = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return ceil(size_bytes / BYTES_PER_TOKEN)


def _tokens(part: Part) -> int:
    match part:
        case Text(text=text) | ToolResult(text=text) | Thinking(text=text):
            return text_tokens(text)
        case File(name=name, text=text) | ToolCall(name=name, arguments=text):
            return text_tokens(name) + text_tokens(text)
        case Image():
            return IMAGE_TOKENS
        case _:
            assert_never(part)
