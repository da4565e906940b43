"""Hostile code inside of a process of Aspen's: waits for a signal, then tries everything. For `aspen prove --attack`.

How it gets in is no door of the product. Python imports a module `sitecustomize` from PYTHONPATH before it runs
anything; the throw-away service that is attacked has one, which calls `wait_for_the_signal`, as a poisoned package
would. No verb, flag, setting or variable of Aspen's leads here, and nothing of Aspen's imports this module. Launcher,
core, engine and gate of that service are started by the same command lines as always and run their own code unchanged:
what is attacked is what you use. Whoever can set your PYTHONPATH needs no help of Aspen's.

It comes in before the walls stand, so that it is there afterwards, when a process holds words. What it says goes
through memory that was shared before: see `attack_memory`.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from aspen.jail.attack_attempts import CORE, ENGINE, Targets, attack
from aspen.jail.attack_memory import SharedMemory, State

SIGNAL = signal.SIGUSR1
_ROLES = {"aspen.service": CORE, "aspen.local.engine_child": ENGINE}
"""Which of Python's `-m` modules are attacked."""


def memory_file(folder: Path, pid: int) -> Path:
    """Where an attacked process and its attacker share memory."""
    return folder / f"memory-{pid}"


def wait_for_the_signal(folder: Path) -> None:
    """Attack when `SIGNAL` comes, on the main thread, wherever it stands then. Does nothing in any other process."""
    if not _ROLES.keys() & set(sys.orig_argv):
        return
    memory = SharedMemory(memory_file(folder, os.getpid()))

    def run(_number: int, _frame: object) -> None:
        memory.write(attack(Targets.from_json(memory.read())), State.ANSWERED)

    signal.signal(SIGNAL, run)
