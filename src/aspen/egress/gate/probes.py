"""What the gate cannot do, tried now from inside: read the store, the user's files or the system's secrets, write
outside of its own folder, start a program, look into the launcher.

A file that is not there proves nothing, and is left out.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

from aspen.core.isolation import Probe
from aspen.jail.kernel import errno_name
from aspen.jail.process_attempts import open_memory_file, read_memory, write_shared_memory, write_temporary
from aspen.settings import Folders

_REFUSED = {errno.EACCES, errno.EPERM}
_NOT_THERE = _REFUSED | {errno.ENOENT, errno.EROFS}
_IN_HOME = (".bashrc", ".profile", ".ssh", ".netrc", ".gitconfig")
_OF_THE_SYSTEM = ("/etc/shadow", "/root", "/var/log")
_PROGRAMS = ("/bin/sh", "/usr/bin/env", "/usr/bin/curl")
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def try_to_break_out(folders: Folders) -> tuple[Probe, ...]:
    """Attempt each and say what the kernel answered. Changes nothing that is there."""
    home, launcher = Path.home(), os.getppid()
    read = [folders.store, folders.data, home, *(home / name for name in _IN_HOME), *map(Path, _OF_THE_SYSTEM)]
    return (
        *(_tried(f"read {path}", path, os.O_RDONLY) for path in read if path.exists()),
        _tried("write beside the gate's folder", folders.state / "probe", _CREATE),
        _tried("write to the rules", folders.rules.parent / "probe", _CREATE),
        _tried("write beside the store", folders.data / "probe", _CREATE),
        _called("write temp", write_temporary, _NOT_THERE),
        _called("write shared memory", write_shared_memory, _NOT_THERE),
        _called("process_vm_readv of the launcher", lambda: read_memory(launcher)),
        _called("open memory of the launcher", lambda: open_memory_file(launcher)),
        *(_started(program) for program in _PROGRAMS if Path(program).exists()),
    )


def _tried(name: str, path: Path, flags: int) -> Probe:
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        return _answered(name, -(error.errno or 0))
    os.close(descriptor)
    if flags & os.O_CREAT:
        path.unlink(missing_ok=True)
    return _answered(name, 0)


def _called(name: str, attempt: Callable[[], int], refusals: set[int] = _REFUSED) -> Probe:
    return _answered(name, attempt(), refusals)


def _started(program: str) -> Probe:
    """Start it with nothing to do. The new process is refused the program before it is anything else."""
    name = f"start {program}"
    try:
        child = os.posix_spawn(program, [program, "--version"], {}, file_actions=[(os.POSIX_SPAWN_CLOSE, 1)])
    except OSError as error:
        return _answered(name, -(error.errno or 0))
    os.waitpid(child, 0)
    return _answered(name, 0)


def _answered(name: str, result: int, refusals: set[int] = _REFUSED) -> Probe:
    """`detail` is the errno, as the jail's own probes name it."""
    if result >= 0:
        return Probe(name=name, blocked=False, detail="it worked")
    return Probe(name=name, blocked=-result in refusals, detail=errno_name(-result))
