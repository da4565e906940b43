"""A streamed answer, collected: the object that programs get, and the parts that a conversation keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from aspen.core.answer import (
    AwaitingApproval,
    Event,
    Finished,
    FinishReason,
    Progress,
    Sent,
    Stage,
    TextDelta,
    ThinkingDelta,
    Timings,
    ToolCallDelta,
    Usage,
)
from aspen.core.decision import Reason, Refusal, Route
from aspen.core.isolation import JailLevel, JailReport
from aspen.core.message import Text, Thinking, ToolCall
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.service.answer_so_far import AnsweredHere, AnswerSoFar

CARD = ModelCard(
    name="big",
    zone=Zone.CLOUD,
    dialect="anthropic_messages",
    context_tokens=1000,
    skills=frozenset({Skill.CHAT}),
    source="acme",
)
ROUTE = Route(model="big", reasons=(Reason(code="named", words="You named it."),), flips=("With …",))
FINISHED = Finished(
    reason=FinishReason.STOP,
    usage=Usage(prompt_tokens=9, completion_tokens=4, cached_tokens=2),
    timings=Timings(first_token_ms=1.26, tokens_per_second=33.33, prompt_ms=0.04),
)
SENT = Sent(sequence=7, provider="acme", body_bytes=120)


def _collected(*events: Event, card: ModelCard | None = CARD) -> AnswerSoFar:
    so_far = AnswerSoFar(count(0.0, 1.5).__next__)
    so_far.card = card
    for event in events:
        so_far.add(event)
    return so_far


def test_the_result_holds_all_that_programs_may_want_to_know() -> None:
    call = ToolCallDelta(index=0, arguments='{"a":', call_id="c1", name="look")
    so_far = _collected(
        ThinkingDelta(text="Hm."),
        TextDelta(text="Hel"),
        TextDelta(text="lo"),
        call,
        ToolCallDelta(index=0, arguments="1}"),
        FINISHED,
    )
    assert so_far.result(ROUTE, None, SENT) == {
        "schema": 1,
        "answer": "Hello",
        "thinking": "Hm.",
        "thinking_seconds": 1.5,
        "tool_calls": [{"call_id": "c1", "name": "look", "arguments": '{"a":1}'}],
        "model": "big",
        "zone": "cloud",
        "decision": {
            "kind": "route",
            "model": "big",
            "reasons": [{"code": "named", "words": "You named it."}],
            "considered": [],
            "flips": ["With …"],
        },
        "sent": {"provider": "acme", "sequence": 7, "body_bytes": 120},
        "finish_reason": "stop",
        "usage": {"prompt_tokens": 9, "completion_tokens": 4, "cached_tokens": 2},
        "timings": {"first_token_ms": 1.3, "tokens_per_second": 33.3, "prompt_ms": 0.0},
        "jail": None,
        "notes": [],
        "offer": None,
    }


def test_an_answer_of_this_machine_has_its_seal_its_notes_and_an_offer() -> None:
    report = JailReport(level=JailLevel.L3, checked_at=datetime(2030, 1, 1, tzinfo=UTC))
    here = AnsweredHere(report=report, notes=("A stand-in.",), offer={"name": "Better"})
    result = _collected(TextDelta(text="x"), FINISHED, card=replace(CARD, zone=Zone.MACHINE)).result(ROUTE, here, None)
    assert (result["zone"], result["sent"]) == ("machine", None)
    assert (result["notes"], result["offer"]) == (["A stand-in."], {"name": "Better"})
    jail = result["jail"]
    assert isinstance(jail, dict)
    assert jail["level"] == "L3"


def test_a_refusal_has_no_model_and_no_words() -> None:
    refusal = Refusal(reasons=(Reason(code="stays_here", words="Not sent."),), remedies=("Answer here.",))
    result = _collected(card=None).result(refusal, None, None)
    assert (result["model"], result["zone"], result["answer"], result["finish_reason"]) == (None, None, "", None)
    assert (result["usage"], result["timings"]) == (None, None)


def test_the_parts_stand_in_the_order_in_which_they_came() -> None:
    so_far = _collected(
        ThinkingDelta(text="First "),
        ThinkingDelta(text="thought.", signature="s1"),
        ThinkingDelta(text="Second."),
        ThinkingDelta(text="", signature="s2"),
        TextDelta(text="I will "),
        TextDelta(text="look."),
        ToolCallDelta(index=1, arguments="{}", call_id="c1", name="look", signature="t"),
        TextDelta(text="And "),
        TextDelta(text="wait."),
    )
    assert so_far.parts() == (
        Thinking(text="First thought.", signature="s1", dialect="anthropic_messages"),
        Thinking(text="Second.", signature="s2", dialect="anthropic_messages"),
        Text(text="I will look."),
        ToolCall(call_id="c1", name="look", arguments="{}", signature="t"),
        Text(text="And wait."),
    )


def test_a_thought_without_a_signature_belongs_to_no_dialect() -> None:
    assert _collected(ThinkingDelta(text="Hm")).parts() == (Thinking(text="Hm"),)


def test_calls_that_come_at_the_same_time_are_put_together_by_their_numbers() -> None:
    so_far = _collected(
        ToolCallDelta(index=0, arguments="", call_id="a", name="one"),
        ToolCallDelta(index=1, arguments='{"y"', call_id="b", name="two"),
        ToolCallDelta(index=0, arguments='{"x":1}'),
        ToolCallDelta(index=1, arguments=":2}"),
    )
    assert [(part.name, part.arguments) for part in so_far.parts() if isinstance(part, ToolCall)] == [
        ("one", '{"x":1}'),
        ("two", '{"y":2}'),
    ]


def test_what_is_only_about_the_answer_leaves_no_part() -> None:
    progress = Progress(stage=Stage.LOAD, done=1, total=2)
    so_far = _collected(progress, AwaitingApproval(nonce="0" * 32, body_sha256="ab", provider="acme"), SENT)
    assert (so_far.parts(), so_far.has_words, so_far.is_finished) == ((), False, False)
    so_far.add(TextDelta(text="x"))
    assert (so_far.has_words, so_far.is_finished) == (True, False)
    so_far.add(FINISHED)
    assert so_far.is_finished


@given(st.lists(st.text(max_size=5), max_size=20))
def test_the_answer_is_every_piece_in_its_order_wherever_it_was_cut(pieces: list[str]) -> None:
    so_far = _collected(*[TextDelta(text=piece) for piece in pieces])
    assert so_far.result(ROUTE, None, None)["answer"] == "".join(pieces)
    assert so_far.parts() == ((Text(text="".join(pieces)),) if pieces else ())
