"""`aspen open`, and `aspen` with nothing behind it: the workspace, in the sealed window where there can be one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from aspen.cli.commanding import reach_for_long
from aspen.cli.options import Invocation, takes
from aspen.cli.terminal import put_json, put_line, say
from aspen.settings import Folders, read_folders
from aspen.window.opening import Opened, Shape, Workspace, open_workspace, wait_for, workspace_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOptions(Invocation):
    shape: str


@click.command("open")
@click.option("--window", "shape", flag_value=Shape.WINDOW.value, help="The sealed window, or nothing.")
@click.option("--tab", "shape", flag_value=Shape.TAB.value, help="A tab of your own browser, outside of the seal.")
@click.option("--no-open", "shape", flag_value=Shape.LINK.value, help="Open nothing: print a link for your browser.")
@takes(OpenOptions)
def open_(options: OpenOptions) -> None:
    """Open the workspace.

    On Linux it is a window of its own: Chromium, Chrome, Edge or Brave in an empty network, from which nothing can
    reach anybody but Aspen. It stays when this command has ended; with --alone it ends with it.
    """
    with reach_for_long(alone=options.alone) as reach:
        with reach() as session:
            runtime = session.folder
        with _workspace(read_folders(), runtime, alone=options.alone) as workspace:
            opened = open_workspace(workspace, Shape(options.shape or Shape.BEST))
            _tell(opened, as_json=options.as_json)
            if options.alone:
                _stay(opened)


@contextmanager
def _workspace(folders: Folders, runtime: Path, *, alone: bool) -> Generator[Workspace]:
    """With `alone` the window keeps nothing, and no other window is in its way."""
    kept = workspace_of(folders, runtime, os.environ)
    if not alone:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="aspen-window-") as folder:
        yield replace(kept, profile=Path(folder) / "window", is_alone=True)


def _tell(opened: Opened, *, as_json: bool) -> None:
    if as_json:
        told = {"opened": opened.shape.value, "is_sealed": opened.is_sealed, "link": opened.link}
        put_json({"schema": 1, **told, "sentences": list(opened.sentences)})
        return
    for sentence in opened.sentences:
        say(sentence)
    if opened.shape is Shape.LINK and opened.link is not None:
        put_line(opened.link)


def _stay(opened: Opened) -> None:
    """Wait for the window's end, or for Ctrl-C where there is no window to wait for."""
    if opened.keeper_pid is not None:
        wait_for(opened.keeper_pid)
        return
    click.pause("Press a key to end Aspen.")
