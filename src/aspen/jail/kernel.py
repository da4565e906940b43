"""The one place that calls the kernel past Python's wrappers. It decides nothing."""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Mapping

from aspen.jail.system_calls import this_architecture

Argument = int | bytes | ctypes.Array[ctypes.c_char] | None

_ARCHITECTURE = this_architecture()
_NUMBERS: Mapping[str, int] = _ARCHITECTURE.numbers if _ARCHITECTURE else {}


def _load(kind: type[ctypes.CDLL]) -> ctypes.CDLL | None:
    """Load the C library that Python itself runs on; None where there is no table to call it by."""
    if not _NUMBERS:
        return None
    library = kind(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


_LIBC = _load(ctypes.CDLL)
# The same calls without letting go of the interpreter's lock: a forked child would wait for it for ever.
_LIBC_HOLDING_THE_LOCK = _load(ctypes.PyDLL)


def _as_register(argument: Argument) -> object:
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def system_call(name: str, *arguments: Argument) -> int:
    """Make one system call. The result, or minus errno as the kernel itself returns it; -ENOSYS where there is none.

    Buffers must outlive the call when the kernel keeps them, and `bytes` must not be written by it.
    """
    if _LIBC is None or name not in _NUMBERS:
        return -errno.ENOSYS
    result: int = _LIBC.syscall(ctypes.c_long(_NUMBERS[name]), *map(_as_register, arguments))
    return result if result >= 0 else -ctypes.get_errno()


def try_to_fork(name: str) -> int:
    """Fork by the named call. A child that comes to be ends at once, before it does anything else."""
    if _LIBC_HOLDING_THE_LOCK is None or name not in _NUMBERS:
        return -errno.ENOSYS
    result: int = _LIBC_HOLDING_THE_LOCK.syscall(ctypes.c_long(_NUMBERS[name]))
    if result == 0:
        _LIBC_HOLDING_THE_LOCK.syscall(ctypes.c_long(_NUMBERS["exit_group"]), ctypes.c_long(0))
    return result if result >= 0 else -ctypes.get_errno()


def errno_name(number: int) -> str:
    """Name an errno, as in `EPERM`."""
    return errno.errorcode.get(number, str(number))
