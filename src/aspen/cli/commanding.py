"""Sends one command to the service and follows its events until the result.

Finds or starts the service; with `--alone` the service lives for this command only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import cast

from aspen.channel.client import Session, open_session
from aspen.channel.framing import Frame
from aspen.channel.summon import open_alone, open_or_start
from aspen.cli.progress import Progress
from aspen.cli.terminal import say
from aspen.core.errors import NeedsApproval, ServiceStopped
from aspen.settings import read_folders

OnEvent = Callable[[Frame], None]
OnApproval = Callable[[Frame, Path], None]
"""Called with the event `awaiting_approval` and the folder of the service; returns once the gate has its answer."""

Reach = Callable[[], AbstractContextManager[Session]]
"""How one command gets its connection."""


def reach_of(*, alone: bool) -> Reach:
    """Return how to reach the service of this home, or with `alone` one that lives for a single command."""
    folders = read_folders()
    return partial(open_alone, folders) if alone else partial(open_or_start, folders)


@contextmanager
def reach_for_long(*, alone: bool) -> Generator[Reach]:
    """Give a way to reach the service for several commands: with `alone`, one service lives for all of them."""
    if not alone:
        yield reach_of(alone=False)
        return
    with open_alone(read_folders()) as kept:
        yield partial(_again, kept.folder)


def _again(folder: Path) -> Session:
    try:
        return open_session(folder)
    except OSError as error:
        raise ServiceStopped("The service of this conversation has ended.", hint="Leave, and begin again.") from error


def show_notes(frame: Frame) -> None:
    """Handle the events of a command that has no events of its own."""
    match frame:
        case {"event": "note", "text": str() as text}:
            say(f"Note: {text}")
        case _:
            pass  # an event of a newer service: not ours to understand


def _nobody_approves(frame: Frame, folder: Path) -> None:
    """A command that cannot send anything is never asked."""
    del frame, folder
    raise NeedsApproval("Not sent: this command cannot show what would leave.", hint="Use `aspen ask`.")


def command(
    verb: str,
    arguments: Mapping[str, object] | None = None,
    *,
    reach: Reach,
    on_event: OnEvent = show_notes,
    on_approval: OnApproval = _nobody_approves,
) -> Frame:
    """Run one command and return its result; progress is shown here, other events go to `on_event`.

    Raises the AspenError that the service answers with, and what `on_approval` raises.
    """
    with Progress() as progress, reach() as session:
        for frame in session.stream(verb, arguments or {}):
            match frame:
                case {"result": dict()}:
                    return cast("Frame", frame["result"])
                case {"event": "progress", "stage": str() as stage, "done": int() as done, "total": int() as total}:
                    progress.update(stage, str(frame.get("what", "")), done, total)
                case {"event": "awaiting_approval"}:
                    progress.finish()
                    on_approval(frame, session.folder)
                case _:
                    progress.finish()
                    on_event(frame)
    raise ServiceStopped("Aspen's service ended the command without a result.", hint="Ask again.")
