"""Shows how far something has come, once it takes longer than a second, on standard error alone.

A terminal gets a bar with rate and time left; a log gets a plain line every few seconds for what takes long (downloads,
hashing). rich is loaded only when a bar is due: it costs more than most commands.
"""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from aspen.cli.quantities import duration_words, size_words
from aspen.cli.terminal import can_redraw, clean_line, say

if TYPE_CHECKING:
    from aspen.cli.progress_bars import Bar

_PATIENCE_SECONDS = 1.0
_LINE_EVERY_SECONDS = 5.0
STAGE_WORDS = {
    "fetch": "Fetching",
    "load": "Loading",
    "prompt": "Reading the prompt",
    "hash": "Checking",
    "export": "Exporting",
    "read": "Reading",
}
_TOKEN_STAGES = frozenset({"prompt"})
_LOGGED_STAGES = frozenset({"fetch", "hash"})


class Progress:
    """One thing after another: a new stage or subject ends the one before. Use as a context manager."""

    def __init__(self) -> None:
        self._draws = can_redraw(sys.stderr)
        self._waiting = _Waiting() if self._draws else None
        self._subject: tuple[str, str] | None = None
        self._began = self._said = 0.0
        self._first_done = 0
        self._bar: Bar | None = None

    def __enter__(self) -> Self:
        if self._waiting:
            self._waiting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def update(self, stage: str, what: str, done: int, total: int) -> None:
        """Take in one report; draw it if its turn has come."""
        now = time.monotonic()
        if self._subject != (stage, what):
            self.finish()
            self._subject, self._began, self._said, self._first_done = (stage, what), now, now, done
        if self._draws:
            self._draw(now, done, total)
        elif stage in _LOGGED_STAGES and now - self._said >= _LINE_EVERY_SECONDS:
            self._said = now
            seconds = now - self._began
            say(log_line(stage, what, seconds=seconds, begun_at=self._first_done, done=done, total=total))

    def finish(self) -> None:
        """Take everything off the screen; cheap when there is nothing."""
        if self._waiting:
            self._waiting.stop()
            self._waiting = None
        if self._bar:
            self._bar.stop()
            self._bar = None
        self._subject = None

    def _draw(self, now: float, done: int, total: int) -> None:
        if self._bar is None and now - self._began >= _PATIENCE_SECONDS and self._subject:
            from aspen.cli.progress_bars import Bar

            stage, what = self._subject
            self._bar = Bar(_title(stage, what), counts_tokens=stage in _TOKEN_STAGES, done=self._first_done)
        if self._bar:
            self._bar.update(done, total)


def log_line(stage: str, what: str, *, seconds: float, begun_at: int, done: int, total: int) -> str:
    """Say how far a stage of bytes has come; `begun_at` are those that an earlier attempt had brought."""
    if not total:
        return f"{_title(stage, what)}: {size_words(done)} so far"
    rate = (done - begun_at) / max(seconds, 0.001)
    left = f", {duration_words((total - done) / rate)} left" if rate > 0 else ""
    share = f"{size_words(done)} of {size_words(total)} ({done * 100 // total} %)"
    return f"{_title(stage, what)}: {share}, {size_words(rate)}/s{left}"


def _title(stage: str, what: str) -> str:
    words = STAGE_WORDS.get(stage, stage.capitalize())
    return f"{words} {clean_line(what)}".rstrip()


class _Waiting:
    """A line that appears after a second of silence and goes without a trace."""

    def __init__(self) -> None:
        self._timer = threading.Timer(_PATIENCE_SECONDS, self._show)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._shown = self._over = False

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._shown:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _show(self) -> None:
        with self._lock:
            if not self._over:
                self._shown = True
                print("Working…", end="", file=sys.stderr, flush=True)
