"""What is known of an answer comes back as it was, and what is damaged is not taken for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aspen.core.answer import Finished, FinishReason, Sent, Timings, Usage
from aspen.core.model_card import Zone
from aspen.store.outcome import UNKNOWN, Outcome, outcome_from_json, outcome_to_json

FINISHED = Finished(
    reason=FinishReason.STOP,
    usage=Usage(prompt_tokens=41, completion_tokens=17, cached_tokens=3, cache_written_tokens=1),
    timings=Timings(first_token_ms=310.5, tokens_per_second=52.3, prompt_ms=120.0),
)
SENT = Sent(sequence=7, provider="acme", body_bytes=612)


@pytest.mark.parametrize(
    "outcome",
    [
        UNKNOWN,
        Outcome(zone=Zone.CLOUD, sent=SENT),
        Outcome(zone=Zone.MACHINE, finished=FINISHED, ended_at=datetime(2026, 11, 22, 10, 41, 0, 5, tzinfo=UTC)),
    ],
)
def test_an_outcome_comes_back_as_it_was(outcome: Outcome) -> None:
    assert outcome_from_json(outcome_to_json(outcome)) == outcome


def test_what_is_not_known_takes_no_room() -> None:
    assert outcome_to_json(UNKNOWN) == {}


@pytest.mark.parametrize("told", [{"zone": "moon"}, {"sent": {}}, {"sent": 7}, {"finished": {"reason": "stop"}}])
def test_anything_else_is_an_error(told: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        outcome_from_json(told)
