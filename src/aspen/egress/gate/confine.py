"""The walls that the gate puts around itself: the user's files and the store are out of its reach before it listens.

Landlock lets it read what Python, TLS and name look-up need, the rules, and its own folder; and write its own folder
and the record of downloads. It may execute nothing. The network stays open: that is what the gate is for.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from aspen.core.errors import NotWritable
from aspen.jail.landlock import ALL_WRITING, EVERYTHING, Access, Allowed, restrict
from aspen.jail.restrictions import drop_capabilities, forbid_core_dumps, forbid_dumps, forbid_new_privileges
from aspen.settings import Folders

_READING = Access.READ_FILE | Access.READ_DIR
_FILE_CHANGES = Access.READ_FILE | Access.WRITE_FILE | Access.TRUNCATE
_OF_THE_SYSTEM = (
    # libraries that Python or a name look-up loads later
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/ld.so.conf.d"),
    # whom TLS trusts
    *("/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/crypto-policies", "/etc/openssl"),
    *("/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/usr/share/pki", "/var/lib/ca-certificates"),
    # how names become addresses
    *("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services"),
    *("/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager"),
    # who and when one is
    *("/etc/passwd", "/etc/localtime", "/usr/share/zoneinfo", "/etc/machine-id", "/proc/self", "/dev/urandom"),
)
_DISCARD = Path("/dev/null")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateWalls:
    """What stands around the gate. Each `…_error` is 0, or the errno that the kernel gave; `landlock_abi` 0 is none.

    `left_open` names folders of Python that hold the user's own files as well, so that the gate could not be kept
    from those.
    """

    landlock_abi: int
    landlock_error: int
    core_dumps_error: int
    dumpable_error: int
    new_privileges_error: int
    capabilities_error: int
    readable: tuple[str, ...]
    writable: tuple[str, ...]
    left_open: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The words for people."""
        if self.landlock_abi == 0 or self.landlock_error != 0:
            return "Not kept from your files on this system: the kernel offers no Landlock"
        if self.left_open:
            return f"Kept from your files, but not from those beneath {', '.join(self.left_open)}"
        return "Kept from your files and from the store"

    def to_json(self) -> dict[str, object]:
        told: dict[str, object] = asdict(self)
        return {**told, "sentence": self.sentence}


def make_folders(folders: Folders) -> None:
    """Make the gate's folder and the record of downloads: what Landlock shall leave open must be there.

    Raises NotWritable.
    """
    try:
        folders.config.mkdir(mode=0o700, parents=True, exist_ok=True)
        folders.gate.mkdir(mode=0o700, parents=True, exist_ok=True)
        folders.gate.chmod(0o700)
        os.close(os.open(folders.spool, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise NotWritable(
            f"The gate cannot write to its folder {folders.gate}: {error.strerror}.",
            hint="Nothing can be sent unless it is recorded there. Make the folder writable for you.",
            facts={"folder": str(folders.gate), "errno": error.errno},
        ) from error


def confine(folders: Folders) -> GateWalls:
    """Raise the walls around this process. Needs the folders of `make_folders`; binds only where no thread runs yet."""
    errors = (forbid_core_dumps(), forbid_new_privileges())
    python, left_open = _folders_of_python(folders)
    readable = (*python, *_existing(Path(name) for name in _OF_THE_SYSTEM), folders.config)
    landlocked = restrict(
        EVERYTHING,
        (
            *(Allowed(path=path, access=_READING) for path in readable),
            Allowed(path=folders.gate, access=ALL_WRITING | _READING),
            Allowed(path=folders.spool, access=_FILE_CHANGES),
            *(Allowed(path=path, access=_FILE_CHANGES) for path in _existing([_DISCARD])),
        ),
        network_and_scopes=False,
    )
    return GateWalls(
        landlock_abi=landlocked.abi,
        landlock_error=landlocked.error,
        core_dumps_error=errors[0],
        # Last: it gives /proc/self to root, and Landlock's own preparations look there.
        dumpable_error=forbid_dumps(),
        new_privileges_error=errors[1],
        capabilities_error=_drop_capabilities(folders.gate),
        readable=tuple(str(path) for path in readable),
        writable=(str(folders.gate), str(folders.spool)),
        left_open=tuple(str(path) for path in left_open),
    )


def _drop_capabilities(folder: Path) -> int:
    """Root needs them in a folder of another user, and nowhere else."""
    return drop_capabilities() if folder.stat().st_uid == os.geteuid() else errno.EPERM


def _folders_of_python(folders: Folders) -> tuple[list[Path], list[Path]]:
    """Where Python looks for modules, and which of these hold the store or the whole home too."""
    named = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix), *map(Path, sys.path)]
    found = sorted({path.resolve() for path in named if path.is_absolute() and path.exists()})
    outer = [path for path in found if not any(path != other and path.is_relative_to(other) for other in found)]
    private = (folders.data.resolve(), Path.home().resolve())
    return outer, [path for path in outer if any(own.is_relative_to(path) for own in private)]


def _existing(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.exists())
