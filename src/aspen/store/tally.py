"""How much was answered on this computer: counts of answers and tokens, never a word of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aspen.core.model_card import Zone
from aspen.store.moments import to_microseconds
from aspen.store.session import Session

_USAGE = "json_extract(outcome, '$.finished.usage.{}')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Answers that were stopped are not counted: nobody told how long they were."""

    answers: int
    prompt_tokens: int
    completion_tokens: int


def answered_here(session: Session, since: datetime, until: datetime) -> Answered:
    """Count the whole answers of this computer that are remembered of a time. Reads every turn of it."""
    prompt, completion = (_USAGE.format(name) for name in ("prompt_tokens", "completion_tokens"))
    row = session.first(
        f"SELECT COUNT(*), COALESCE(SUM({prompt}), 0), COALESCE(SUM({completion}), 0) FROM turns "
        "WHERE role = 'assistant' AND created_at_us >= ? AND created_at_us < ? "
        f"AND json_extract(outcome, '$.zone') = ? AND {completion} IS NOT NULL",
        (to_microseconds(since), to_microseconds(until), Zone.MACHINE.value),
    )
    assert row is not None
    return Answered(answers=row[0], prompt_tokens=row[1], completion_tokens=row[2])
