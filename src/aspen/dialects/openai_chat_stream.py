"""The answering half of the OpenAI chat dialect: stream chunks, as all its flavours send them, decoded to events.

Written to be frugal, since it runs for every token on cores that the engine wants: one `json.loads` a chunk.
Sources: https://platform.openai.com/docs/api-reference/chat-streaming; `prompt_progress` and `timings` are
llama-server's, thoughts come as `reasoning_content` (llama-server, DeepSeek, SGLang) or `reasoning` (vLLM, Ollama),
or as parts of the content (Mistral).
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
from aspen.dialects.token_counts import count_in

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineTimings:
    """What llama-server measured: time for the prompt, rate of the answer."""

    prompt_ms: float
    tokens_per_second: float


_REASONS: Mapping[str, FinishReason] = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.REFUSED,
    "refused": FinishReason.REFUSED,
}


class StreamError(Exception):
    """The engine reported an error inside the stream; `body` is its `error` object."""

    def __init__(self, body: Json) -> None:
        super().__init__(str(body.get("message")))
        self.body = body


class CallNumbers:
    """Numbers the calls of one answer. Where a server leaves `index` out, an id begins a new call."""

    def __init__(self) -> None:
        self._last = -1

    def number(self, call: Json) -> int:
        """Return the index of the call that a fragment belongs to."""
        index = call.get("index")
        if isinstance(index, int):
            self._last = index
        elif call.get("id"):
            self._last += 1
        return max(self._last, 0)


class ChatStream:
    """Decodes one streamed answer. After the last chunk `finish_reason`, `usage` and `timings` are known."""

    def __init__(self) -> None:
        self.finish_reason: FinishReason | None = None
        self.usage = Usage(prompt_tokens=0, completion_tokens=0)
        self.timings = EngineTimings(prompt_ms=0.0, tokens_per_second=0.0)
        self._calls = CallNumbers()
        self._has_refused = False

    def decode(self, payload: bytes) -> Iterator[Event]:
        """Yield the events of one chunk.

        Raises StreamError when the chunk is an error, ValueError when it is not JSON.
        """
        chunk = cast("dict[str, object]", json.loads(payload))
        if error := chunk.get("error"):
            raise StreamError(cast("Json", error) if isinstance(error, dict) else {"message": error})
        if isinstance(progress := chunk.get("prompt_progress"), dict):
            yield _progress(cast("dict[str, int]", progress))
        choices = cast("list[Json]", chunk.get("choices"))
        if choices:
            yield from self._choice(choices[0])
        if isinstance(usage := chunk.get("usage"), dict):
            self._end(cast("Json", usage), cast("dict[str, float]", chunk.get("timings") or {}))

    def _choice(self, choice: Json) -> Iterator[Event]:
        delta = cast("Json", choice.get("delta") or {})
        content = delta.get("content")
        if isinstance(content, str):
            if content:
                yield TextDelta(text=content, logprobs=_logprobs(choice.get("logprobs")))
        elif content:
            yield from _pieces(content)
        if (thinking := delta.get("reasoning_content") or delta.get("reasoning")) and isinstance(thinking, str):
            yield ThinkingDelta(text=thinking)
        if (refusal := delta.get("refusal")) and isinstance(refusal, str):
            self._has_refused = True
            yield TextDelta(text=refusal)
        for call in cast("list[Json]", delta.get("tool_calls") or ()):
            yield _tool_call(call, self._calls.number(call))
        if reason := choice.get("finish_reason"):
            self._finish(reason)

    def _finish(self, reason: object) -> None:
        if reason == "error":
            raise StreamError({"message": "The answer ended with an error."})
        said = _REASONS.get(str(reason), FinishReason.STOP)
        self.finish_reason = FinishReason.REFUSED if self._has_refused else said

    def _end(self, usage: Json, timings: Mapping[str, float]) -> None:
        details = cast("Json", usage.get("prompt_tokens_details") or {})
        self.usage = Usage(
            prompt_tokens=count_in(usage, "prompt_tokens"),
            completion_tokens=count_in(usage, "completion_tokens"),
            cached_tokens=count_in(details, "cached_tokens"),
            cache_written_tokens=count_in(details, "cache_write_tokens"),
        )
        self.timings = EngineTimings(
            prompt_ms=timings.get("prompt_ms", 0.0), tokens_per_second=timings.get("predicted_per_second", 0.0)
        )


def _progress(progress: Mapping[str, int]) -> Progress:
    return Progress(stage=Stage.PROMPT, done=progress.get("processed", 0), total=progress.get("total", 0))


def _pieces(content: object) -> Iterator[Event]:
    """Read content in parts, each a text or a thought that is itself a list of texts."""
    for piece in cast("list[Json]", content):
        if isinstance(text := piece.get("text"), str) and text:
            yield TextDelta(text=text)
        for thought in cast("list[Json]", piece.get("thinking") or ()):
            if isinstance(text := thought.get("text"), str) and text:
                yield ThinkingDelta(text=text)


def _tool_call(call: Json, index: int) -> ToolCallDelta:
    function = cast("Json", call.get("function") or {})
    call_id, name, arguments = call.get("id"), function.get("name"), function.get("arguments") or ""
    return ToolCallDelta(
        index=index,
        arguments=arguments if isinstance(arguments, str) else json.dumps(arguments),
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
