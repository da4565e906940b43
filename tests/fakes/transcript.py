"""Reads a page's terminal transcripts, and plays them: each command on a terminal of its own, each line looked for.

In an indented block a line `$ command` is typed at a shell. The lines below it must appear on the screen in their
order; `…` stands for anything. A line `Choose …: 1` or `Send? …: y` is a question; what stands behind it is typed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_INDENT = "    "
_QUESTION = re.compile(r"^(?P<asked>(?:Choose|Send\?).*): (?P<typed>\S+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A line that must appear; `typed` is the answer, where it is a question."""

    pattern: re.Pattern[str]
    written: str
    typed: str | None = None


@dataclass(slots=True, kw_only=True)
class Step:
    """One command with what it shows."""

    words: list[str]
    shown: list[Shown] = field(default_factory=list[Shown])


def steps_of(page: Path) -> Iterator[Step]:
    """Yield the commands of a page in their order."""
    step: Step | None = None
    for line in page.read_text("utf-8").splitlines():
        if not line.startswith(_INDENT):
            if step is not None:
                yield step
            step = None
            continue
        text = line.removeprefix(_INDENT)
        if text.startswith("$ "):
            if step is not None:
                yield step
            step = Step(words=shlex.split(text.removeprefix("$ ")))
        elif step is not None and text.strip() not in ("", "…"):
            step.shown.append(_shown(text))
    if step is not None:
        yield step


def _shown(text: str) -> Shown:
    question = _QUESTION.match(text.strip())
    wanted = text.strip() if question is None else question["asked"]
    pattern = r".*?".join(re.escape(part.strip()) for part in wanted.split("…"))
    return Shown(pattern=re.compile(pattern), written=text, typed=None if question is None else question["typed"])
