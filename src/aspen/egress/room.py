"""Room on a disk: asked before the first byte, and the translation of what the disk answers later."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

from aspen.core.errors import AspenError, DiskFull, NotWritable

_SPARE_BYTES = 64 * 1024**2
"""Left free, so that a download does not take the last byte that the rest of the system needs."""

_RAN_FULL = {
    errno.ENOSPC: "The disk of {folder} is full",
    errno.EDQUOT: "Your share of the disk of {folder} is used up",
    errno.EFBIG: "The disk of {folder} does not take files this large",
}


def free_bytes(folder: Path) -> int:
    """Return what an ordinary user may still write where `folder` is or will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def check_room(folder: Path, needed_bytes: int, free: Callable[[Path], int] = free_bytes) -> None:
    """Raise DiskFull with numbers when `needed_bytes` more do not fit."""
    here = free(folder)
    if needed_bytes > 0 and here < needed_bytes + _SPARE_BYTES:
        raise _too_little(folder, needed_bytes=needed_bytes + _SPARE_BYTES, here=here)


def _too_little(folder: Path, *, needed_bytes: int, here: int) -> DiskFull:
    return DiskFull(
        f"The disk of {folder} has {_gigabytes(here)} free, and {_gigabytes(needed_bytes)} are needed.",
        hint=f"Free {_gigabytes(max(needed_bytes - here, 1))}, or choose a smaller file. A broken-off download goes on "
        "where it stopped.",
        facts={"folder": str(folder), "needed_bytes": needed_bytes, "free_bytes": here},
    )


def disk_error(error: OSError, folder: Path, *, needed_bytes: int) -> AspenError:
    """Translate what the disk refused on the way, by its error number. `needed_bytes` are those still missing."""
    if (sentence := _RAN_FULL.get(error.errno or 0)) is not None:
        return DiskFull(
            f"{sentence.format(folder=folder)}: {_gigabytes(needed_bytes)} are still missing.",
            hint="Make room, or choose a smaller file. A broken-off download goes on where it stopped.",
            facts={"folder": str(folder), "needed_bytes": needed_bytes, "free_bytes": free_bytes(folder)},
        )
    return NotWritable(
        f"Aspen cannot write in {folder}.",
        hint="Make the folder writable for you, or choose another one.",
        facts={"folder": str(folder), "errno": error.errno},
    )


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{max(size_bytes, 0) / 1e6:.1f} MB"
