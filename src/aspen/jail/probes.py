"""The probe matrix: everything a jailed engine must not be able to do, tried from inside the running engine.

Raw system calls only, so that no Python wrapper hides an answer; nothing is imported when it runs, because by then
nothing can be. A probe is blocked when the kernel's answer is one of its refusals; every other answer counts as open,
also one that was not foreseen.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aspen.core.isolation import Probe
from aspen.jail import network_attempts as network
from aspen.jail import process_attempts as process
from aspen.jail.engine_jail import JailPlan
from aspen.jail.kernel import errno_name

READ_MODEL = "read model"
WRITE_FORBIDDEN, CREATE_BESIDE = "write a forbidden file", "create a file beside it"

REFUSED = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS})
NO_NETWORK = REFUSED | {
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EPROTONOSUPPORT,
    errno.ESOCKTNOSUPPORT,
}
NOT_THERE = REFUSED | {errno.ENOENT, errno.EROFS}
_SYSTEM_FILE = Path("/etc/passwd")
_ROOT = Path("/")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A probe's name, what it tries, and which errnos are a refusal."""

    name: str
    run: Callable[[], int]
    refusals: frozenset[int] = REFUSED


def judge_attempt(attempt: Attempt) -> Probe:
    """Try it. `detail` is the errno, or `done` when the kernel did it."""
    result = attempt.run()
    return Probe(
        name=attempt.name,
        blocked=-result in attempt.refusals,
        detail="done" if result >= 0 else errno_name(-result),
    )


NETWORK_ATTEMPTS = (
    Attempt("TCP connect v4", network.connect_tcp_v4, NO_NETWORK),
    Attempt("TCP connect v6", network.connect_tcp_v6, NO_NETWORK),
    Attempt("UDP send", network.send_udp, NO_NETWORK),
    Attempt("MPTCP connect", network.connect_mptcp, NO_NETWORK),
    Attempt("TCP Fast Open by sendto", network.fast_open_by_sendto, NO_NETWORK),
    Attempt("TCP Fast Open by sendmsg", network.fast_open_by_sendmsg, NO_NETWORK),
    Attempt("send to an address", network.send_to_an_address, NO_NETWORK),
    Attempt("TCP listen", network.listen_tcp, NO_NETWORK),
    Attempt("netlink socket", network.open_netlink, NO_NETWORK),
    Attempt("vsock socket", network.open_vsock, NO_NETWORK),
    Attempt("packet socket", network.open_packet, NO_NETWORK),
    Attempt("raw ICMP socket", network.open_raw_icmp, NO_NETWORK),
    Attempt("Bluetooth socket", network.open_bluetooth, NO_NETWORK),
    Attempt("kernel crypto socket", network.open_kernel_crypto, NO_NETWORK),
    Attempt("Unix path connect", network.connect_unix_path),
    Attempt("Unix abstract connect", network.connect_unix_abstract),
    Attempt("Unix bind", network.bind_unix),
    Attempt("Unix listen", network.listen_unix),
    Attempt("socketpair", network.make_socketpair),
    Attempt("listener recycling", network.recycle_a_listener),
    Attempt("SCM_RIGHTS receive", network.receive_message),
    Attempt("SCM_RIGHTS receive many", network.receive_messages),
    Attempt("send many messages", network.send_messages),
    Attempt("io_uring_setup", network.set_up_io_uring),
)
KERNEL_ATTEMPTS = (
    Attempt("memfd and exec", process.create_memory_file),
    Attempt("fork by clone", process.fork_by_clone),
    Attempt("fork by clone3", process.fork_by_clone3),
    Attempt("fork", process.fork_the_old_way),
    Attempt("exec", process.execute),
    Attempt("exec by descriptor", process.execute_at),
    Attempt("unshare", process.unshare_nothing),
    Attempt("setns", process.enter_namespace),
    Attempt("mount", process.mount_nothing),
)
_FILE_NAMES = ("read system file", "list home", "list root", "write temp", "write shared memory", "change mode")
_PARENT_NAMES = (
    "pidfd_open of parent",
    "pidfd_getfd of parent",
    "ptrace of parent",
    "process_vm_readv of parent",
    "open memory of parent",
    "signal parent",
)


def _file_attempts(home: Path) -> tuple[Attempt, ...]:
    return (
        Attempt("read system file", lambda: process.open_file(_SYSTEM_FILE), NOT_THERE),
        Attempt("list home", lambda: process.list_folder(home), NOT_THERE),
        Attempt("list root", lambda: process.list_folder(_ROOT)),
        Attempt("write temp", process.write_temporary, NOT_THERE),
        Attempt("write shared memory", process.write_shared_memory, NOT_THERE),
        Attempt("change mode", process.change_mode),
    )


def parent_attempts(parent: int) -> tuple[Attempt, ...]:
    """What a process could do to the memory, the descriptors and the life of the one that started it."""
    return (
        Attempt("pidfd_open of parent", lambda: process.open_process(parent)),
        Attempt("pidfd_getfd of parent", lambda: process.take_descriptor(parent)),
        Attempt("ptrace of parent", lambda: process.peek_by_ptrace(parent)),
        Attempt("process_vm_readv of parent", lambda: process.read_memory(parent)),
        Attempt("open memory of parent", lambda: process.open_memory_file(parent)),
        Attempt("signal parent", lambda: process.signal_process(parent)),
    )


NETWORK_PROBES = frozenset(attempt.name for attempt in NETWORK_ATTEMPTS)
FILE_PROBES = frozenset({*_FILE_NAMES, WRITE_FORBIDDEN, CREATE_BESIDE})
PROCESS_PROBES = frozenset(_PARENT_NAMES) | {attempt.name for attempt in KERNEL_ATTEMPTS}
ENGINE_PROBES = NETWORK_PROBES | PROCESS_PROBES | set(_FILE_NAMES)


def run_probes(plan: JailPlan) -> tuple[Probe, ...]:
    """Try everything, harmlessly, in a few milliseconds. `read model` is the one that shall be open."""
    home = Path(os.environ.get("HOME") or _ROOT)
    attempts = (
        *(Attempt(READ_MODEL, partial(process.open_file, path)) for path in plan.readable[:1]),
        *_file_attempts(home),
        *NETWORK_ATTEMPTS,
        *KERNEL_ATTEMPTS,
        *parent_attempts(plan.parent_pid),
    )
    return tuple(judge_attempt(attempt) for attempt in attempts)
