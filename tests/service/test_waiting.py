"""An ask that waits for a person: a stricter word ends it, and so does whoever asked going away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from aspen.core.answer import AwaitingApproval, TextDelta
from aspen.core.errors import Declined, StaysHere
from aspen.core.label import Label
from aspen.privacy.words import declared_label
from aspen.service.waiting import Item, WaitingAsk

LEAVES, STAYS = declared_label("may-leave"), declared_label("stays-here", "You said so of this folder")
PREVIEW = AwaitingApproval(nonce="0" * 32, body_sha256="ab", provider="acme")


@dataclass(slots=True)
class Asked:
    """Shows a preview and then waits for `answered`; notes when it is closed."""

    answered: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    async def items(self) -> AsyncGenerator[Item]:
        try:
            yield PREVIEW
            await self.answered.wait()
            yield TextDelta(text="Hello")
        finally:
            self.closed = True


def _waiting(now: Label = LEAVES) -> WaitingAsk:
    return WaitingAsk(LEAVES, lambda: now)


async def test_what_comes_after_a_yes_comes_through() -> None:
    asked = Asked()
    asked.answered.set()
    assert [item async for item in _waiting().watch(asked.items())] == [PREVIEW, TextDelta(text="Hello")]


async def test_a_stricter_word_ends_it_with_the_reason_and_lets_go_of_the_bytes() -> None:
    asked, waiting = Asked(), _waiting(STAYS)
    watched = waiting.watch(asked.items())
    assert await anext(watched) is PREVIEW
    assert waiting.look_again()
    with pytest.raises(StaysHere, match="You said so of this folder"):
        await anext(watched)
    assert asked.closed


async def test_a_word_that_changes_nothing_does_not_end_it() -> None:
    asked, waiting = Asked(), _waiting()
    watched = waiting.watch(asked.items())
    await anext(watched)
    assert not waiting.look_again()
    asked.answered.set()
    assert await anext(watched) == TextDelta(text="Hello")


async def test_whoever_asked_goes_away_and_what_waits_goes_with_them() -> None:
    """Otherwise the preview would wait on at the gate, and a yes of another window would send it to nobody."""
    asked = Asked()
    watched = _waiting().watch(asked.items())
    await anext(watched)
    following = asyncio.ensure_future(anext(watched))
    await asyncio.sleep(0)
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    assert asked.closed


async def test_what_ends_the_ask_itself_is_raised_as_it_is() -> None:
    async def declined() -> AsyncGenerator[Item]:
        yield PREVIEW
        raise Declined("Not sent: you declined it.")

    watched = _waiting().watch(declined())
    await anext(watched)
    with pytest.raises(Declined):
        await anext(watched)
