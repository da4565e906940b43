"""What hostile code tries with files: to be started later, to change what the gate knows, to read, and to link out.

What is there is opened and closed; what is not is created and removed again.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from aspen.jail import process_attempts as process
from aspen.jail.kernel import system_call
from aspen.jail.probes import NOT_THERE, Attempt

_APPEND = os.O_WRONLY | os.O_APPEND
_NOT_ACROSS = NOT_THERE | {errno.EXDEV}
_IN_HOME = (
    *(".bashrc", ".profile", ".config/autostart/aspen-probe.desktop", ".config/systemd/user/aspen-probe.service"),
    *(".ssh/authorized_keys", ".local/bin/aspen-probe", ".gitconfig", "aspen-probe.txt"),
)
FOLDERS_IN_HOME = (".config/autostart", ".config/systemd/user", ".ssh", ".local/bin")
"""What a home must have, so that it is the walls that refuse."""

_OF_THE_SYSTEM = ("/etc", "/etc/cron.d", "/etc/profile.d", "/var/spool/cron/crontabs", "/tmp", "/dev/shm", "/run")
_READABLE = ("/etc/passwd", "/proc/self/environ", "/proc/1/cmdline", "/usr/bin/env")
_SECRETS, _STORE, _LEDGER, _HEAD = "state/gate/vault/secrets.json", "data/store.sqlite", "ledger.sqlite", "head"


def file_attempts(home: Path, aspen: Path) -> Iterator[Attempt]:
    """Yield what neither engine nor core may do with the files of a user and of Aspen."""
    gate = aspen / "state" / "gate"
    ledger = gate / _LEDGER
    yield Attempt("write into the ledger", partial(process.open_file, ledger, os.O_RDWR))
    yield Attempt("cut the ledger off", partial(_done_by, lambda: os.truncate(ledger, ledger.stat().st_size)))
    yield Attempt("move the ledger away", partial(_moved, ledger, gate / "moved"), _NOT_ACROSS)
    yield Attempt("write the ledger's head", partial(process.open_file, gate / _HEAD, _APPEND))
    yield Attempt("connect a provider", partial(process.open_file, gate / "connections.json", _APPEND))
    yield Attempt("write a rule that allows everything", partial(_write, aspen / "config" / "rules.toml"))
    yield Attempt("write the log", partial(_write, aspen / "state" / "aspen.log"))
    yield Attempt("put code beside Aspen's own", partial(process.create_file, Path(__file__).parent), NOT_THERE)
    for name in _IN_HOME:
        yield Attempt(f"write ~/{name}", partial(_write, home / name))
    for place in _OF_THE_SYSTEM:
        yield Attempt(f"create a file in {place}", partial(process.create_file, Path(place)), NOT_THERE)
    link = home / "aspen-probe-link"
    yield Attempt("link the store into your home", partial(_linked, aspen / _STORE, link, os.link), _NOT_ACROSS)
    yield Attempt("a symbolic link in your home", partial(_linked, aspen / _STORE, link, os.symlink), _NOT_ACROSS)


def reading_attempts(home: Path, aspen: Path) -> Iterator[Attempt]:
    """Yield what an engine may not read, and may not write although the core may."""
    for place in (*map(Path, _READABLE), aspen / _SECRETS, aspen / _STORE, aspen / "state" / "gate" / _LEDGER):
        yield Attempt(f"read {_shown(place, aspen)}", partial(process.open_file, place))
    yield Attempt("list your home", partial(process.list_folder, home))
    yield Attempt("list every process", partial(process.list_folder, Path("/proc")))
    for name in ("data", "cache"):
        yield Attempt(f"create a file in Aspen's folder {name}", partial(process.create_file, aspen / name))


def open_to_the_core(home: Path, aspen: Path) -> Mapping[str, tuple[Attempt, ...]]:
    """Return what the core may do, by the reason why."""
    secrets = aspen / _SECRETS
    return {
        "Models lie anywhere, so it may read what you may. It can carry nothing out.": (
            Attempt("read /etc/passwd", partial(process.open_file, Path("/etc/passwd"))),
            Attempt("list your home", partial(process.list_folder, home)),
            Attempt("read the ledger", partial(process.open_file, aspen / "state" / "gate" / _LEDGER)),
            Attempt("read keys that lie in a file", partial(process.open_file, secrets)),
        ),
        "It keeps conversations there.": (
            Attempt("create a file in Aspen's folder data", partial(process.create_file, aspen / "data")),
        ),
        "Landlock does not cover the modes of files. Others on this computer could then read them; nothing is sent.": (
            Attempt("change a mode", process.change_mode),
        ),
        "Python 3.12 and later writes with sendmsg. Only who is connected already can get it.": (
            Attempt("hand out a descriptor", lambda: system_call("sendmsg", -1, bytes(56), 0)),
        ),
    }


def _write(path: Path) -> int:
    """Open for appending; where it is not there, create it."""
    opened = process.open_file(path, _APPEND)
    return process.create_file(path.parent, path.name) if opened == -errno.ENOENT else opened


def _moved(path: Path, to: Path) -> int:
    result = _done_by(lambda: path.rename(to))
    if result == 0:
        to.rename(path)
    return result


def _linked(path: Path, link: Path, make: Callable[[Path, Path], None]) -> int:
    result = _done_by(lambda: make(path, link))
    if result == 0:
        link.unlink()
    return result


def _done_by(action: Callable[[], object]) -> int:
    """Do it by Python's own means and return the kernel's answer."""
    try:
        action()
    except OSError as error:
        return -(error.errno or errno.EIO)
    return 0


def _shown(place: Path, aspen: Path) -> str:
    return f"Aspen's {place.relative_to(aspen)}" if place.is_relative_to(aspen) else str(place)
