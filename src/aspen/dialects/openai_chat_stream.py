"""The answering half of the OpenAI chat dialect: stream chunks as llama-server sends them, decoded to events.

Written to be frugal, since it runs for every token on cores that the engine wants: one `json.loads` a chunk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from aspen.core.answer import (
    Event,
    FinishReason,
    Progress,
    Stage,
    TextDelta,
    ThinkingDelta,
    TokenLogprob,
    ToolCallDelta,
    Usage,
)

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineTimings:
    """What llama-server measured: time for the prompt, rate of the answer."""

    prompt_ms: float
    tokens_per_second: float


class StreamError(Exception):
    """The engine reported an error inside the stream; `body` is its `error` object."""

    def __init__(self, body: Json) -> None:
        super().__init__(str(body.get("message")))
        self.body = body


class ChatStream:
    """Decodes one streamed answer. After the last chunk `finish_reason`, `usage` and `timings` are known."""

    def __init__(self) -> None:
        self.finish_reason: FinishReason | None = None
        self.usage = Usage(prompt_tokens=0, completion_tokens=0)
        self.timings = EngineTimings(prompt_ms=0.0, tokens_per_second=0.0)

    def decode(self, payload: bytes) -> Iterator[Event]:
        """Yield the events of one chunk.

        Raises StreamError when the chunk is an error, ValueError when it is not JSON.
        """
        chunk = cast("dict[str, object]", json.loads(payload))
        if isinstance(error := chunk.get("error"), dict):
            raise StreamError(cast("Json", error))
        if isinstance(progress := chunk.get("prompt_progress"), dict):
            yield _progress(cast("dict[str, int]", progress))
        choices = cast("list[Json]", chunk.get("choices"))
        if choices:
            yield from self._choice(choices[0])
        if isinstance(usage := chunk.get("usage"), dict):
            self._end(cast("Json", usage), cast("dict[str, float]", chunk.get("timings") or {}))

    def _choice(self, choice: Json) -> Iterator[Event]:
        delta = cast("Json", choice.get("delta") or {})
        if isinstance(text := delta.get("content"), str) and text:
            yield TextDelta(text=text, logprobs=_logprobs(choice.get("logprobs")))
        if isinstance(thinking := delta.get("reasoning_content"), str) and thinking:
            yield ThinkingDelta(text=thinking)
        for call in cast("list[Json]", delta.get("tool_calls") or []):
            yield _tool_call(call)
        if isinstance(reason := choice.get("finish_reason"), str):
            self.finish_reason = FinishReason(reason)

    def _end(self, usage: Json, timings: Mapping[str, float]) -> None:
        details = cast("Mapping[str, int]", usage.get("prompt_tokens_details") or {})
        self.usage = Usage(
            prompt_tokens=cast("int", usage.get("prompt_tokens", 0)),
            completion_tokens=cast("int", usage.get("completion_tokens", 0)),
            cached_tokens=details.get("cached_tokens", 0),
        )
        self.timings = EngineTimings(
            prompt_ms=timings.get("prompt_ms", 0.0), tokens_per_second=timings.get("predicted_per_second", 0.0)
        )


def _progress(progress: Mapping[str, int]) -> Progress:
    return Progress(stage=Stage.PROMPT, done=progress.get("processed", 0), total=progress.get("total", 0))


def _tool_call(call: Json) -> ToolCallDelta:
    function = cast("Json", call.get("function") or {})
    call_id, name = call.get("id"), function.get("name")
    return ToolCallDelta(
        index=cast("int", call.get("index", 0)),
        arguments=str(function.get("arguments") or ""),
        call_id=call_id if isinstance(call_id, str) and call_id else None,
        name=name if isinstance(name, str) and name else None,
    )


def _logprobs(told: object) -> tuple[TokenLogprob, ...]:
    if not isinstance(told, dict):
        return ()
    tokens = cast("list[Mapping[str, object]]", cast("Json", told).get("content") or [])
    return tuple(
        TokenLogprob(
            token=str(token["token"]),
            logprob=cast("float", token["logprob"]),
            alternatives=tuple(
                (str(other["token"]), cast("float", other["logprob"]))
                for other in cast("list[Mapping[str, object]]", token.get("top_logprobs") or [])
            ),
        )
        for token in tokens
    )
