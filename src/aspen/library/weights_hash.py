"""The SHA-256 of weights: read once, and again only when a file's size, times or inode changed. 5 GB take some 20 s."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aspen.core.errors import DiskFull, Failed, NotFound, NotWritable, WeightsChanged
from aspen.library.json_files import as_object, as_text, open_regular, read_json_object, write_json
from aspen.library.listing import real_path

OnProgress = Callable[[int, int], None]
"""Called with the bytes read so far and their total."""

_CHUNK_BYTES: Final = 4 << 20
_SCHEMA: Final = 1
_MOST_ENTRIES: Final = 500
_CACHE_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """What changes when a file is written, replaced or moved aside: enough to know that it needs no reading again."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def stamp_of(path: Path) -> FileStamp:
    """Return a file's present stamp, links followed. Raises NotFound or Failed."""
    try:
        return _stamp(path.stat())
    except FileNotFoundError:
        raise NotFound(f"The file {path} is gone.", facts={"path": str(path)}) from None
    except OSError as error:
        raise Failed(f"{path} cannot be read ({error.strerror}).") from error


def hash_weights(paths: Sequence[Path], on_progress: OnProgress | None = None) -> str:
    """Return the SHA-256, in hex, of the files' contents one after the other: of one file, the file's own.

    Raises WeightsChanged when a file is written to meanwhile, NotFound or Failed when one cannot be read.
    """
    total = sum(stamp_of(path).size_bytes for path in paths)
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_CHUNK_BYTES))
    done = 0
    for path in paths:
        before = stamp_of(path)
        try:
            with open_regular(path) as file:
                while count := file.readinto(buffer):
                    digest.update(buffer[:count])
                    done += count
                    if on_progress:
                        on_progress(done, total)
        except OSError as error:
            raise Failed(f"{path} cannot be read ({error.strerror}).") from error
        if stamp_of(path) != before:
            raise WeightsChanged(f"{path} was written to while it was being read.", hint="Try again when it is whole.")
    return digest.hexdigest()


def hash_weights_once(paths: Sequence[Path], cache_file: Path, on_progress: OnProgress | None = None) -> str:
    """Return the hash that was kept for these files in their present state, or read them and keep it.

    The cache is a convenience: one that cannot be read or written costs time and nothing else.
    """
    key = "\n".join(_key(path) for path in paths)
    kept = _read_cache(cache_file)
    if known := kept.get(key):
        return known
    found = hash_weights(paths, on_progress)
    newest = dict([*kept.items(), (key, found)][-_MOST_ENTRIES:])
    try:
        write_json(cache_file, {"schema": _SCHEMA, "sha256": newest})
    except (NotWritable, DiskFull):
        # The hash is right all the same; it will be worked out again next time.
        return found
    return found


def _key(path: Path) -> str:
    stamp = stamp_of(path)
    return f"{real_path(path)}\t{stamp.size_bytes}\t{stamp.mtime_ns}\t{stamp.ctime_ns}\t{stamp.inode}"


def _read_cache(cache_file: Path) -> dict[str, str]:
    try:
        content = read_json_object(cache_file, limit_bytes=_CACHE_BYTES)
    except (Failed, NotFound):
        return {}
    entries = as_object(content.get("sha256")) if content.get("schema") == _SCHEMA else None
    return {key: digest for key, value in (entries or {}).items() if (digest := as_text(value)) and len(digest) == 64}


def _stamp(status: os.stat_result) -> FileStamp:
    return FileStamp(
        size_bytes=status.st_size, mtime_ns=status.st_mtime_ns, ctime_ns=status.st_ctime_ns, inode=status.st_ino
    )
