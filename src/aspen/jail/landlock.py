"""Landlock: which files this thread, and every thread it starts from now on, may touch.

Covers paths opened from now on, TCP bind and connect, abstract Unix sockets and signals to strangers, as far as the
kernel's ABI goes. Does not cover: descriptors already open, file attributes (mode, owner, times), UDP, MPTCP, TCP Fast
Open, netlink, vsock and Unix sockets with a path. Seccomp covers those; neither stands alone.
Reference: https://docs.kernel.org/userspace-api/landlock.html and landlock(7).
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path

from aspen.core.errors import NotFound
from aspen.jail.kernel import system_call
from aspen.jail.restrictions import forbid_new_privileges, running_threads

_VERSION_QUESTION = 1
_RULE_BENEATH_PATH = 1
_NEWEST_KNOWN_ABI = 7
_ABI_WITH_NETWORK = 4
_ABI_WITH_SCOPES = 6
_NETWORK_ALL = 0b11  # bind TCP, connect TCP
_SCOPE_ALL = 0b11  # abstract Unix sockets, signals


class Access(IntFlag):
    """LANDLOCK_ACCESS_FS_* of linux/landlock.h."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


_SINCE_ABI = {1: Access(Access.MAKE_SYM * 2 - 1), 2: Access.REFER, 3: Access.TRUNCATE, 5: Access.IOCTL_DEV}
EVERYTHING = Access(Access.IOCTL_DEV * 2 - 1)
ALL_WRITING = EVERYTHING & ~(Access.EXECUTE | Access.READ_FILE | Access.READ_DIR)
_ON_A_FILE = Access.EXECUTE | Access.WRITE_FILE | Access.READ_FILE | Access.TRUNCATE | Access.IOCTL_DEV
_WRITE_AND_DISCARD = Access.WRITE_FILE | Access.TRUNCATE
_DISCARD = Path("/dev/null")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Rights on a file, or on everything beneath a folder."""

    path: Path
    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Landlocked:
    """What came of it: the ABI that is enforced (0: none), and the errno when it does not bind the whole process."""

    abi: int
    error: int = 0


def kernel_abi() -> int:
    """Return the kernel's Landlock ABI; 0 where it is absent or switched off at boot."""
    return max(0, system_call("landlock_create_ruleset", None, 0, _VERSION_QUESTION))


def restrict(handled: Access, allowed: Iterable[Allowed], *, network_and_scopes: bool = True) -> Landlocked:
    """Refuse the handled rights except where allowed, and all TCP bind and connect. Needs no_new_privs.

    Raises NotFound when an allowed path does not exist. Binds the calling thread and what it starts later; when
    other threads were already running, these stay free and the error is EBUSY.
    """
    free_threads = running_threads() - 1
    kernel = system_call("landlock_create_ruleset", None, 0, _VERSION_QUESTION)
    if kernel < 0:
        return Landlocked(abi=0, error=-kernel)
    abi = min(kernel, _NEWEST_KNOWN_ABI)
    known = rights_of(abi) & handled
    ruleset = system_call("landlock_create_ruleset", *_attribute(abi, known, network_and_scopes=network_and_scopes), 0)
    if ruleset < 0:
        return Landlocked(abi=0, error=-ruleset)
    try:
        error = min((_add(ruleset, one, known) for one in allowed), default=0)
        if error == 0:
            error = system_call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    if error < 0:
        return Landlocked(abi=0, error=-error)
    return Landlocked(abi=kernel, error=errno.EBUSY if free_threads else 0)


def rights_of(abi: int) -> Access:
    """Return the file rights that an ABI knows. A right it lacks would make the kernel refuse the whole ruleset."""
    rights = Access(0)
    for since, access in _SINCE_ABI.items():
        if abi >= since:
            rights |= access
    return rights


def _attribute(abi: int, handled: Access, *, network_and_scopes: bool) -> tuple[bytes, int]:
    """struct landlock_ruleset_attr and its size, which grew with the ABI."""
    words = [int(handled)]
    if network_and_scopes and abi >= _ABI_WITH_NETWORK:
        words.append(_NETWORK_ALL)
    if network_and_scopes and abi >= _ABI_WITH_SCOPES:
        words.append(_SCOPE_ALL)
    attribute = struct.pack(f"={len(words)}Q", *words)
    return attribute, len(attribute)


def _add(ruleset: int, allowed: Allowed, known: Access) -> int:
    try:
        path_fd = os.open(allowed.path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(
            f"{allowed.path} does not exist.", hint="What a jail leaves open must be there when it closes."
        ) from error
    except OSError as error:
        return -(error.errno or errno.EACCES)
    try:
        access = allowed.access & known
        if not allowed.path.is_dir():
            access &= _ON_A_FILE
        if not access:
            return 0
        rule = struct.pack("=Qi", int(access), path_fd)  # packed: the kernel's struct has no padding
        return system_call("landlock_add_rule", ruleset, _RULE_BENEATH_PATH, rule, 0)
    finally:
        os.close(path_fd)


def writable_only(folders: Iterable[Path]) -> tuple[Allowed, ...]:
    """Rules that allow all writing beneath the folders, and to /dev/null."""
    discard = (Allowed(path=_DISCARD, access=_WRITE_AND_DISCARD),) if _DISCARD.exists() else ()
    return (*(Allowed(path=folder, access=ALL_WRITING) for folder in folders), *discard)


def limit_writes(writable: tuple[Path, ...]) -> int | None:
    """Let this thread and all it starts, programs included, write only beneath the folders. The ABI, or None.

    For a downloader: reading and the network stay open. Temporary files go nowhere unless their folder is named here,
    and a rename from one named folder to another works from ABI 2 on. Call it before other threads run.
    """
    if forbid_new_privileges() != 0:
        return None
    outcome = restrict(ALL_WRITING, writable_only(writable), network_and_scopes=False)
    return outcome.abi or None
