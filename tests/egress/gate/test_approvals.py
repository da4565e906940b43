"""What waits is held in memory, bounded, and answered once."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from outbounds import hinted, may_leave, typed

from aspen.core.egress import Envelope, Outbound
from aspen.core.errors import Failed, NotFound
from aspen.core.label import PUBLIC
from aspen.core.request import Purpose
from aspen.egress.gate.approvals import Answer, Approvals, Held
from aspen.egress.gate.remembered import may_be_remembered
from fakes.provider_rows import plain_provider


def held(outbound: Outbound, nonce: str = "n") -> Held:
    return Held(
        envelope=Envelope(outbound=outbound, policy_version="", nonce=nonce),
        provider=plain_provider("https://acme.example"),
        reasons=(),
        since=datetime.now(UTC),
        answer=asyncio.get_running_loop().create_future(),
    )


async def test_the_first_answer_counts() -> None:
    approvals, one = Approvals(), held(typed())
    with approvals.holding(one):
        approvals.approve(approvals.seen("n", one.envelope.outbound.body_sha256, for_conversation=False))
        with pytest.raises(NotFound, match="approved"):
            approvals.decline("n")
        assert await one.answer is Answer.APPROVED
    assert approvals.pending == ()


async def test_an_answer_is_told_as_it_was_after_the_wait_is_over_too() -> None:
    approvals, one = Approvals(), held(typed())
    with approvals.holding(one):
        approvals.decline("n")
    with pytest.raises(NotFound, match="declined"):
        approvals.look_at("n")


async def test_no_more_wait_than_a_person_could_answer() -> None:
    approvals = Approvals()
    with ExitStack() as waiting, pytest.raises(Failed, match="64"):
        for number in range(65):
            waiting.enter_context(approvals.holding(held(typed(), nonce=str(number))))
    assert approvals.pending == ()


async def test_waiting_bytes_are_bounded() -> None:
    approvals, large = Approvals(), may_leave(b" " * (130 << 20))
    with approvals.holding(held(large, "1")), pytest.raises(Failed), approvals.holding(held(large, "2")):
        pass


@pytest.mark.parametrize(
    "outbound",
    [
        may_leave(),
        hinted(),
        typed(conversation_id=""),
        replace(typed(), label=PUBLIC),
        replace(typed(), purpose=Purpose.TITLE),
        replace(typed(), hints=hinted().hints),
        replace(typed(), origin=replace(typed().origin, paths=("/home/ada/a.txt",))),
        replace(typed(), origin=replace(typed().origin, is_named=False)),
    ],
)
def test_only_typed_words_without_anything_else_can_be_covered_by_a_yes_for_the_chat(outbound: Outbound) -> None:
    assert may_be_remembered(typed())
    assert not may_be_remembered(outbound)
