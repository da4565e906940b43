"""Every dialect that the cloud part can speak, by the name that a model's card gives."""

from __future__ import annotations

from collections.abc import Mapping

from aspen.dialects.anthropic_dialect import MessagesDialect
from aspen.dialects.anthropic_flavours import ANTHROPIC, ANTHROPIC_SAMPLING
from aspen.dialects.dialect import Dialect
from aspen.dialects.gemini_generate import GeminiGenerate
from aspen.dialects.openai_dialect import ChatDialect
from aspen.dialects.openai_flavours import COMPATIBLE, MISTRAL, OPENAI
from aspen.dialects.openai_responses_dialect import ResponsesDialect

_ALL: tuple[Dialect, ...] = (
    *(ChatDialect(flavour=flavour) for flavour in (OPENAI, COMPATIBLE, MISTRAL)),
    ResponsesDialect(),
    *(MessagesDialect(flavour=flavour) for flavour in (ANTHROPIC, ANTHROPIC_SAMPLING)),
    GeminiGenerate(),
)

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in _ALL}
