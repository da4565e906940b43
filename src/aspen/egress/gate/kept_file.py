"""A small JSON file of the gate's own: read whole, written whole, never seen half."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from aspen.core.errors import NotWritable, StoreDamaged

_SCHEMA = 1


def read_kept(path: Path) -> dict[str, object]:
    """Return its content; nothing where there is none.

    Raises StoreDamaged for what is there and is not one.
    """
    try:
        told: object = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if not isinstance(told, dict) or cast("dict[str, object]", told).get("schema") != _SCHEMA:
        raise _damaged(path)
    return cast("dict[str, object]", told)


def write_kept(path: Path, content: Mapping[str, object]) -> None:
    """Replace it. Raises NotWritable, and then the old one stands."""
    write_kept_bytes(path, json.dumps({"schema": _SCHEMA, **content}, ensure_ascii=False, indent=1).encode())


def write_kept_bytes(path: Path, content: bytes) -> None:
    """Put a new file in the place of the old one, flushed to the disk before it takes that place.

    Raises NotWritable, and then the old one stands.
    """
    partial = path.with_suffix(".new")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        partial.replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        raise _not_writable(path, error) from error


def remove_kept(path: Path) -> None:
    """Remove it if it is there. Raises NotWritable."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _not_writable(path, error) from error


def _not_writable(path: Path, error: OSError) -> NotWritable:
    return NotWritable(
        f"The gate cannot write {path}: {error.strerror}.",
        hint="Make its folder writable for you, and see that the disk has room.",
        facts={"path": str(path), "errno": error.errno},
    )


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _damaged(path: Path) -> StoreDamaged:
    return StoreDamaged(
        f"{path} cannot be read.",
        hint="Move it away: Aspen then asks anew for what stood in it.",
        facts={"path": str(path)},
    )
