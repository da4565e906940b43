"""A decision in words: where to and why, what else was looked at, and what would have led elsewhere."""

from __future__ import annotations

from typing import Any

from aspen.cli.explaining import explain, not_chosen

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


def test_where_nothing_else_was_looked_at_nothing_is_said_of_it() -> None:
    assert not_chosen(_route()) == []


def test_before_anything_was_sent_it_says_would() -> None:
    assert explain(_route(), is_preview=True).splitlines()[0] == "This would be answered by big, because:"


def test_a_decision_of_another_version_is_shown_as_far_as_it_goes() -> None:
    assert explain({"model": "big", "reasons": 7, "considered": [1]}) == "Answered by big, because:"
