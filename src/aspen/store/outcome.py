"""What is known of an answer beside its words: who sent it how far, how long it took, and when it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aspen.core.answer import Finished, FinishReason, Sent, Timings, Usage
from aspen.core.model_card import Zone
from aspen.store.moments import from_microseconds, to_microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A passage that an answer cites, by its number in the conversation and the words that a person finds it by."""

    number: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What was read of attached files for an answer, in sentences, and what the answer cites of it."""

    told: tuple[str, ...]
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`finished` is None for an answer that was cut off, `sent` for one of which nothing left this computer.

    `sources` is None where nothing was attached.
    `thinking_seconds` is how long it thought before its first word; None for one that did not.
    """

    zone: Zone | None = None
    sent: Sent | None = None
    finished: Finished | None = None
    ended_at: datetime | None = None
    sources: Sources | None = None
    thinking_seconds: float | None = None


UNKNOWN: Final = Outcome()
"""Of a question, of an answer that an older Aspen kept, and of one that was imported."""


def outcome_to_json(outcome: Outcome) -> dict[str, object]:
    """Flatten an outcome; what is not known is left out."""
    told: dict[str, object] = {}
    if outcome.zone is not None:
        told["zone"] = outcome.zone.value
    if (sent := outcome.sent) is not None:
        told["sent"] = {"sequence": sent.sequence, "provider": sent.provider, "body_bytes": sent.body_bytes}
    if outcome.finished is not None:
        told["finished"] = _finished_to_json(outcome.finished)
    if outcome.ended_at is not None:
        told["ended_at_us"] = to_microseconds(outcome.ended_at)
    if outcome.sources is not None:
        cited = [{"number": each.number, "words": each.words} for each in outcome.sources.cited]
        told["sources"] = {"told": list(outcome.sources.told), "cited": cited}
    if outcome.thinking_seconds is not None:
        told["thinking_seconds"] = outcome.thinking_seconds
    return told


def outcome_from_json(told: Mapping[str, Any]) -> Outcome:
    """Rebuild an outcome. Raises KeyError, TypeError or ValueError for anything else."""
    zone, sent, finished, ended_at_us = (told.get(name) for name in ("zone", "sent", "finished", "ended_at_us"))
    thinking_seconds = told.get("thinking_seconds")
    return Outcome(
        zone=None if zone is None else Zone(zone),
        sent=None if sent is None else Sent(**{name: sent[name] for name in ("sequence", "provider", "body_bytes")}),
        finished=None if finished is None else _finished_from_json(finished),
        ended_at=None if ended_at_us is None else from_microseconds(ended_at_us),
        sources=None if (sources := told.get("sources")) is None else _sources_from_json(sources),
        thinking_seconds=None if thinking_seconds is None else float(thinking_seconds),
    )


def _sources_from_json(told: Mapping[str, Any]) -> Sources:
    cited = tuple(Cited(number=int(each["number"]), words=str(each["words"])) for each in told["cited"])
    return Sources(told=tuple(map(str, told["told"])), cited=cited)


def _finished_to_json(finished: Finished) -> dict[str, object]:
    usage, timings = finished.usage, finished.timings
    return {
        "reason": finished.reason.value,
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "cached_tokens": usage.cached_tokens,
            "cache_written_tokens": usage.cache_written_tokens,
        },
        "timings": {
            "first_token_ms": timings.first_token_ms,
            "tokens_per_second": timings.tokens_per_second,
            "prompt_ms": timings.prompt_ms,
        },
    }


def _finished_from_json(told: Mapping[str, Any]) -> Finished:
    usage, timings = told["usage"], told["timings"]
    return Finished(
        reason=FinishReason(told["reason"]),
        usage=Usage(
            prompt_tokens=usage["prompt_tokens"],
            completion_tokens=usage["completion_tokens"],
            cached_tokens=usage["cached_tokens"],
            cache_written_tokens=usage["cache_written_tokens"],
        ),
        timings=Timings(
            first_token_ms=timings["first_token_ms"],
            tokens_per_second=timings["tokens_per_second"],
            prompt_ms=timings["prompt_ms"],
        ),
    )
