"""The answering half of the Gemini dialect: the server-sent events of streamGenerateContent, decoded to events.

Each event holds a whole GenerateContentResponse with the parts that are new; a function call comes in one piece. Counts
are of the answer so far, so the last ones stand. Source: https://ai.google.dev/api/generate-content.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import cast

from aspen.core.answer import Event, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.core.errors import KeyRejected, NotFound, ProviderFailed, RateLimited
from aspen.dialects.refusals import Kinds, answered_nonsense, broke_off, read_broken_stream
from aspen.dialects.sse import EventStream
from aspen.dialects.token_counts import count_in

Json = Mapping[str, object]

GEMINI_GENERATE = "gemini_generate"

KINDS: Kinds = {
    "ABORTED": ProviderFailed,
    "DEADLINE_EXCEEDED": ProviderFailed,
    "INTERNAL": ProviderFailed,
    "NOT_FOUND": NotFound,
    "PERMISSION_DENIED": KeyRejected,
    "RESOURCE_EXHAUSTED": RateLimited,
    "UNAUTHENTICATED": KeyRejected,
    "UNAVAILABLE": ProviderFailed,
}

_ENDS: Mapping[str, FinishReason] = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "CONTINUATION": FinishReason.LENGTH,
}
"""Every other end is the provider's refusal to go on: SAFETY, RECITATION, SPII, OTHER and those yet to come."""

_FAILURES = frozenset(
    {
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
        "TOO_MANY_TOOL_CALLS",
        "UNEXPECTED_TOOL_CALL",
    }
)
"""Ends that say that the model or the service went wrong, not that it would not answer."""

_UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"


class GeminiStream:
    """Implements `dialects.AnswerStream`."""

    def __init__(self) -> None:
        self._sse = EventStream()
        self._calls = 0
        self.finish_reason: FinishReason | None = None
        self._counts: Json = {}

    @property
    def usage(self) -> Usage:
        """Thoughts are paid for as answer, and results of the provider's own tools as prompt."""
        told = self._counts
        return Usage(
            prompt_tokens=count_in(told, "promptTokenCount") + count_in(told, "toolUsePromptTokenCount"),
            completion_tokens=count_in(told, "candidatesTokenCount") + count_in(told, "thoughtsTokenCount"),
            cached_tokens=count_in(told, "cachedContentTokenCount"),
        )

    def feed(self, content: bytes) -> Iterator[Event]:
        """Yield the events that these bytes complete. Raises ProviderFailed, or what an error event stands for."""
        for payload in self._sse.feed(content):
            yield from self._response(_object(payload))

    def finish(self) -> None:
        """Say that no more bytes come. Raises ProviderFailed when the answer had not ended."""
        if self.finish_reason is None:
            raise broke_off()

    def _response(self, response: Json) -> Iterator[Event]:
        if (error := response.get("error")) is not None:
            raise read_broken_stream(error, KINDS)
        if isinstance(usage := response.get("usageMetadata"), dict):
            # They come with every event and are read once, by whoever asks.
            self._counts = cast("Json", usage)
        match response.get("promptFeedback"):
            case {"blockReason": str()}:
                self.finish_reason = FinishReason.REFUSED
            case _:
                pass
        for candidate in _objects(response.get("candidates")):
            # More than one answer is never asked for; the index of the first may be left out.
            if candidate.get("index", 0) == 0:
                yield from self._candidate(candidate)

    def _candidate(self, candidate: Json) -> Iterator[Event]:
        content = candidate.get("content")
        if isinstance(content, dict):
            for part in _objects(cast("Json", content).get("parts")):
                yield from self._part(part)
        reason = candidate.get("finishReason")
        if not isinstance(reason, str) or reason == _UNSPECIFIED:
            return
        if reason in _FAILURES:
            raise ProviderFailed(
                "The model went wrong in mid-answer.",
                hint=f"Gemini says {reason}. Asking again may help.",
                facts={"provider_code": reason},
            )
        end = _ENDS.get(reason, FinishReason.REFUSED)
        self.finish_reason = FinishReason.TOOL_CALLS if end is FinishReason.STOP and self._calls else end

    def _part(self, part: Json) -> Iterator[Event]:
        signature = _text(part.get("thoughtSignature"))
        if isinstance(call := part.get("functionCall"), dict):
            yield self._call(cast("Json", call), signature)
            return
        text = _text(part.get("text"))
        if part.get("thought") is True:
            if text or signature:
                yield ThinkingDelta(text=text, signature=signature)
            return
        if text:
            yield TextDelta(text=text)
        if signature:
            # It signs the text: kept as a thought without words, and sent back so.
            yield ThinkingDelta(text="", signature=signature)

    def _call(self, call: Json, signature: str) -> ToolCallDelta:
        index = self._calls
        self._calls += 1
        arguments = call.get("args")
        return ToolCallDelta(
            index=index,
            arguments=json.dumps(arguments if isinstance(arguments, dict) else {}, ensure_ascii=False),
            # Older models give no id; the nearest call before a result is the one it answers.
            call_id=_text(call.get("id")) or f"call_{index}",
            name=_text(call.get("name")),
            signature=signature,
        )


def _object(payload: bytes) -> Json:
    try:
        told: object = json.loads(payload)
    except (ValueError, RecursionError):
        raise answered_nonsense() from None
    if not isinstance(told, dict):
        raise answered_nonsense()
    return cast("Json", told)


def _objects(told: object) -> Iterator[Json]:
    if isinstance(told, list):
        yield from (cast("Json", each) for each in cast("list[object]", told) if isinstance(each, dict))


def _text(told: object) -> str:
    return told if isinstance(told, str) else ""
