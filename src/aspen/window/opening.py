"""Opens the workspace for a command: in the sealed window, in a tab, or as a link to be opened by hand.

The window outlives the command that opened it, unless that one waits for it. Imports nothing of the jail: the window's
own processes do that.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import cast

from aspen.channel.client import Session, open_session
from aspen.core.errors import Failed, NotSealed, ServiceStopped, error_from_json
from aspen.settings import Folders
from aspen.window.browser_tab import OUTSIDE_THE_SEAL, has_display, open_tab
from aspen.window.entering import tab_link
from aspen.window.places import WINDOW_SOCKET_NAME

SEALED = "Sealed window: its browser is in an empty network and reaches nobody but Aspen."
NO_DISPLAY = "There is no display here. Open this link in a browser of this computer:"
NO_TAB = "No browser was found. Open this link in one of this computer:"

_START_SECONDS = 70.0
_BUSY_SECONDS = 50.0
_PAUSE_SECONDS = 0.05
_WINDOW_MODULE = "aspen.window"


class Shape(StrEnum):
    """How the workspace is to be opened; `BEST` is the sealed window, and what comes nearest where there is none."""

    BEST = "best"
    WINDOW = "window"
    TAB = "tab"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What came of it. `link` works once, for a minute; a window needs none. `sentences` are for the person.

    `keeper_pid` is the window's process where it ends with this command, which then waits for it.
    """

    shape: Shape
    is_sealed: bool
    sentences: tuple[str, ...]
    link: str | None = None
    keeper_pid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Where it is: `runtime` is the folder of the service that runs, `profile` the folder of the window's browser.

    `is_alone` says that both end with this command.
    """

    folders: Folders
    runtime: Path
    profile: Path
    environment: Mapping[str, str]
    is_alone: bool = False


def workspace_of(folders: Folders, runtime: Path, environment: Mapping[str, str] = os.environ) -> Workspace:
    """Return the workspace of this home, whose window keeps a profile."""
    return Workspace(folders=folders, runtime=runtime, profile=folders.state / "window", environment=environment)


def open_workspace(workspace: Workspace, shape: Shape) -> Opened:
    """Open it. For `BEST`, whatever keeps a sealed window from being opened is said, and something else is opened.

    Raises NotSealed or Failed where `WINDOW` is wanted and there can be none.
    """
    can_show = has_display(workspace.environment)
    match shape:
        case Shape.LINK:
            return _as_link(workspace)
        case Shape.TAB:
            return _in_tab(workspace) if can_show else _as_link(workspace, NO_DISPLAY)
        case Shape.WINDOW:
            if not can_show:
                raise Failed("There is no display to open a window on.", hint="`aspen open --no-open` prints a link.")
            return _in_window(workspace)
        case Shape.BEST:
            return _best(workspace) if can_show else _as_link(workspace, NO_DISPLAY)


def wait_for(keeper_pid: int) -> None:
    """Wait until a window is closed that ends with this command."""
    os.waitpid(keeper_pid, 0)


def running_window(runtime: Path) -> dict[str, object] | None:
    """Ask the window that is open who is who, for `aspen.window.state`; None when none is open."""
    session = _window_session(runtime)
    if session is None:
        return None
    with session:
        return session.call("state")


def _best(workspace: Workspace) -> Opened:
    try:
        return _in_window(workspace)
    except (NotSealed, Failed) as refusal:
        in_tab = _in_tab(workspace)
        return Opened(
            shape=in_tab.shape, is_sealed=False, link=in_tab.link, sentences=(refusal.sentence, *in_tab.sentences)
        )


def _in_window(workspace: Workspace) -> Opened:
    if not workspace.is_alone and _one_more_page(workspace.runtime):
        return Opened(shape=Shape.WINDOW, is_sealed=True, sentences=(SEALED,))
    pid, told = _start_keeper(workspace)
    if isinstance(error := told.get("error"), dict):
        os.waitpid(pid, 0)
        raise error_from_json(cast("dict[str, object]", error))
    if told.get("state") == "busy":
        os.waitpid(pid, 0)
        _wait_for_the_other(workspace.runtime)
    elif told.get("state") != "open":
        raise Failed("Aspen's window could not be opened.", hint=f"See {workspace.folders.log}.")
    return Opened(
        shape=Shape.WINDOW, is_sealed=True, sentences=(SEALED,), keeper_pid=pid if workspace.is_alone else None
    )


def _in_tab(workspace: Workspace) -> Opened:
    link = tab_link(workspace.runtime)
    if open_tab(link):
        return Opened(shape=Shape.TAB, is_sealed=False, sentences=(OUTSIDE_THE_SEAL,), link=link)
    return Opened(shape=Shape.LINK, is_sealed=False, sentences=(OUTSIDE_THE_SEAL, NO_TAB), link=link)


def _as_link(workspace: Workspace, *reasons: str) -> Opened:
    link = tab_link(workspace.runtime)
    return Opened(shape=Shape.LINK, is_sealed=False, sentences=(OUTSIDE_THE_SEAL, *reasons), link=link)


def _one_more_page(runtime: Path) -> bool:
    """Have the window that is open show one more page; False when none is open."""
    session = _window_session(runtime)
    if session is None:
        return False
    with session:
        try:
            session.call("open")
        except ServiceStopped:  # it was closed in this very moment
            return False
    return True


def _window_session(runtime: Path) -> Session | None:
    try:
        return open_session(runtime, name=WINDOW_SOCKET_NAME)
    except (OSError, ServiceStopped):
        return None


def _wait_for_the_other(runtime: Path) -> None:
    """Another command is opening the window just now: one page is enough for both."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while (session := _window_session(runtime)) is None:
        if time.monotonic() > deadline:
            raise Failed("Aspen's window is being opened by another command, and does not appear.")
        time.sleep(_PAUSE_SECONDS)
    session.close()


def _start_keeper(workspace: Workspace) -> tuple[int, dict[str, object]]:
    """Start the window's process, and wait for the one line that it says."""
    folders = workspace.folders
    folders.gate.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is to be hidden must be there
    hidden = (workspace.runtime, folders.data, folders.config, folders.gate)
    words = [
        *(sys.executable, "-P", "-m", _WINDOW_MODULE),
        *("--runtime", str(workspace.runtime), "--profile", str(workspace.profile)),
        *("--while-parent", str(os.getpid() if workspace.is_alone else 0)),
        *("--hide", *map(str, hidden)),
    ]
    log = os.open(folders.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    reader, writer = os.pipe()
    try:
        pid = os.posix_spawn(
            sys.executable,
            words,
            workspace.environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, writer, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
            ],
            setsid=not workspace.is_alone,
        )
    finally:
        os.close(log)
        os.close(writer)
    return pid, _first_line(reader)


def _first_line(pipe: int) -> dict[str, object]:
    with os.fdopen(pipe, "rb") as stream:
        ready, _, _ = select.select([stream], [], [], _START_SECONDS)
        line = stream.readline() if ready else b"{}"
    try:
        return cast("dict[str, object]", json.loads(line))
    except ValueError:
        return {}
