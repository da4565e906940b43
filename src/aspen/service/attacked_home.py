"""A throw-away home with a real service in it, into whose engine and core hostile code was let: see `attack_inside`."""

from __future__ import annotations

import os
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import aspen
from aspen.channel.client import open_gate_session, open_session
from aspen.channel.framing import Frame
from aspen.channel.process_state import descendants_of
from aspen.channel.summon import open_alone
from aspen.core.errors import EngineFailed
from aspen.jail.attack_attempts import CORE, ENGINE, Targets
from aspen.jail.attack_files import FOLDERS_IN_HOME
from aspen.jail.attack_inside import SIGNAL, memory_file
from aspen.jail.attack_memory import SharedMemory, State
from aspen.settings import read_folders

_POISON = """from pathlib import Path
from aspen.jail.attack_inside import wait_for_the_signal

wait_for_the_signal(Path({folder!r}))
"""
_TO_THE_KEYRING = ("DBUS_SESSION_BUS_ADDRESS", "XDG_CURRENT_DESKTOP")
_SETTINGS = "ASPEN_"
_PROCESSES = {
    "aspen.launcher": "launcher",
    "aspen.service": CORE,
    "aspen.local.engine_child": ENGINE,
    "aspen.egress.gate": "gate",
}
_PATIENCE_SECONDS = 30.0
_NOT_A_KEY = "sk-not-a-key-of-anybody-0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackedHome:
    """The running service; `root` holds everything of it, `pids` its processes by name."""

    root: Path
    folder: Path
    pids: dict[str, int]

    def attack(self, role: str, interface: int) -> list[Frame]:
        """Let the hostile code run in the engine or the core, and return what it tried.

        Raises EngineFailed when it does not answer: then an attempt has ended the process, or it was never let in.
        """
        memory = SharedMemory(memory_file(self.root, self.pids[role]))
        targets = Targets(
            role=role,
            home=str(self.root / "home"),
            aspen=str(self.root / "aspen"),
            runtime=str(self.folder),
            interface=interface,
            processes={name: pid for name, pid in self.pids.items() if name != role},
        )
        memory.write(asdict(targets), State.ASKED)
        os.kill(self.pids[role], SIGNAL)
        if not memory.wait_for_answer(_PATIENCE_SECONDS):
            raise EngineFailed(f"The hostile code in the {role} has not come back.", hint="See the log.")
        return cast("list[Frame]", memory.read())

    def call(self, verb: str, **arguments: object) -> Frame:
        with open_session(self.folder) as session:
            return session.call(verb, arguments)

    def gate(self, verb: str, **arguments: object) -> Frame:
        """Give the gate a command, as a person."""
        with open_gate_session(self.folder) as session:
            return session.call(verb, arguments)


def furnish(root: Path, environment: MutableMapping[str, str]) -> None:
    """Make the home in `root`, and have everything that starts with this environment live in it.

    The keyring stays out of it, so that keys lie in a file, where hostile code may look for them.
    """
    for name in ("aspen/config", "run", "tmp", "poison", *(f"home/{folder}" for folder in FOLDERS_IN_HOME)):
        (root / name).mkdir(mode=0o700, parents=True)
    for name in (".bashrc", ".profile"):
        (root / "home" / name).write_text("# nothing\n", "ascii")
    (root / "poison" / "sitecustomize.py").write_text(_POISON.format(folder=str(root)), "utf-8")
    for name in [name for name in environment if name in _TO_THE_KEYRING or name.startswith(_SETTINGS)]:
        del environment[name]
    packages = (str(root / "poison"), str(Path(aspen.__file__).parents[1]), environment.get("PYTHONPATH", ""))
    environment.update(
        PYTHONPATH=os.pathsep.join(part for part in packages if part),
        HOME=str(root / "home"),
        TMPDIR=str(root / "tmp"),
        XDG_RUNTIME_DIR=str(root / "run"),
        ASPEN_HOME=str(root / "aspen"),
        PYTHONDONTWRITEBYTECODE="1",
    )


@contextmanager
def attacked_home(root: Path, model: Path) -> Generator[AttackedHome]:
    """Start the service of a furnished home, with an engine, a gate that has keys, and a preview that waits.

    It ends with the block.
    """
    with open_alone(read_folders()) as kept:
        folder = kept.folder
        home = AttackedHome(root=root, folder=folder, pids={})
        name = str(home.call("add", path=str(model))["name"])
        home.call("ask", messages=_said("hi"), model=name, options={"answer_tokens": 1})
        home.gate("connect", name="practice")
        home.gate("connect", name="openai", key=_NOT_A_KEY, file_is_allowed=True)
        launcher = cast("dict[str, int]", home.call("ps")["service"])["launcher_pid"]
        for state in descendants_of(launcher):
            if state.module in _PROCESSES:
                home.pids[_PROCESSES[state.module]] = state.pid
        with _waiting_preview(folder):
            yield home


@contextmanager
def _waiting_preview(folder: Path) -> Generator[None]:
    """Want words to be sent, and leave them waiting for a person."""
    with open_session(folder) as session:
        frames = session.stream("ask", {"messages": _said("Words that wait."), "model": "practice"})
        next(frame for frame in frames if frame.get("event") == "awaiting_approval")
        yield


def _said(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]
