"""OpenAI's chat completions as the cloud part wants a dialect: one class, and a flavour for who is spoken to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from aspen.core.answer import Event, FinishReason, Usage
from aspen.core.errors import (
    AspenError,
    KeyRejected,
    NotFound,
    PromptTooLong,
    ProviderFailed,
    ProviderRefused,
    RateLimited,
)
from aspen.core.model_card import ModelCard
from aspen.core.request import Request
from aspen.dialects.dialect import Json
from aspen.dialects.openai_chat import encode_request
from aspen.dialects.openai_chat_stream import ChatStream, StreamError
from aspen.dialects.openai_flavours import ChatFlavour
from aspen.dialects.refusals import answered_nonsense, broke_off, read_broken_stream, read_refusal
from aspen.dialects.sse import DONE, EventStream
from aspen.dialects.unsayable import refuse_long_answer

_PATH = "/v1/chat/completions"

KINDS: Mapping[str, type[AspenError]] = {
    "authentication_error": KeyRejected,
    "invalid_api_key": KeyRejected,
    "model_not_found": NotFound,
    "context_length_exceeded": PromptTooLong,
    "exceed_context_size_error": PromptTooLong,
    "string_above_max_length": PromptTooLong,
    "billing_hard_limit_reached": ProviderRefused,
    "billing_not_active": ProviderRefused,
    "content_filter": ProviderRefused,
    "content_policy_violation": ProviderRefused,
    "insufficient_quota": ProviderRefused,
    "rate_limit_error": RateLimited,
    "rate_limit_exceeded": RateLimited,
    "api_error": ProviderFailed,
    "overloaded_error": ProviderFailed,
    "server_error": ProviderFailed,
}
"""Error codes and types: https://platform.openai.com/docs/guides/error-codes. Waiting brings no quota back."""


class ChatAnswer:
    """Reads one streamed answer, from bytes to events."""

    def __init__(self) -> None:
        self._sse = EventStream()
        self._chat = ChatStream()

    @property
    def finish_reason(self) -> FinishReason | None:
        return self._chat.finish_reason

    @property
    def usage(self) -> Usage:
        return self._chat.usage

    def feed(self, content: bytes) -> Iterator[Event]:
        """Yield the events that these bytes complete.

        Raises ProviderFailed, or what an error in the stream stands for.
        """
        for payload in self._sse.feed(content):
            if payload != DONE:
                yield from self._read(payload)

    def _read(self, payload: bytes) -> list[Event]:
        try:
            return list(self._chat.decode(payload))
        except StreamError as error:
            raise read_broken_stream(error.body, KINDS) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise answered_nonsense() from error

    def finish(self) -> None:
        """Say that no more bytes come. Raises ProviderFailed when no reason to end was told."""
        if self._chat.finish_reason is None:
            raise broke_off()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatDialect:
    """Chat completions in one flavour."""

    flavour: ChatFlavour

    @property
    def name(self) -> str:
        return self.flavour.name

    def path(self, model: str) -> str:
        """Return the one path of the dialect; the model is named in the body."""
        del model
        return _PATH

    def encode(self, request: Request, card: ModelCard) -> Json:
        """Write a streaming request body. Raises ModelCannot for what cannot be said.

        An answer is bounded even if nobody asked for a bound: by the card's, with which its price was reckoned.
        """
        refuse_long_answer(request, card)
        limits = replace(request.limits, answer_tokens=request.limits.answer_tokens or card.answer_tokens)
        return encode_request(replace(request, limits=limits), card.name, self.flavour)

    def stream(self) -> ChatAnswer:
        """Return a fresh reader of one answer."""
        return ChatAnswer()

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, provider: str) -> AspenError:
        """Name an error response by its status and codes."""
        return read_refusal(status, headers, body, provider=provider, kinds=KINDS)
