"""Scenarios that a child process plays, because they cannot be taken back. Run as a program: SCENARIO WORDS…"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from aspen.core.errors import AspenError
from aspen.jail import bpf, refused_calls, restrictions, seccomp
from aspen.jail.availability import best_level
from aspen.jail.engine_jail import JailPlan, close_sockets, confine, harden
from aspen.jail.kernel import system_call
from aspen.jail.landlock import EVERYTHING, Access, Allowed, limit_writes, restrict
from aspen.jail.namespaces import enter_empty_namespaces
from aspen.jail.probes import run_probes
from aspen.jail.seal import seal_this_process
from aspen.jail.seccomp import Refusal
from aspen.jail.system_calls import X86_64, this_architecture

_PR_GET_DUMPABLE = 3
_NO_SOCKETS = (Refusal("socket"),)


def _say(told: object) -> None:
    print(json.dumps(told), flush=True)


def _socket_error() -> int:
    try:
        socket.socket(socket.AF_UNIX).close()
    except OSError as error:
        return error.errno or -1
    return 0


def _error_of(action: Callable[[], object]) -> int:
    try:
        action()
    except OSError as error:
        return error.errno or -1
    return 0


class _Waiting:
    """A thread that starts now, and looks whether it may open a socket when it is told to."""

    def __init__(self, first: Callable[[], object]) -> None:
        self._go, self._ready = threading.Event(), threading.Event()
        self._first = first
        self._error = -1
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._ready.wait()

    def _run(self) -> None:
        self._first()
        self._ready.set()
        self._go.wait()
        self._error = _socket_error()

    def result(self) -> int:
        self._go.set()
        self._thread.join()
        return self._error


def filter_with_a_running_thread() -> None:
    waiting = _Waiting(lambda: None)
    restrictions.forbid_new_privileges()
    _say({"installed": seccomp.refuse(_NO_SOCKETS), "here": _socket_error(), "there": waiting.result()})


def filter_with_a_thread_of_other_filters() -> None:
    restrictions.forbid_new_privileges()
    waiting = _Waiting(_take_a_filter_alone)
    told = {"installed": seccomp.refuse(_NO_SOCKETS), "here": _socket_error()}
    waiting.result()
    _say(told)


def _take_a_filter_alone() -> None:
    """The older way, PR_SET_SECCOMP, binds the calling thread only."""
    architecture = this_architecture()
    assert architecture is not None
    program = seccomp.compile_filter((Refusal("mount"),), architecture)
    code = bpf.assemble(program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("=H6xQ", len(program), ctypes.addressof(buffer))
    set_seccomp, by_filter = 22, 2
    assert system_call("prctl", set_seccomp, by_filter, header, 0, 0) == 0


def call_by_a_foreign_number() -> None:
    foreign_from = X86_64.foreign_from
    assert foreign_from is not None
    restrictions.forbid_core_dumps()
    restrictions.forbid_new_privileges()
    seccomp.refuse(_NO_SOCKETS)
    ctypes.CDLL(None).syscall(ctypes.c_long(foreign_from + X86_64.numbers["socket"]), 1, 1, 0)


def filter_without_no_new_privileges() -> None:
    status = Path("/proc/self/status").read_text("ascii")
    effective = int(status.partition("CapEff:")[2].split()[0], 16)
    administer = 21
    _say({"installed": seccomp.refuse(_NO_SOCKETS), "may_administer": bool(effective >> administer & 1)})


def small_restrictions(parent_pid: str) -> None:
    errors = [
        restrictions.forbid_core_dumps(),
        restrictions.forbid_file_growth(),
        restrictions.die_with_parent(),
        restrictions.drop_capabilities(),
        restrictions.forbid_new_privileges(),
    ]
    written = _error_of(lambda: Path("grown").write_text("x", "ascii"))
    errors.append(restrictions.forbid_dumps())
    libc = ctypes.CDLL(None)
    death = ctypes.c_int(0)
    libc.prctl(2, ctypes.byref(death), 0, 0, 0)
    _say(
        {
            "errors": errors,
            "core": resource.getrlimit(resource.RLIMIT_CORE),
            "written": written,
            "dumpable": libc.prctl(3, 0, 0, 0, 0),
            "death": death.value,
            "parent": os.getppid() == int(parent_pid),
            "status": Path("/proc/self/status").read_text("ascii"),
        }
    )


def empty_namespaces() -> None:
    before = os.getuid(), os.getgid()
    error = enter_empty_namespaces()
    _say(
        {
            "error": error,
            "up": [name for _, name in socket.if_nameindex() if _is_up(name)],
            "same_ids": before == (os.getuid(), os.getgid()),
            "death": restrictions.die_with_parent(),
        }
    )
    sys.stdin.readline()


def _is_up(interface: str) -> bool:
    """SIOCGIFFLAGS of netdevice(7)."""
    get_flags, up = 0x8913, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        answer = fcntl.ioctl(asking, get_flags, struct.pack("=16sh22x", interface.encode("ascii"), 0))
    flags: int = struct.unpack_from("=h", answer, 16)[0]
    return bool(flags & up)


_WALLS: dict[str, Callable[[JailPlan], int]] = {
    "nothing": lambda _plan: 0,
    "no_new_privileges": lambda _plan: restrictions.forbid_new_privileges(),
    "namespaces": lambda _plan: enter_empty_namespaces(),
    "files": lambda plan: (
        restrict(EVERYTHING, tuple(Allowed(path=path, access=Access.READ_FILE) for path in plan.readable)).error
    ),
    "listening": lambda _plan: seccomp.refuse(refused_calls.engine_may_listen(os.getpid())),
    "answering": lambda _plan: seccomp.refuse(refused_calls.engine_may_answer()),
    "everything": lambda plan: confine(plan).seccomp_error | harden() | close_sockets(),
}


def walls(names: str, readable: str, folder: str, parent_pid: str) -> None:
    """Put up some of the walls and try everything. Parent 0 stands for the process itself."""
    plan = JailPlan(
        readable=(Path(readable),), socket_directory=Path(folder), parent_pid=int(parent_pid) or os.getpid()
    )
    errors = [_WALLS[name](plan) for name in names.split(",")]
    _say({"errors": errors, "probes": [asdict(probe) for probe in run_probes(plan)]})


def confined(readable: str, folder: str, parent_pid: str, more: str = "") -> None:
    """Everything, step by step, waiting for a line after each."""
    plan = JailPlan(
        readable=tuple(Path(path) for path in (readable, more) if path),
        socket_directory=Path(folder),
        parent_pid=int(parent_pid),
    )
    try:
        _say(json.loads(confine(plan).to_json()))
    except AspenError as error:
        _say({"refused": error.code, "sentence": error.sentence})
        return
    sys.stdin.readline()
    _say({"harden": harden(), "dumpable": system_call("prctl", _PR_GET_DUMPABLE, 0, 0, 0, 0)})
    sys.stdin.readline()
    _say({"close_sockets": close_sockets()})
    sys.stdin.readline()


def files(folder: str) -> None:
    """Read one file, write beneath one folder, and nothing else."""
    root = Path(folder)
    (root / "open").mkdir()
    for name in ("seen", "hidden", "open/old"):
        (root / name).write_text("before", "ascii")
    restrictions.forbid_new_privileges()
    outcome = restrict(
        EVERYTHING,
        (
            Allowed(path=root / "seen", access=Access.READ_FILE | Access.READ_DIR),
            Allowed(path=root / "open", access=Access.WRITE_FILE | Access.MAKE_REG | Access.MAKE_DIR),
        ),
    )
    told = {
        "read seen": _error_of((root / "seen").read_bytes),
        "write seen": _error_of(lambda: (root / "seen").open("r+b").close()),
        "read hidden": _error_of((root / "hidden").read_bytes),
        "list": _error_of(lambda: list(root.iterdir())),
        "create open": _error_of(lambda: (root / "open/new").open("xb").close()),
        "remove open": _error_of((root / "open/old").unlink),
        "truncate open": _error_of(lambda: os.truncate(root / "open/old", 1)),
        "truncate hidden": _error_of(lambda: os.truncate(root / "hidden", 1)),
    }
    _say({"abi": outcome.abi, "error": outcome.error, **told})


def every_right(walled: str, folder: str, abstract_name: str) -> None:
    """Use each right of a folder once: with every right handled and only reading one file given, or without a wall."""
    root = Path(folder)
    (root / "folder").mkdir()
    (root / "file").touch()
    program = root / "program"
    program.write_text("no program after all", "ascii")
    program.chmod(0o700)
    restrictions.forbid_new_privileges()
    readable = Allowed(path=program, access=Access.READ_FILE)
    error = restrict(EVERYTHING, (readable,)).error if walled == "walled" else 0
    unix = socket.socket(socket.AF_UNIX)
    told = {
        "make a file": _error_of((root / "new").touch),
        "make a folder": _error_of((root / "new folder").mkdir),
        "make a socket": _error_of(lambda: unix.bind(str(root / "socket"))),
        "make a fifo": _error_of(lambda: os.mkfifo(root / "fifo")),
        "make a link": _error_of(lambda: (root / "link").symlink_to("file")),
        "write": _error_of(lambda: (root / "file").open("r+b", buffering=0).close()),
        "read": _error_of(lambda: (root / "file").open("rb").close()),
        "list": _error_of(lambda: list(root.iterdir())),
        "run": _error_of(lambda: os.execv(program, ["program"])),
        "remove a file": _error_of((root / "file").unlink),
        "remove a folder": _error_of((root / "folder").rmdir),
        "call an abstract name": _error_of(lambda: socket.socket(socket.AF_UNIX).connect(f"\0{abstract_name}")),
    }
    _say({"error": error, **told})


def files_with_a_running_thread(folder: str) -> None:
    waiting = _Waiting(lambda: None)
    restrictions.forbid_new_privileges()
    outcome = restrict(EVERYTHING, (Allowed(path=Path(folder), access=Access.READ_FILE),))
    waiting.result()
    _say({"abi": outcome.abi, "error": outcome.error})


def limited_writes(folder: str) -> None:
    root = Path(folder)
    for name in ("mine", "also", "other"):
        (root / name).mkdir()
    (root / "other/kept").write_text("before", "ascii")
    abi = limit_writes((root / "mine", root / "also"))
    program = f"import os; os.open({str(root / 'other/by_child')!r}, os.O_CREAT | os.O_WRONLY)"
    child = subprocess.run([sys.executable, "-I", "-S", "-c", program], check=False, capture_output=True)
    listener = socket.create_server(("127.0.0.1", 0))
    _say(
        {
            "abi": abi,
            "write mine": _error_of(lambda: (root / "mine/new").write_text("x", "ascii")),
            "rename mine": _error_of(lambda: (root / "mine/new").rename(root / "also/new")),
            "discard": _error_of(lambda: Path("/dev/null").write_text("x", "ascii")),
            "read other": _error_of((root / "other/kept").read_bytes),
            "write other": _error_of(lambda: (root / "other/new").write_text("x", "ascii")),
            "append other": _error_of(lambda: (root / "other/kept").open("ab").close()),
            "remove other": _error_of((root / "other/kept").unlink),
            "child": child.returncode,
            "network": _error_of(lambda: socket.create_connection(listener.getsockname()).close()),
        }
    )
    listener.close()


def seal_with_a_running_thread(folder: str) -> None:
    waiting = _Waiting(lambda: None)
    one, other = socket.socketpair()
    confinement = seal_this_process(one.fileno(), (Path(folder),))
    dumpable = system_call("prctl", _PR_GET_DUMPABLE, 0, 0, 0, 0)
    core = resource.getrlimit(resource.RLIMIT_CORE)
    _say({**json.loads(confinement.to_json()), "dumpable": dumpable, "core": core})
    waiting.result()
    other.close()
    one.detach()


def offer() -> None:
    print(best_level().name)


_SCENARIOS: tuple[Callable[..., None], ...] = (
    filter_with_a_running_thread,
    filter_with_a_thread_of_other_filters,
    call_by_a_foreign_number,
    filter_without_no_new_privileges,
    small_restrictions,
    empty_namespaces,
    walls,
    confined,
    files,
    every_right,
    files_with_a_running_thread,
    limited_writes,
    seal_with_a_running_thread,
    offer,
)

if __name__ == "__main__":
    {scenario.__name__: scenario for scenario in _SCENARIOS}[sys.argv[1]](*sys.argv[2:])
