"""Error responses get a class by status and code, a bounded quote, and how long to wait."""

from __future__ import annotations

import json

import pytest

from aspen.core.errors import (
    AspenError,
    KeyRejected,
    NotFound,
    PromptTooLong,
    ProviderFailed,
    ProviderRefused,
    RateLimited,
)
from aspen.dialects.refusals import read_broken_stream, read_refusal, retry_after_seconds

KINDS: dict[str, type[AspenError]] = {"no_quota": ProviderRefused, "too_long": PromptTooLong}


def _read(status: int, body: object = None, headers: dict[str, str] | None = None) -> AspenError:
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_refusal(status, headers or {}, written, provider="acme", kinds=KINDS)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, ProviderRefused),
        (401, KeyRejected),
        (402, ProviderRefused),
        (403, ProviderRefused),
        (404, NotFound),
        (408, ProviderFailed),
        (413, PromptTooLong),
        (418, ProviderRefused),
        (422, ProviderRefused),
        (429, RateLimited),
        (500, ProviderFailed),
        (502, ProviderFailed),
        (529, ProviderFailed),
    ],
)
def test_a_status_alone_has_a_meaning(status: int, expected: type[AspenError]) -> None:
    error = _read(status)
    assert type(error) is expected
    assert "acme" in error.sentence
    assert (error.facts["provider"], error.facts["status"]) == ("acme", status)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "too_long"}},
        {"error": {"type": "too_long"}},
        {"error": {"status": "too_long"}},
        {"error": {"type": "no_quota", "details": {"error_code": "too_long"}}},
        {"error": {"code": "too_long", "type": "no_quota"}},
        [{"error": {"status": "too_long"}}],
        {"object": "error", "type": "too_long"},
        {"error": "Too long.", "code": "too_long"},
    ],
)
def test_a_code_outweighs_the_status_wherever_it_stands(body: object) -> None:
    assert type(_read(429, body)) is PromptTooLong


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"5", b"{", b"[" * 100_000, b"\xff", b'{"error": 5}'])
def test_a_body_of_any_kind_is_survived(body: bytes) -> None:
    assert type(_read(503, body)) is ProviderFailed


def test_a_message_is_never_looked_into() -> None:
    assert type(_read(400, {"error": {"message": "rate limit: 401 invalid api key, too_long"}})) is ProviderRefused


def test_a_rejected_key_names_the_command_that_gives_another() -> None:
    assert "aspen cloud add acme" in _read(401).hint


def test_what_is_forbidden_is_no_rejected_key_and_names_the_command_in_case_it_is_one() -> None:
    country = _read(403, {"error": {"code": "unsupported_country", "message": "Not in your country."}})
    assert type(country) is ProviderRefused
    assert country.hint.splitlines() == [
        "If the key lacks the right to it, give another: aspen cloud add acme",
        "It says: Not in your country.",
    ]
    assert "aspen" not in _read(400).hint


def test_a_quote_is_short_and_cannot_command_a_terminal() -> None:
    error = _read(400, {"error": {"message": "\x1b[2J\u202e\n" + "x" * 1000}})
    assert len(error.hint) < 350
    assert error.hint.isprintable()


def test_a_code_is_bounded_too() -> None:
    assert len(str(_read(400, {"error": {"code": "c" * 1000}}).facts["provider_code"])) <= 301


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT", "date": "Fri, 31 Dec 1999 23:59:29 GMT"}, 30.0),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:29 GMT", "date": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0.0),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_in_every_form(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after_seconds(headers) == expected


def test_waiting_is_told_only_where_it_helps() -> None:
    assert _read(429, headers={"retry-after": "7"}).facts["retry_after_seconds"] == 7.0
    assert "retry_after_seconds" not in _read(429, {"error": {"code": "no_quota"}}, {"retry-after": "7"}).facts


def test_an_error_inside_a_stream_is_a_failure_unless_its_code_says_otherwise() -> None:
    assert type(read_broken_stream({"type": "unheard_of", "message": "Oh."}, KINDS)) is ProviderFailed
    assert type(read_broken_stream({"type": "too_long"}, KINDS)) is PromptTooLong
    assert "Oh." in read_broken_stream("Oh.", KINDS).hint
    assert type(read_broken_stream(None, KINDS)) is ProviderFailed


def test_an_error_inside_a_stream_is_told_without_a_name() -> None:
    kinds: dict[str, type[AspenError]] = {**KINDS, "bad_key": KeyRejected}
    key, length = (read_broken_stream({"type": kind}, kinds) for kind in ("bad_key", "too_long"))
    assert (key.sentence, key.hint) == (
        "The provider does not accept its key.",
        "Give it a working one: aspen cloud add NAME",
    )
    assert length.sentence == "The request is longer than the provider takes."
