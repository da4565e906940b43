"""Server-sent events: numbered, so that a reader who was gone can ask for the rest.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress

from aspen.server.answers import as_json
from aspen.server.runs import Frame, Run

_SILENCE_SECONDS = 15.0
_SIGN_OF_LIFE = b": here\n\n"


async def event_stream(run: Run, after: int) -> AsyncGenerator[bytes]:
    """Yield the events of a run after number `after`, and a sign of life in long silences."""
    async with aclosing(run.listen(after)) as events:
        waiting = asyncio.ensure_future(_next(events))
        try:
            while True:
                done, _ = await asyncio.wait([waiting], timeout=_SILENCE_SECONDS)
                if not done:
                    yield _SIGN_OF_LIFE
                    continue
                if (event := waiting.result()) is None:
                    return
                number, frame = event
                yield b"id: %d\ndata: %s\n\n" % (number, as_json(frame))
                waiting = asyncio.ensure_future(_next(events))
        finally:
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting


async def presence() -> AsyncGenerator[bytes]:
    """Yield signs of life for as long as somebody listens: an open page keeps the service, and hears it end."""
    while True:
        yield _SIGN_OF_LIFE
        await asyncio.sleep(_SILENCE_SECONDS)


async def _next(events: AsyncIterator[tuple[int, Frame]]) -> tuple[int, Frame] | None:
    return await anext(events, None)
