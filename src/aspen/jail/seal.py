"""The seal of the core: a running asyncio process that gives up everything but what is open already.

Keeps: open listeners (accept), open connections, files, threads, SQLite, imports, and descriptors that arrive at one
channel. Gives up: every new socket, connect, exec and new processes, the tricks that turn a listener into a client,
writing outside of the named folders, and the memory of other processes.

Consequences for the caller: the event loop must exist already (a new one needs a socketpair); the channel is never
closed (EPERM), the process ends instead; SQLite sorts in memory (`PRAGMA temp_store = MEMORY`) and temporary files lie
in a writable folder. Reading stays open: what the core reads can only go out through what is open already.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from functools import partial
from pathlib import Path

from aspen.core.isolation import Probe
from aspen.jail import process_attempts as process
from aspen.jail import refused_calls, restrictions, seccomp
from aspen.jail.confinement import NOT_TRIED, Confinement
from aspen.jail.kernel import system_call
from aspen.jail.landlock import ALL_WRITING, restrict, writable_only
from aspen.jail.probes import (
    CREATE_BESIDE,
    KERNEL_ATTEMPTS,
    NETWORK_ATTEMPTS,
    NETWORK_PROBES,
    NOT_THERE,
    PROCESS_PROBES,
    WRITE_FORBIDDEN,
    Attempt,
    judge_attempt,
    parent_attempts,
)
from aspen.jail.system_calls import architecture_name

SEAL_FILTERS = 1
_PR_SET_DUMPABLE = 4
_ASYNCIO_FLUSHES_WITH_SENDMSG = sys.version_info >= (3, 12)
_CHANNEL_NAMES = ("dup2 over the channel", "dup3 over the channel", "close the channel", "close many")
SEAL_PROBES = NETWORK_PROBES | PROCESS_PROBES | {WRITE_FORBIDDEN, CREATE_BESIDE, *_CHANNEL_NAMES, "become dumpable"}


def seal_this_process(channel_fd: int, writable: tuple[Path, ...]) -> Confinement:
    """Seal the whole process, other threads included, except for Landlock, which binds this thread and later ones.

    With other threads running, `landlock_error` is EBUSY: seal before starting any. Capabilities stay when a writable
    folder belongs to another user, because root needs them there. Raises NotFound when a writable folder is missing.
    """
    started = time.perf_counter()
    restrictions.forbid_core_dumps()
    restrictions.forbid_dumps()
    restrictions.forbid_new_privileges()
    files = restrict(ALL_WRITING, writable_only(writable))
    foreign = any(folder.stat().st_uid != os.geteuid() for folder in writable)
    capabilities_error = errno.EPERM if foreign else restrictions.drop_capabilities()
    seccomp_error = seccomp.refuse(
        refused_calls.core_is_sealed(os.getpid(), channel_fd, flushes_with_sendmsg=_ASYNCIO_FLUSHES_WITH_SENDMSG)
    )
    return Confinement(
        architecture=architecture_name(),
        namespaces_error=NOT_TRIED,
        landlock_abi=files.abi,
        landlock_error=files.error,
        seccomp_error=seccomp_error,
        capabilities_error=capabilities_error,
        setup_ms=(time.perf_counter() - started) * 1000,
    )


def probe_seal(channel_fd: int, forbidden_file: Path) -> tuple[Probe, ...]:
    """Try every way out of the sealed core, harmlessly. All must be blocked.

    `forbidden_file` stands for ~/.bashrc or an autostart entry and lies outside of the writable folders. It is opened
    for appending and not written; where it is not there, it is created and removed again if the seal lets that happen.
    """
    attempts = (
        *NETWORK_ATTEMPTS,
        *KERNEL_ATTEMPTS,
        *parent_attempts(os.getppid()),
        Attempt(WRITE_FORBIDDEN, partial(_write, forbidden_file), NOT_THERE),
        Attempt(CREATE_BESIDE, partial(process.create_file, forbidden_file.parent), NOT_THERE),
        Attempt("dup2 over the channel", lambda: _duplicate_onto(channel_fd)),
        Attempt("dup3 over the channel", lambda: system_call("dup3", channel_fd, channel_fd, 0)),
        Attempt("close the channel", lambda: _close_and_restore(channel_fd)),
        Attempt("close many", lambda: system_call("close_range", 1, 0, 0)),
        Attempt("become dumpable", _become_dumpable),
    )
    return tuple(judge_attempt(attempt) for attempt in attempts)


def _write(path: Path) -> int:
    appended = process.open_file(path, os.O_WRONLY | os.O_APPEND)
    return process.create_file(path.parent, path.name) if appended == -errno.ENOENT else appended


def _duplicate_onto(channel_fd: int) -> int:
    """Onto itself, which changes nothing where it is allowed; dup3 is the only one on aarch64."""
    return system_call("dup2", channel_fd, channel_fd)


def _close_and_restore(channel_fd: int) -> int:
    spare = os.dup(channel_fd)
    result = system_call("close", channel_fd)
    if result == 0:
        os.dup2(spare, channel_fd)
    os.close(spare)
    return result


def _become_dumpable() -> int:
    result = system_call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)
    restrictions.forbid_dumps()
    return result
