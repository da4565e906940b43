"""What differs between those who speak OpenAI's chat completions: one row of data for each, and no branch anywhere.

Sources: https://platform.openai.com/docs/api-reference/chat, https://docs.mistral.ai/api, llama.cpp
`tools/server/README.md`, https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aspen.dialects.call_ids import FitId, any_id, fitting

_EVERY_PICTURE = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFlavour:
    """How one kind of server wants it said.

    `sampling` names our sampling fields there: one that is missing cannot be said. `highest` bounds them. `extras` are
    sent with every request. `replays` are the dialects whose thoughts go back as `reasoning_content`. `is_local` allows
    what only an engine of ours can do, and leaves pictures to it; `closes_schemas` where a strict schema must be closed
    and require everything.
    """

    name: str
    answer_tokens_field: str
    sampling: Mapping[str, str]
    highest: Mapping[str, float] = field(default_factory=dict[str, float])
    most_stops: int | None = None
    most_logprobs: int = 20
    extras: Mapping[str, object] = field(default_factory=dict[str, object])
    replays: frozenset[str] = frozenset()
    fit_call_id: FitId = any_id
    picture_types: frozenset[str] = _EVERY_PICTURE
    closes_schemas: bool = False
    is_local: bool = False


_WITH_USAGE: Mapping[str, object] = {"stream_options": {"include_usage": True}}
_OPEN_SAMPLING = {name: name for name in ("temperature", "top_p", "top_k", "min_p", "seed")}

LLAMA_SERVER = ChatFlavour(
    name="llama_server",
    answer_tokens_field="max_tokens",
    sampling={**_OPEN_SAMPLING, "repeat_penalty": "repeat_penalty", "repeat_last_n": "repeat_last_n"},
    extras={**_WITH_USAGE, "return_progress": True, "cache_prompt": True},
    replays=frozenset({"", "llama_server", "openai_chat"}),
    is_local=True,
)
"""The engine of this machine. Its thoughts carry no dialect, or that of its card."""

OPENAI = ChatFlavour(
    name="openai_chat",
    answer_tokens_field="max_completion_tokens",
    sampling={name: name for name in ("temperature", "top_p", "seed")},
    highest={"temperature": 2.0, "top_p": 1.0},
    most_stops=4,
    extras=_WITH_USAGE,
    closes_schemas=True,
)

COMPATIBLE = ChatFlavour(
    name="openai_chat_compatible",
    answer_tokens_field="max_tokens",
    sampling=_OPEN_SAMPLING,
    extras=_WITH_USAGE,
    replays=frozenset({"openai_chat_compatible"}),
)
"""vLLM, SGLang, llama-server, LM Studio, Ollama: they disagree on the name of the repetition penalty."""

MISTRAL = ChatFlavour(
    name="mistral_chat",
    answer_tokens_field="max_tokens",
    sampling={
        **{name: name for name in ("temperature", "top_p", "top_k")},
        "repeat_penalty": "repetition_penalty",
        "seed": "random_seed",
    },
    fit_call_id=fitting("[A-Za-z0-9]{9}", 9),
)
"""It refuses fields that it does not know, and tells usage without being asked."""
