"""A decision in words: where to and why, what else was looked at, and what would have led elsewhere."""

from __future__ import annotations

from typing import Any

from aspen.cli.explaining import explain

NAMED = {"code": "named", "words": "You named it."}


def _route(**more: Any) -> dict[str, Any]:
    return {"kind": "route", "model": "big", "reasons": [NAMED], "considered": [], "flips": [], **more}


def test_the_reasons_stand_in_their_order() -> None:
    second = {"code": "may_leave", "words": "These words may leave."}
    assert explain(_route(reasons=[NAMED, second])) == (
        "Answered by big, because:\n  You named it.\n  These words may leave."
    )


def test_what_was_looked_at_and_what_would_change_it_follow() -> None:
    considered = [{"model": "small", "reason": {"code": "not_first", "words": "Another model goes first."}}]
    told = _route(considered=considered, flips=["With --model small it would stay here."])
    assert explain(told).splitlines()[2:] == [
        "Not chosen:",
        "  small: Another model goes first.",
        "What would change this:",
        "  With --model small it would stay here.",
    ]


def test_before_anything_was_sent_it_says_would() -> None:
    assert explain(_route(), is_preview=True).splitlines()[0] == "This would be answered by big, because:"


def test_a_refusal_says_that_it_was_not_sent_and_what_helps() -> None:
    told = {"kind": "refusal", "reasons": [{"code": "stays_here", "words": "You said so."}], "remedies": ["Ask here."]}
    assert explain(told).splitlines() == [
        "Not sent, because:",
        "  You said so.",
        "What would change this:",
        "  Ask here.",
    ]


def test_a_decision_of_another_version_is_shown_as_far_as_it_goes() -> None:
    assert explain({}) == "Not sent, because:"
    assert explain({"model": "big", "reasons": 7, "considered": [1]}) == "Answered by big, because:"
