"""Asks that wait for a person's yes. A stricter word that is said meanwhile ends them, whoever answers what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from aspen.core.answer import AwaitingApproval, Event
from aspen.core.decision import Decision
from aspen.core.errors import AspenError, StaysHere
from aspen.core.label import Label
from aspen.workspace import Haltable, Workspace

Item = Decision | Event
LabelNow = Callable[[], Awaitable[Label]]
"""Labels the same words again, by what persons have said by now."""


class WaitingAsk:
    """One ask. It can be halted between the preview and the first byte; `is_over` says that it holds nothing more."""

    def __init__(self, label: Label, label_now: LabelNow) -> None:
        self._label = label
        self._label_now = label_now
        self._halted: asyncio.Future[AspenError] = asyncio.get_running_loop().create_future()
        self.is_over = asyncio.Event()

    async def look_again(self) -> bool:
        """Halt it if what it would send has become stricter, or cannot be labelled any more.

        True for one that was halted now.
        """
        try:
            now = await self._label_now()
        except AspenError as error:
            return self._halt(f"Nobody can say any more how private it is: {error.sentence}")
        if self._label.join(now) == self._label:
            return False
        reasons = " ".join(f"{reason.rstrip('.')}." for reason in now.reasons)
        return self._halt(reasons or "A stricter word was said meanwhile.")

    def _halt(self, why: str) -> bool:
        if self._halted.done():
            return False
        self._halted.set_result(StaysHere(f"Not sent. {why}", hint="Answer here: aspen ask --model local …"))
        return True

    async def watch(self, items: AsyncGenerator[Item]) -> AsyncGenerator[Item]:
        """Yield the items. Raises StaysHere in the place of whatever comes after a preview that was halted."""
        waits = False
        while (item := await (self._next_unless_halted(items) if waits else _next(items))) is not None:
            waits = isinstance(item, AwaitingApproval)
            yield item

    async def _next_unless_halted(self, items: AsyncGenerator[Item]) -> Item | None:
        following = asyncio.ensure_future(_next(items))
        try:
            await asyncio.wait({following, self._halted}, return_when=asyncio.FIRST_COMPLETED)
            if self._halted.done() and not following.done():
                raise self._halted.result()
            return await following
        finally:
            # Also when whoever asked goes away: what waits at the gate must not outlive them.
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def _next(items: AsyncGenerator[Item]) -> Item | None:
    """Return the next item, None at the end: a task cannot end with StopAsyncIteration."""
    return await anext(items, None)


async def look_again(workspace: Workspace) -> None:
    """Look at everything that waits, and return once what had to be halted holds no bytes at the gate any more."""
    # To the end, though whoever said the word goes away: it holds already.
    for ask in await asyncio.shield(_halted(tuple(workspace.waiting))):
        await ask.is_over.wait()


async def _halted(asks: Sequence[Haltable]) -> list[Haltable]:
    return [ask for ask in asks if await ask.look_again()]
