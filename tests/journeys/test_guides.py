"""The guide's transcripts, played as they stand: what a new user reads is what a new user gets."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from fakes.service_home import ServiceHome
from fakes.transcript import Step, steps_of
from standards.repository import ROOT

GUIDE = ROOT / "docs" / "guides" / "asking-elsewhere.md"
REFUSED = {4}
_TIMEOUT_SECONDS = 30.0
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Screen:
    """A terminal on which one command runs. Leaving it as a context manager kills a command that still runs."""

    def __init__(self, home: ServiceHome, folder: Path, words: list[str]) -> None:
        self._end, terminal = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", *words],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            cwd=folder,
            env={**home.environment, "TERM": "dumb", "PYTHONUTF8": "1", "COLUMNS": "200"},
            start_new_session=True,
        )
        os.close(terminal)
        self.seen = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._end)
        self.process.kill()
        self.process.wait()

    def wait_for(self, pattern: re.Pattern[str]) -> None:
        """Read until the pattern has appeared on one line or several, and forget all up to its end."""
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while (found := pattern.search(self.seen)) is None:
            assert self._read(deadline), (pattern.pattern, self.seen)
        self.seen = self.seen[found.end() :]

    def type(self, words: str) -> None:
        os.write(self._end, words.encode() + b"\n")

    def finish(self) -> int:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while self._read(deadline):
            pass
        return self.process.wait(timeout=_TIMEOUT_SECONDS)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._end], [], [], max(0.0, deadline - time.monotonic()))
        try:
            piece = os.read(self._end, 65536) if ready else b""
        except OSError:  # Linux says EIO when the last process has closed the terminal
            piece = b""
        self.seen += _CODES.sub("", piece.decode("utf-8", "replace"))
        return bool(piece)


def play(home: ServiceHome, folder: Path, step: Step) -> int:
    with Screen(home, folder, step.words) as screen:
        for shown in step.shown:
            screen.wait_for(shown.pattern)
            if shown.typed is not None:
                screen.type(shown.typed)
        return screen.finish()


def test_every_command_of_the_guide_shows_what_the_guide_says(starter_home: ServiceHome) -> None:
    folder = starter_home.root / "home" / "fair"
    for name, text in {"cases/notes.txt": "Smith v. Jones", "marketing/brief.txt": "The fair is in May."}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    starter_home.aspen("ask", "Say hello.", "--max-tokens", "2")  # the offer of a better model is made once
    steps = list(steps_of(GUIDE))
    assert len(steps) > 10
    for step in steps:
        code = play(starter_home, folder, step)
        refused = any(shown.written.startswith("Error:") for shown in step.shown)
        assert code in (REFUSED if refused else {0}), step.words
