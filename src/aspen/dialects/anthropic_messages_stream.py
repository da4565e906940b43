"""The answering half of Anthropic's messages dialect: server-sent events decoded to ours.

Source: https://platform.claude.com/docs/en/build-with-claude/streaming. Events and blocks that are not known here are
passed over, as that page demands. Runs for every token: one `json.loads` an event and one look into a table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from aspen.core.answer import Event, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.core.errors import (
    AspenError,
    KeyRejected,
    NotFound,
    PromptTooLong,
    ProviderFailed,
    ProviderRefused,
    RateLimited,
)
from aspen.dialects.anthropic_messages import REDACTED
from aspen.dialects.refusals import answered_nonsense, broke_off, read_broken_stream
from aspen.dialects.sse import EventStream

Json = Mapping[str, object]

KINDS: Mapping[str, type[AspenError]] = {
    "authentication_error": KeyRejected,
    "not_found_error": NotFound,
    "request_too_large": PromptTooLong,
    "request_body_too_large_after_decoding": PromptTooLong,
    "billing_error": ProviderRefused,
    "permission_error": ProviderRefused,
    "contract_spend_limit_reached": ProviderRefused,
    "enforced_spend_limit_reached": ProviderRefused,
    "linked_organization_spend_limit_reached": ProviderRefused,
    "organization_on_hold": ProviderRefused,
    "rate_limit_error": RateLimited,
    "api_error": ProviderFailed,
    "overloaded_error": ProviderFailed,
    "timeout_error": ProviderFailed,
}
"""Error types and codes: https://platform.claude.com/docs/en/api/errors. Waiting lifts no spend limit."""

REASONS: Mapping[str, FinishReason] = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "pause_turn": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.REFUSED,
}
"""A paused turn is one that was cut: asking again with it would continue it."""


class MessagesAnswer:
    """Reads one streamed answer, from bytes to events."""

    def __init__(self) -> None:
        self.finish_reason: FinishReason | None = None
        self._sse = EventStream()
        self._tokens: dict[str, int] = {}
        self._calls = -1
        self._has_arguments = True
        self._signature = ""
        self._readers: Mapping[str, Callable[[Json], Iterator[Event]]] = {
            "message_start": self._begin,
            "content_block_start": self._open_block,
            "content_block_delta": self._continue_block,
            "content_block_stop": self._close_block,
            "message_delta": self._end,
            "error": self._fail,
        }

    @property
    def usage(self) -> Usage:
        counted = self._tokens.get
        cached, written = counted("cache_read_input_tokens", 0), counted("cache_creation_input_tokens", 0)
        return Usage(
            prompt_tokens=counted("input_tokens", 0) + cached + written,
            completion_tokens=counted("output_tokens", 0),
            cached_tokens=cached,
            cache_written_tokens=written,
        )

    def feed(self, content: bytes) -> Iterator[Event]:
        """Yield the events that these bytes complete.

        Raises ProviderFailed, or what an error in the stream stands for.
        """
        for payload in self._sse.feed(content):
            yield from self._read(payload)

    def finish(self) -> None:
        """Say that no more bytes come. Raises ProviderFailed when no reason to end was told."""
        if self.finish_reason is None:
            raise broke_off()

    def _read(self, payload: bytes) -> list[Event]:
        try:
            event = cast("Json", json.loads(payload))
            reader = self._readers.get(cast("str", event["type"]))
            return [] if reader is None else list(reader(event))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise answered_nonsense() from error

    def _begin(self, event: Json) -> Iterator[Event]:
        self._count(cast("Json", event["message"]).get("usage"))
        return iter(())

    def _open_block(self, event: Json) -> Iterator[Event]:
        block = cast("Json", event["content_block"])
        match block["type"]:
            case "text" if text := block.get("text"):
                yield TextDelta(text=_text(text))
            case "thinking":
                self._signature = _text(block.get("signature") or "")
                if text := block.get("thinking"):
                    yield ThinkingDelta(text=_text(text))
            case "redacted_thinking":
                self._signature = REDACTED + _text(block["data"])
            case "tool_use":
                yield self._open_call(block)
            case _:
                pass

    def _open_call(self, block: Json) -> Event:
        self._calls += 1
        given = block.get("input")
        self._has_arguments = bool(given)
        return ToolCallDelta(
            index=self._calls,
            arguments=json.dumps(given) if given else "",
            call_id=_text(block["id"]),
            name=_text(block["name"]),
        )

    def _continue_block(self, event: Json) -> Iterator[Event]:
        delta = cast("Json", event["delta"])
        match delta["type"]:
            case "text_delta":
                if text := _text(delta["text"]):
                    yield TextDelta(text=text)
            case "thinking_delta":
                if text := _text(delta["thinking"]):
                    yield ThinkingDelta(text=text)
            case "input_json_delta":
                if arguments := _text(delta["partial_json"]):
                    self._has_arguments = True
                    yield ToolCallDelta(index=self._calls, arguments=arguments)
            case "signature_delta":
                self._signature = _text(delta["signature"])
            case _:
                pass

    def _close_block(self, event: Json) -> Iterator[Event]:
        del event
        if self._signature:
            yield ThinkingDelta(text="", signature=self._signature)
            self._signature = ""
        if not self._has_arguments:
            # A call without arguments streams none, and is still an object.
            yield ToolCallDelta(index=self._calls, arguments="{}")
            self._has_arguments = True

    def _end(self, event: Json) -> Iterator[Event]:
        self._count(event.get("usage"))
        reason = cast("Json", event["delta"]).get("stop_reason")
        if isinstance(reason, str):
            self.finish_reason = REASONS.get(reason, FinishReason.STOP)
        return iter(())

    def _fail(self, event: Json) -> Iterator[Event]:
        raise read_broken_stream(event.get("error"), KINDS)

    def _count(self, usage: object) -> None:
        """Keep the counts told; they are totals so far, and one that is left out stands as it was."""
        if isinstance(usage, dict):
            told = cast("Json", usage)
            self._tokens.update({name: count for name, count in told.items() if isinstance(count, int) and count >= 0})


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise TypeError("no text")
    return told
