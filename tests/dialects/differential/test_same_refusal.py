"""A refusal that makes the official SDK raise one class makes Aspen's dialect name the one that stands for it."""

from __future__ import annotations

import json
from collections.abc import Generator

import anthropic
import openai
import pytest
from recording import JSON, Recording, recording

from aspen.core.errors import (
    AspenError,
    KeyRejected,
    NotFound,
    PromptTooLong,
    ProviderFailed,
    ProviderRefused,
    RateLimited,
)
from aspen.dialects.table import DIALECTS
from fakes.tls_provider import Reply

_WAIT = (("retry-after", "7"),)

_ANTHROPIC: list[tuple[int, str, type[Exception], type[AspenError]]] = [
    (400, "invalid_request_error", anthropic.BadRequestError, ProviderRefused),
    (401, "authentication_error", anthropic.AuthenticationError, KeyRejected),
    (402, "billing_error", anthropic.APIStatusError, ProviderRefused),
    (403, "permission_error", anthropic.PermissionDeniedError, ProviderRefused),
    (404, "not_found_error", anthropic.NotFoundError, NotFound),
    (413, "request_too_large", anthropic.APIStatusError, PromptTooLong),
    (429, "rate_limit_error", anthropic.RateLimitError, RateLimited),
    (500, "api_error", anthropic.InternalServerError, ProviderFailed),
    (504, "timeout_error", anthropic.InternalServerError, ProviderFailed),
    (529, "overloaded_error", anthropic.InternalServerError, ProviderFailed),
]
_OPENAI: list[tuple[int, str, str | None, type[Exception], type[AspenError]]] = [
    (400, "invalid_request_error", None, openai.BadRequestError, ProviderRefused),
    (400, "invalid_request_error", "context_length_exceeded", openai.BadRequestError, PromptTooLong),
    (401, "invalid_request_error", "invalid_api_key", openai.AuthenticationError, KeyRejected),
    (
        403,
        "invalid_request_error",
        "unsupported_country",
        openai.PermissionDeniedError,
        ProviderRefused,
    ),
    (404, "invalid_request_error", "model_not_found", openai.NotFoundError, NotFound),
    (429, "requests", "rate_limit_exceeded", openai.RateLimitError, RateLimited),
    (429, "insufficient_quota", "insufficient_quota", openai.RateLimitError, ProviderRefused),
    (500, "server_error", None, openai.InternalServerError, ProviderFailed),
    (503, "server_error", None, openai.InternalServerError, ProviderFailed),
]


@pytest.fixture(scope="module")
def server() -> Generator[Recording]:
    with recording() as told:
        yield told


@pytest.mark.parametrize(("status", "kind", "theirs", "ours"), _ANTHROPIC, ids=[row[1] for row in _ANTHROPIC])
def test_anthropics_refusals_are_told_apart_alike(
    server: Recording, status: int, kind: str, theirs: type[Exception], ours: type[AspenError]
) -> None:
    body = json.dumps({"type": "error", "error": {"type": kind, "message": "No."}, "request_id": "req_1"}).encode()
    server.reply = Reply(status=status, headers=(*JSON, *_WAIT), pieces=(body,))
    with server.anthropic() as client, pytest.raises(theirs):
        client.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "Hi"}])
    error = DIALECTS["anthropic_messages"].refused(status, dict(_WAIT), body, "anthropic")
    assert type(error) is ours
    assert error.facts.get("retry_after_seconds") == (7.0 if ours.retryable else None)


@pytest.mark.parametrize(
    ("status", "kind", "code", "theirs", "ours"), _OPENAI, ids=[f"{row[0]} {row[2] or row[1]}" for row in _OPENAI]
)
def test_openais_refusals_are_told_apart_alike(
    server: Recording, status: int, kind: str, code: str | None, theirs: type[Exception], ours: type[AspenError]
) -> None:
    body = json.dumps({"error": {"message": "No.", "type": kind, "param": None, "code": code}}).encode()
    server.reply = Reply(status=status, headers=(*JSON, *_WAIT), pieces=(body,))
    with server.openai() as client, pytest.raises(theirs):
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}])
    error = DIALECTS["openai_chat"].refused(status, dict(_WAIT), body, "openai")
    assert type(error) is ours
    assert error.facts.get("retry_after_seconds") == (7.0 if ours.retryable else None)
