"""What a provider's error response means: a class of ours, by its status and the codes in its body.

A message is quoted for people, made short and printable, and never looked into.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import cast

from aspen.core.errors import (
    AspenError,
    KeyRejected,
    NotFound,
    PromptTooLong,
    ProviderFailed,
    ProviderRefused,
    RateLimited,
)

Kinds = Mapping[str, type[AspenError]]
"""What the codes of one dialect stand for. A code that is not here is judged by the status."""

_BY_STATUS: Mapping[int, type[AspenError]] = {
    401: KeyRejected,
    404: NotFound,
    408: ProviderFailed,
    409: ProviderFailed,
    413: PromptTooLong,
    425: ProviderFailed,
    429: RateLimited,
}
_WORDS: Mapping[type[AspenError], tuple[str, str]] = {
    KeyRejected: ("{provider} does not accept its key.", "Give it a working one: aspen cloud add {name}"),
    NotFound: ("{provider} has no such model or address.", ""),
    PromptTooLong: ("The request is longer than {provider} takes.", "Shorten it, or ask a model with more context."),
    ProviderFailed: ("{provider} failed.", "Ask again in a while."),
    ProviderRefused: ("{provider} refuses this request.", ""),
    RateLimited: ("{provider} wants us to wait.", "Ask again later."),
}
_ADVICE_BY_STATUS: Mapping[int, str] = {403: "If the key lacks the right to it, give another: aspen cloud add {name}"}
"""Where the class has none. A 403 can as well mean the country or the organisation: the key may be in order."""

_LONGEST_QUOTE = 300


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, *, provider: str, kinds: Kinds) -> AspenError:
    """Name an error response. What its codes do not say, its status does."""
    error = error_object(body)
    kind = _kind_of(error, kinds) or _BY_STATUS.get(status) or (ProviderRefused if status < 500 else ProviderFailed)
    facts: dict[str, object] = {"provider": provider, "status": status}
    wait = retry_after_seconds(headers) if kind.retryable else None
    if wait is not None:
        facts["retry_after_seconds"] = wait
    sentence, advice = _WORDS[kind]
    advice = advice or _ADVICE_BY_STATUS.get(status, "")
    return _quoting(error, kind, sentence.format(provider=provider), advice.format(name=provider), facts)


def read_broken_stream(error: object, kinds: Kinds) -> AspenError:
    """Name an error that came as an event of a stream that had begun well."""
    told = cast("Mapping[str, object]", error) if isinstance(error, dict) else {"message": error}
    kind = _kind_of(told, kinds) or ProviderFailed
    # Nobody says here who it is: the sentence begins with "the provider", or holds it.
    sentence, advice = _WORDS[kind]
    sentence = sentence.format(provider="the provider")
    return _quoting(told, kind, sentence[0].upper() + sentence[1:], advice.format(name="NAME"), {})


def answered_nonsense() -> ProviderFailed:
    """Return the error for bytes that are not the dialect."""
    return ProviderFailed("What the provider sent cannot be read.", hint="Ask again; it may be a passing fault.")


def broke_off() -> ProviderFailed:
    """Return the error for a stream that ended before its answer did."""
    return ProviderFailed("The provider broke off in mid-answer.", hint="Ask again.")


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Read how long to wait: `retry-after-ms`, or `retry-after` as seconds or as a date (RFC 9110, 10.2.3).

    A date is measured against the response's own `date`, so that no clock of ours is asked.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    if (milliseconds := _number(lowered.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    told = lowered.get("retry-after")
    if (seconds := _number(told)) is not None:
        return seconds
    until, now = _date(told), _date(lowered.get("date"))
    return None if until is None or now is None else max(0.0, (until - now).total_seconds())


def error_object(body: bytes) -> Mapping[str, object]:
    """Return the object that tells of an error, wherever it stands; empty where there is none."""
    try:
        told: object = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if isinstance(told, list) and told:
        told = cast("list[object]", told)[0]
    if not isinstance(told, dict):
        return {}
    fields = cast("Mapping[str, object]", told)
    error = fields.get("error")
    if isinstance(error, dict):
        return cast("Mapping[str, object]", error)
    return {**fields, "message": error} if isinstance(error, str) else fields


def _kind_of(error: Mapping[str, object], kinds: Kinds) -> type[AspenError] | None:
    return next((kinds[code] for code in _codes(error) if code in kinds), None)


def _codes(error: Mapping[str, object]) -> Iterator[str]:
    """Yield the codes of an error, the most exact first."""
    match error.get("details"):
        case {"error_code": str() as code}:
            yield code
        case _:
            pass
    for name in ("code", "status", "type"):
        if isinstance(code := error.get(name), str):
            yield code


def _quoting(
    error: Mapping[str, object], kind: type[AspenError], sentence: str, advice: str, facts: dict[str, object]
) -> AspenError:
    if code := next(_codes(error), None):
        facts["provider_code"] = _quoted(code)
    said = error.get("message")
    quote = f"It says: {_quoted(said)}" if isinstance(said, str) and said else ""
    return kind(sentence, hint="\n".join(filter(None, (advice, quote))), facts=facts)


def _quoted(text: str) -> str:
    """Return text of a stranger's as one short line without anything that a terminal could obey."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text[:_LONGEST_QUOTE])
    return shown + "…" if len(text) > _LONGEST_QUOTE else shown


def _number(told: str | None) -> float | None:
    try:
        number = float(told or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _date(told: str | None) -> datetime | None:
    try:
        return datetime.strptime(f"{told}+0000", "%a, %d %b %Y %H:%M:%S GMT%z")
    except ValueError:
        return None
