"""`aspen install-desktop`: Aspen in the desktop's menu, for this user alone."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from aspen.cli.options import Invocation, takes
from aspen.cli.terminal import put_json, say
from aspen.core.errors import Misused
from aspen.window.desktop_entry import install_entry, remove_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopOptions(Invocation):
    remove: bool


@click.command("install-desktop")
@click.option("--remove", is_flag=True, help="Take it out of the menu again.")
@takes(DesktopOptions)
def install_desktop(options: DesktopOptions) -> None:
    """Put Aspen into your desktop's menu, with its icon.

    Writes two files below ~/.local/share, which start the Aspen that this command belongs to. Linux only.
    """
    if sys.platform != "linux":
        raise Misused("Desktop entries are for Linux.", hint="Start the workspace with `aspen`.")
    paths = remove_entry() if options.remove else install_entry(_program())
    if options.as_json:
        put_json({"schema": 1, "removed" if options.remove else "written": [str(path) for path in paths]})
    elif options.remove:
        say("Aspen is not in the desktop's menu any more." if paths else "Aspen was not in the desktop's menu.")
    else:
        say("Aspen is in your desktop's menu now. `aspen install-desktop --remove` takes it out.")


def _program() -> Path:
    """The program beside this Python, since another `aspen` on the path may be another Aspen."""
    beside = Path(sys.executable).parent / "aspen"
    found = str(beside) if beside.is_file() else shutil.which("aspen")
    if found is None:
        raise Misused(
            "The program `aspen` was not found.", hint="Install Aspen with pip, and run the command it brings."
        )
    return Path(found).absolute()
