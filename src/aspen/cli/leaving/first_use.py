"""The one question of a new project: what may happen to what is put here? Asked when words would first leave it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from aspen.channel.client import open_session
from aspen.cli.reading import Json, text
from aspen.cli.terminal import say

NOTHING_LEAVES = "stays-here"
_ANSWERS: Mapping[str, tuple[str, str]] = {
    "1": ("ask", "Ask me before anything leaves"),
    "2": (NOTHING_LEAVES, "Nothing ever leaves (client files, patients, company code)"),
    "3": ("may-leave", "May use the cloud (homework, captions)"),
}
_USUAL = "1"


def ask_once(project: Json, folder: Path) -> str:
    """Ask, write the answer down, and return it; leaving the question asks again another time.

    `folder` is where the service listens.
    """
    say(f"What may happen to what you put into {text(project, 'name')} ({text(project, 'folder')})?")
    for key, (_, words) in _ANSWERS.items():
        say(f"  {'●' if key == _USUAL else '○'} {key}  {words}")
    try:
        chosen = str(click.prompt("Choose", default=_USUAL, type=click.Choice(tuple(_ANSWERS)), err=True))
    except click.Abort:
        say("")
        return ""
    answer, _ = _ANSWERS[chosen]
    with open_session(folder) as session:
        session.call("set_project", {"folder": text(project, "path"), "answer": answer})
    return answer
