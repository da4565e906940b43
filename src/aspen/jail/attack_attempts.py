"""What hostile code tries once it runs inside of an engine or of the core. Each attempt does no harm where it succeeds.

The lists of `probes`, the ways out of `attack_outward`, the files of `attack_files`, and what somebody would do who
knows Aspen: its gate, its other processes, and the other programs of this user.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import cast

from aspen.jail import process_attempts as process
from aspen.jail import restrictions
from aspen.jail.attack_files import file_attempts, open_to_the_core, reading_attempts
from aspen.jail.attack_outward import outward_attempts
from aspen.jail.kernel import system_call
from aspen.jail.network_attempts import with_or_without
from aspen.jail.probes import KERNEL_ATTEMPTS, NETWORK_ATTEMPTS, NOT_THERE, REFUSED, Attempt, judge_attempt
from aspen.jail.refused_calls import AF_UNIX

ENGINE, CORE = "engine", "core"

_AF_INET, _AF_UNSPEC, _STREAM = 2, 0, 1
_MOST_DESCRIPTORS = 256
_NOBODY = struct.pack("=H", _AF_INET) + struct.pack("!H", 443) + bytes([192, 0, 2, 1]) + bytes(8)
_UNSPECIFIED = struct.pack("=H", _AF_UNSPEC) + bytes(14)
_LONGEST_ADDRESS = 110
_RLIMIT_NOFILE = 7
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_PROCESS_KEYRING, _GET_PERSONALITY, _LOG_SIZE = -2, 0xFFFFFFFF, 10
_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000
_PROGRAMS = ("/bin/sh", "/usr/bin/python3", "/usr/bin/curl", "/usr/bin/wget", "/usr/bin/ssh", "/usr/bin/nc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What the attack is told of the place; it may run where nothing can be read any more.

    `role` is ENGINE or CORE; `home` and `aspen` are throw-away folders of the service under attack, `processes` Aspen's
    others, by name.
    """

    role: str
    home: str
    aspen: str
    runtime: str
    interface: int
    processes: Mapping[str, int]

    @classmethod
    def from_json(cls, told: object) -> Targets:
        """Raises KeyError or TypeError for anything else than `asdict` of one."""
        fields = cast("Mapping[str, object]", told)
        return cls(
            role=str(fields["role"]),
            home=str(fields["home"]),
            aspen=str(fields["aspen"]),
            runtime=str(fields["runtime"]),
            interface=cast("int", fields["interface"]),
            processes=cast("Mapping[str, int]", fields["processes"]),
        )


def attack(targets: Targets) -> list[dict[str, object]]:
    """Try everything, and say of each what the kernel answered: name, group, blocked, detail.

    `why_open` says why the core may do something, and is empty for what must be refused.
    """
    home, aspen = Path(targets.home), Path(targets.aspen)
    groups: tuple[tuple[str, Iterator[Attempt]], ...] = (
        ("Ways out", iter((*outward_attempts(targets.interface), *NETWORK_ATTEMPTS, *_with_what_it_holds()))),
        ("Other programs of yours", _other_programs(targets)),
        ("Aspen's other processes", _other_processes(targets)),
        ("Files", file_attempts(home, aspen)),
        ("New programs and processes", iter((*KERNEL_ATTEMPTS, *_programs()))),
        ("Kernel and walls", _kernel()),
    )
    answers = [_answered(group, attempt) for group, attempts in groups for attempt in attempts]
    if targets.role == ENGINE:
        only_engine = (*reading_attempts(home, aspen), *_only_an_engine())
        return answers + [_answered("What only an engine may not", attempt) for attempt in only_engine]
    for why, attempts in open_to_the_core(home, aspen).items():
        answers += [_answered("What the core may", attempt, why) for attempt in attempts]
    return answers


def _answered(group: str, attempt: Attempt, why_open: str = "") -> dict[str, object]:
    return {**asdict(judge_attempt(attempt)), "group": group, "why_open": why_open}


# Ways out.


def _with_what_it_holds() -> Iterator[Attempt]:
    """The sockets that it has anyway, which are Unix ones: could one of them become something else?"""
    yield Attempt("connect each held socket elsewhere", lambda: _worst(partial(_connect_to, address=_NOBODY)))
    yield Attempt("forget the peer of each held socket", lambda: _worst(partial(_connect_to, address=_UNSPECIFIED)))
    yield Attempt("listen on each held socket", lambda: _worst(lambda fd: system_call("listen", fd, 1)))
    yield Attempt("send past the peer of each held socket", lambda: _worst(_send_past))
    yield Attempt("open a socket in a new thread", _socket_in_a_thread)


def _connect_to(fd: int, address: bytes) -> int:
    return system_call("connect", fd, address, len(address))


def _send_past(fd: int) -> int:
    return system_call("sendto", fd, b"x", 1, 0x4000, _NOBODY, len(_NOBODY))


def _worst(of: Callable[[int], int]) -> int:
    """Try it on every socket that is held; the first answer that is no refusal, else a refusal."""
    answers = [of(fd) for fd in range(_MOST_DESCRIPTORS) if _is_socket(fd)] or [of(-1)]
    return next((answer for answer in answers if -answer not in REFUSED), answers[0])


def _is_socket(fd: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False


def _socket_in_a_thread() -> int:
    answers: list[int] = []

    def run() -> None:
        fd = system_call("socket", _AF_INET, _STREAM, 0)
        if fd >= 0:
            os.close(fd)
        answers.append(fd)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]


# Other programs of the same user, which could carry something out.


