"""`python -m aspen.window`: the process that keeps one window, from the lock to the last of its processes.

Says one line on standard output when the page is there, or why it is not, and nothing more.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

from aspen.core.errors import AspenError, Failed, error_to_json
from aspen.jail.restrictions import die_with_parent
from aspen.window.browsers import find_browser, kept_in_memory
from aspen.window.control import Control
from aspen.window.keeper import Keeper, Plan
from aspen.window.places import WINDOW_SOCKET_NAME


def main() -> int:
    options = _parse()
    if options.while_parent and die_with_parent() == 0 and os.getppid() != options.while_parent:
        return 1
    os.umask(0o077)
    profile: Path = options.profile
    profile.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(profile.with_name(f"{profile.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _say({"state": "busy"})
        return 0
    return asyncio.run(_keep(options))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aspen.window")
    parser.add_argument("--runtime", type=Path, required=True)
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--hide", type=Path, nargs="*", default=[])
    parser.add_argument("--while-parent", type=int, default=0)
    return parser.parse_args()


async def _keep(options: argparse.Namespace) -> int:
    """Keep the window until it is closed or this process is told to end; leave no process and no draft behind."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    living = asyncio.create_task(_live(options))
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait((living, stopping), return_when=asyncio.FIRST_COMPLETED)
    for task in (living, stopping):
        task.cancel()
    outcome, _ = await asyncio.gather(living, stopping, return_exceptions=True)
    for folder in kept_in_memory(options.profile):
        shutil.rmtree(folder, ignore_errors=True)
    if isinstance(outcome, AspenError):
        _say({"error": error_to_json(outcome)})
        return 1
    if isinstance(outcome, Exception):
        raise outcome
    return 0


async def _live(options: argparse.Namespace) -> None:
    """Open the window, say so, and return when it is closed."""
    keeper = Keeper(_plan(options))

    async def open_page() -> dict[str, object]:
        await keeper.open_page()
        return {"schema": 1}

    async def state() -> dict[str, object]:
        return keeper.state()

    control = Control({"open": open_page, "state": state}, options.runtime / WINDOW_SOCKET_NAME)
    try:
        await keeper.begin()
        await control.listen()
        _say({"state": "open"})
        await keeper.closed()
    finally:
        control.close()
        await keeper.end()


def _plan(options: argparse.Namespace) -> Plan:
    browser = find_browser()
    if browser is None:
        raise Failed(
            "There is no browser here that can be Aspen's window.",
            hint="Install Chromium, Chrome, Edge or Brave. `aspen open --tab` uses any other browser.",
        )
    return Plan(
        runtime=options.runtime,
        profile=options.profile,
        browser=browser,
        hidden=(*options.hide, *kept_in_memory(options.profile)),
    )


def _say(line: dict[str, object]) -> None:
    """Say it to the command that waits, and let go of it: that command ends, and this process does not."""
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(line).encode() + b"\n")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
