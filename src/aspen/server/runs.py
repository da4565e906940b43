"""Runs: commands that go on when the page that began them has gone, and can be listened to again from any event on.

A run is one verb. Its events are numbered from 1 and kept until some minutes after its end, so that a closed tab, a
sleeping laptop or a page that was loaded again misses nothing. Nothing here is written to a disk: what must outlive the
process is remembered by the verb itself.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from aspen.core.errors import AspenError, Failed, NotFound, RateLimited, error_to_json

Frame = Mapping[str, object]
RunVerb = Callable[[str, Frame], AsyncGenerator[Frame]]
"""Starts a verb of the core and yields its frames, the last one with `result`. Raises AspenError."""

OnDefect = Callable[[Exception], None]

_TEXT_EVENTS = frozenset({"text", "thinking"})
_GATHER_SECONDS = 1 / 60
_KEPT_SECONDS = 600.0
_MOST_LIVE = 32
_MOST_ENDED = 64


@dataclass(slots=True, kw_only=True, eq=False)
class Run:
    """One verb under way, or ended a short while ago. `events[n - 1]` is event number n.

    `conversation` is where it is remembered, once it is.
    """

    run_id: str
    verb: str
    events: list[Frame] = field(default_factory=list[Frame])
    ended_at: float | None = None
    conversation: str | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    def add(self, frame: Frame) -> None:
        self.events.append(frame)
        if frame.get("event") == "remembered":
            self.conversation = str(frame.get("conversation"))
        self._wake()

    def end(self, now: float) -> None:
        self.ended_at = now
        self._wake()

    async def listen(self, after: int) -> AsyncGenerator[tuple[int, Frame]]:
        """Yield the events after number `after` with their numbers, as they come, until the run is over."""
        number = max(0, after)
        while True:
            changed = self.changed
            while number < len(self.events):
                number += 1
                yield number, self.events[number - 1]
            if self.is_over:
                return
            await changed.wait()

    def _wake(self) -> None:
        """Wake whoever listens; the next event has a new bell, so that nobody is missed and none rings for ever."""
        self.changed.set()
        self.changed = asyncio.Event()


class Runs:
    """All runs of one server. `run` starts a verb; `on_defect` is told of an error that is nobody's fault but ours."""

    def __init__(self, run: RunVerb, on_defect: OnDefect, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._run = run
        self._on_defect = on_defect
        self._monotonic = monotonic
        self._runs: dict[str, Run] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def live_count(self) -> int:
        return len(self._tasks)

    def begin(self, verb: str, arguments: Frame) -> Run:
        """Start a run. Raises RateLimited when too many are under way."""
        self._forget_the_old()
        if self.live_count >= _MOST_LIVE:
            raise RateLimited(f"{_MOST_LIVE} things are under way already.", hint="Wait for one, or stop one.")
        frames = self._run(verb, arguments)
        run = Run(run_id=secrets.token_urlsafe(12), verb=verb)
        self._runs[run.run_id] = run
        task = asyncio.create_task(self._follow(run, frames))
        self._tasks[run.run_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(run.run_id, None))
        return run

    def find(self, run_id: str) -> Run:
        """Return a run. Raises NotFound for one that was never there, or ended too long ago."""
        self._forget_the_old()
        if run_id not in self._runs:
            raise NotFound("This run is not known any more.", hint="What it said is in its conversation.")
        return self._runs[run_id]

    def all(self) -> list[Run]:
        """Return what is under way and what ended a short while ago, oldest first."""
        self._forget_the_old()
        return list(self._runs.values())

    async def stop(self, run_id: str) -> None:
        """End a run; what it has said so far stays. One that is over is left as it is."""
        self.find(run_id)
        if (task := self._tasks.get(run_id)) is not None:
            task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        """End every run."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, run: Run, frames: AsyncGenerator[Frame]) -> None:
        gathering = _Gathering(run)
        last: Frame | None = {"event": "stopped"}
        try:
            (outcome,) = await asyncio.gather(_pass_on(frames, gathering), return_exceptions=True)
            last = None if outcome is None else self._as_frame(outcome)
        finally:
            gathering.flush()
            if last is not None:
                run.add(last)
            run.end(self._monotonic())

    def _as_frame(self, outcome: BaseException) -> Frame:
        """The one place where a defect of ours in a run becomes an answer."""
        if isinstance(outcome, AspenError):
            return {"error": error_to_json(outcome)}
        if isinstance(outcome, Exception):
            self._on_defect(outcome)
        return {"error": error_to_json(Failed("Something went wrong inside Aspen.", hint="The log has the details."))}

    def _forget_the_old(self) -> None:
        ended = [run for run in self._runs.values() if run.ended_at is not None]
        horizon = self._monotonic() - _KEPT_SECONDS
        too_many = ended[: max(0, len(ended) - _MOST_ENDED)]
        for run in ended:
            if run in too_many or (run.ended_at or 0.0) < horizon:
                del self._runs[run.run_id]


class _Gathering:
    """Joins words that come in the same sixtieth of a second: no screen shows them one by one.

    The first word after a pause goes out at once.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._flushed_at = float("-inf")
        self._kind = ""
        self._words: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, frame: Frame) -> None:
        kind, text = frame.get("event"), frame.get("text")
        if kind not in _TEXT_EVENTS or not isinstance(text, str) or "logprobs" in frame:
            self.flush()
            self._run.add(frame)
            return
        if kind != self._kind:
            self.flush()
            self._kind = str(kind)
        self._words.append(text)
        loop = asyncio.get_running_loop()
        if loop.time() >= self._flushed_at + _GATHER_SECONDS:
            self.flush()
        elif self._timer is None:
            self._timer = loop.call_at(self._flushed_at + _GATHER_SECONDS, self.flush)

    def flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._words:
            words, self._words = "".join(self._words), []
            self._flushed_at = asyncio.get_running_loop().time()
            self._run.add({"event": self._kind, "text": words})


async def _pass_on(frames: AsyncGenerator[Frame], gathering: _Gathering) -> None:
    async with aclosing(frames):
        async for frame in frames:
            gathering.add(frame)