def _other_programs(targets: Targets) -> Iterator[Attempt]:
    user = f"/run/user/{os.getuid()}"
    for name, place in (
        ("approve its own preview at the gate", f"{targets.runtime}/gate.sock"),
        ("press a button on the gate's page", f"{targets.runtime}/gate-page.sock"),
        ("give Aspen a command", f"{targets.runtime}/aspen.sock"),
        ("pass for a page of the app", f"{targets.runtime}/page.sock"),
        ("Docker", "/var/run/docker.sock"),
        ("the session bus", f"{user}/bus"),
        ("the system bus", "/run/dbus/system_bus_socket"),
        ("systemd of the user", f"{user}/systemd/private"),
        ("the screen (X11)", "/tmp/.X11-unix/X0"),
        ("the screen (Wayland)", f"{user}/wayland-0"),
        ("the name service cache", "/var/run/nscd/socket"),
        ("the key agent", f"{user}/keyring/ssh"),
    ):
        yield Attempt(f"{name} ({place})", partial(_connect_unix, place.encode()))
    yield Attempt("the screen (X11, abstract)", partial(_connect_unix, b"\0/tmp/.X11-unix/X0"))


def _connect_unix(name: bytes) -> int:
    """Where no socket is to be had, on none: EBADF would say that only the socket was missing."""
    address = (struct.pack("=H", AF_UNIX) + name)[:_LONGEST_ADDRESS]
    return with_or_without(AF_UNIX, partial(_connect_to, address=address))


# Aspen's other processes.


def _other_processes(targets: Targets) -> Iterator[Attempt]:
    for name, pid in targets.processes.items():
        yield Attempt(f"write the memory of the {name}", partial(process.open_memory_file, pid))
        yield Attempt(f"read the memory of the {name}", partial(process.read_memory, pid))
        yield Attempt(f"trace the {name}", partial(process.peek_by_ptrace, pid))
        yield Attempt(f"take a descriptor of the {name}", partial(process.take_descriptor, pid))
        yield Attempt(f"read the environment of the {name}", partial(process.open_file, Path(f"/proc/{pid}/environ")))
        yield Attempt(f"open a file of the {name}", partial(process.open_file, Path(f"/proc/{pid}/fd/0")))
        yield Attempt(f"signal the {name}", partial(process.signal_process, pid))
        yield Attempt(f"limit the {name}", partial(_limit, pid))


def _limit(pid: int) -> int:
    return system_call("prlimit64", pid, _RLIMIT_NOFILE, None, ctypes.create_string_buffer(16))


# Programs, the kernel, and the walls themselves.


def _programs() -> Iterator[Attempt]:
    for program in _PROGRAMS:
        if Path(program).exists():
            yield Attempt(f"start {program}", partial(_start, program))


def _start(program: str) -> int:
    """With nothing to do: it says its version to nobody."""
    try:
        child = os.posix_spawn(program, [program, "--version"], {}, file_actions=[(os.POSIX_SPAWN_CLOSE, 1)])
    except OSError as error:
        return -(error.errno or 1)
    os.waitpid(child, 0)
    return 0


def _kernel() -> Iterator[Attempt]:
    """Arguments that the kernel rejects once permission is granted, so that nothing comes of them (EFAULT, EINVAL)."""
    calls: tuple[tuple[str, str, tuple[int | bytes | None, ...]], ...] = (
        ("namespaces of its own", "unshare", (_NEW_USER_AND_NETWORK,)),
        ("another root folder", "chroot", (b"/\0",)),
        ("swap the root folder", "pivot_root", (None, None)),
        ("open by handle", "open_by_handle_at", (-1, None, 0)),
        ("name to handle", "name_to_handle_at", (-1, b"/\0", None, None, 0)),
        ("a BPF program", "bpf", (0, None, 0)),
        ("performance counters", "perf_event_open", (None, 0, -1, -1, 0)),
        ("the kernel's keys", "keyctl", (0, _PROCESS_KEYRING, 0)),
        ("add a key", "add_key", (None, None, None, 0, 0)),
        ("the kernel's log", "syslog", (_LOG_SIZE, None, 0)),
        ("load a module", "init_module", (None, 0, None)),
        ("swap to a file", "swapon", (None, 0)),
        ("another personality", "personality", (_GET_PERSONALITY,)),
        ("shared memory", "shmget", (0, 0, 0)),
        ("a message queue", "mq_open", (None, 0, 0, None)),
        ("pages of another process", "move_pages", (1, 0, None, None, None, 0)),
    )
    for name, call, arguments in calls:
        yield Attempt(f"{name} ({call})", partial(system_call, call, *arguments))
    yield Attempt("faults in user space (userfaultfd)", _userfaultfd)
    yield Attempt("become dumpable", _become_dumpable)


def _userfaultfd() -> int:
    fd = system_call("userfaultfd", 0)
    if fd >= 0:
        os.close(fd)
    return fd


def _become_dumpable() -> int:
    result = system_call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)
    restrictions.forbid_dumps()
    return result


def _only_an_engine() -> Iterator[Attempt]:
    """The core works with files and has its own parent; an engine does without."""
    yield Attempt("bind an address", lambda: system_call("bind", -1, _NOBODY, len(_NOBODY)))
    yield Attempt("outlive the launcher", _outlive)
    yield Attempt("change a mode", process.change_mode)
    yield Attempt("hand out a descriptor", lambda: system_call("sendmsg", -1, bytes(56), 0), NOT_THERE)


def _outlive() -> int:
    result = system_call("prctl", _PR_SET_PDEATHSIG, 0, 0, 0, 0)
    if result == 0:
        restrictions.die_with_parent()
    return result
