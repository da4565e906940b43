"""How much was answered here: only whole answers of this computer, and only those of the time that is asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from aspen.core.answer import Finished, FinishReason, Timings, Usage
from aspen.core.message import Message, Role
from aspen.core.model_card import Zone
from aspen.store.outcome import UNKNOWN, Outcome
from aspen.store.store import Store
from aspen.store.tally import Answered
from aspen.store.turns import KeptTurn
from fakes.turns import turn_of

_NOVEMBER = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def _answer(turn_id: str, outcome: Outcome, day: datetime) -> KeptTurn:
    kept = turn_of(turn_id, None)
    turn = replace(kept.turn, message=Message.of_text(Role.ASSISTANT, "answer"), created_at=day)
    return replace(kept, turn=turn, outcome=outcome)


def _finished(zone: Zone, prompt: int, completion: int) -> Outcome:
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion)
    return Outcome(
        zone=zone,
        finished=Finished(
            reason=FinishReason.STOP, usage=usage, timings=Timings(first_token_ms=1.0, tokens_per_second=1.0)
        ),
    )


def test_whole_answers_of_this_computer_in_that_time_are_counted(store: Store) -> None:
    store.conversations.create(conversation_id="c")
    within, before = datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)
    kept = [
        _answer("here", _finished(Zone.MACHINE, 100, 10), within),
        _answer("here too", _finished(Zone.MACHINE, 20, 3), within),
        _answer("elsewhere", _finished(Zone.CLOUD, 5000, 500), within),
        _answer("earlier", _finished(Zone.MACHINE, 7000, 700), before),
        _answer("cut off", replace(UNKNOWN, zone=Zone.MACHINE), within),
        _answer("imported", UNKNOWN, within),
    ]
    for each in kept:
        store.turns.save("c", each)
    assert store.answered_here(*_NOVEMBER) == Answered(answers=2, prompt_tokens=120, completion_tokens=13)
    assert store.answered_here(_NOVEMBER[1], _NOVEMBER[1]) == Answered(answers=0, prompt_tokens=0, completion_tokens=0)
