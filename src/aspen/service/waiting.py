"""Asks that wait for a person's yes. A stricter word that is said meanwhile ends them, whoever answers what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from aspen.core.answer import AwaitingApproval, Event
from aspen.core.decision import Decision
from aspen.core.errors import AspenError, NeedsApproval, StaysHere
from aspen.core.label import Label
from aspen.workspace import Haltable, Workspace

Item = Decision | Event
LabelNow = Callable[[], Awaitable[Label]]
"""Labels the same words again, by what persons have said by now."""


class WaitingAsk:
    """One ask. It can be halted between the preview and the first byte; `is_over` says that it holds nothing more."""

    def __init__(self, label: Label, label_now: LabelNow, conversation_id: str | None = None) -> None:
        self.conversation_id = conversation_id
        self.waits = False
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

    def change(self) -> None:
        """Halt it because a person left something of it out: what was shown is void, and is shown anew."""
        if not self._halted.done():
            self._halted.set_result(
                NeedsApproval("The message changed. Look again.", hint="Ask again.", facts={"is_changed": True})
            )

    def _halt(self, why: str) -> bool:
        if self._halted.done():
            return False
        self._halted.set_result(StaysHere(f"Not sent. {why}", hint="Answer here: aspen ask --model local …"))
        return True

    async def watch(self, items: AsyncGenerator[Item]) -> AsyncGenerator[Item]:
        """Yield the items. Raises StaysHere in the place of whatever comes after a preview that was halted."""
        while (item := await (self._next_unless_halted(items) if self.waits else _next(items))) is not None:
            self.waits = isinstance(item, AwaitingApproval)
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


async def void_previews(workspace: Workspace, conversation_id: str) -> None:
    """End what waits for a yes in a conversation, and return once the gate holds none of it any more."""
    asks = [ask for ask in workspace.waiting if ask.conversation_id == conversation_id]
    waiting = [ask for ask in asks if ask.waits]
    for ask in asks:
        ask.change()
    for ask in waiting:
        await ask.is_over.wait()


async def _halted(asks: Sequence[Haltable]) -> list[Haltable]:
    return [ask for ask in asks if await ask.look_again()]
