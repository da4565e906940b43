"""What comes back from a model: a stream of events that ends with `Finished`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FinishReason(StrEnum):
    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """`prompt_tokens` counts the whole prompt: `cached_tokens` and `cache_written_tokens` are parts of it."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    cache_written_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Wall times of one answer. `first_token_ms` counts from the request, not from the end of loading."""

    first_token_ms: float
    tokens_per_second: float
    prompt_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLogprob:
    token: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkingDelta:
    """A piece of a thought; `signature` comes once, at its end (see `message.Thinking`)."""

    text: str
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallDelta:
    """A fragment of one tool call. `call_id` and `name` come with the first fragment of an index only."""

    index: int
    arguments: str
    call_id: str | None = None
    name: str | None = None
    signature: str = ""


class Stage(StrEnum):
    """What is going on before the first token."""

    FETCH = "fetch"
    LOAD = "load"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitingApproval:
    """The gate holds exactly these bytes until a person has seen them and answered."""

    nonce: str
    body_sha256: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The bytes are in the ledger under this number, and have begun to leave."""

    sequence: int
    provider: str
    body_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a stage has come. `done` and `total` are bytes (FETCH, LOAD) or tokens (PROMPT)."""

    stage: Stage
    done: int
    total: int
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    reason: FinishReason
    usage: Usage
    timings: Timings


Event = TextDelta | ThinkingDelta | ToolCallDelta | Progress | AwaitingApproval | Sent | Finished
