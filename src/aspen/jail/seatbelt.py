"""The text of a macOS Seatbelt profile for an engine. Untested on a Mac: it has never been loaded by one.

Nothing loads it yet, and no level follows from it: on macOS the display says L0 until probes that ran there prove more.
Meant for `sandbox_init` in the child, after its libraries are loaded, with canonical paths (/private/tmp, not /tmp).
Within a profile the last rule that matches decides. Metal would need IOKit allowances that are not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

# What the C library and the dynamic linker still open after start: its shared cache, time zones, random bytes.
_SYSTEM_FOLDERS = ("/System/Library", "/usr/lib", "/usr/share/zoneinfo", "/private/var/db/dyld")
_SYSTEM_FILES = ("/dev/null", "/dev/random", "/dev/urandom")


def engine_profile(readable: Iterable[Path], socket_directory: Path) -> str:
    """Write the profile: may read the files, listen on a Unix socket in the folder, and nothing more.

    Raises ValueError for a relative path, which a profile cannot express.
    """
    return "\n".join((*_fixed_rules(), *_rules_for(tuple(readable), socket_directory), ""))


def _fixed_rules() -> Iterator[str]:
    yield "(version 1)"
    yield "(allow default)"
    yield "(deny network*)"
    yield "(deny file-write*)"
    yield "(deny file-read-data)"
    yield "(deny process-exec*)"
    yield "(deny process-fork)"
    yield "(deny process-info* (target others))"
    yield "(deny signal (target others))"
    yield "(deny mach-lookup)"
    yield "(deny ipc-posix*)"
    yield f"(allow file-read-data {_all('subpath', map(Path, _SYSTEM_FOLDERS))})"
    yield f"(allow file-read-data {_all('literal', map(Path, _SYSTEM_FILES))})"
    yield '(allow file-write-data (literal "/dev/null"))'


def _rules_for(readable: tuple[Path, ...], socket_directory: Path) -> Iterator[str]:
    if readable:
        yield f"(allow file-read-data {_all('literal', readable)})"
    folder = _all("subpath", (socket_directory,))
    yield f"(allow file-write-create file-write-unlink {folder})"
    yield f"(allow network-bind network-inbound (local unix-socket {folder}))"


def _all(filter_name: str, paths: Iterable[Path]) -> str:
    return " ".join(f"({filter_name} {_quoted(path)})" for path in paths)


def _quoted(path: Path) -> str:
    """A string of the profile's language: a quote in a file name must not end it."""
    if not path.is_absolute():
        raise ValueError(f"a Seatbelt profile needs absolute paths, not {path}")
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
