"""What `aspen prove` cannot see: facts of this computer first, then what no program can see from where it stands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aspen.cli.reading import Json, count, mapping, objects, text, texts

_ALWAYS = (
    "A program that runs as you. It can read your files, type into your terminal and talk to Aspen as you do.",
    "The administrator, the machine that this one may be a guest of, a kernel that was tampered with: all is its word.",
    "What a provider does with what you let it have. The ledger knows the bytes, and nothing after that.",
    "A client that you connect yourself, the screen, the keyboard, your terminal's scrollback, your shell's history.",
    "Code in the packages that Aspen is made of while they are loaded: the walls come later, and words after these.",
    "A core that was taken over and lies about labels: words can go where your rules let them, and the ledger tells.",
    "Moments other than this one: whoever was here before, or comes later.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known of the place. `root` is where the file system begins."""

    told: Json
    walls: Json
    ledger: Json
    root: Path = Path("/")


def blind_spots(around: Surroundings) -> list[str]:
    """Return the list, what is particular to this computer first."""
    return [*_of_this_computer(around), *_ALWAYS]


def _of_this_computer(around: Surroundings) -> Iterator[str]:
    if os.geteuid() == 0:
        yield "You are the administrator: what you run may look into every process, whatever it hides."
    if around.told.get("store_is_encrypted") is False:
        yield "Conversations are not encrypted on the disk: there is no keyring to hold their key."
    if text(around.ledger, "key_place").startswith("a file"):
        yield (
            "The keys of ledger and providers lie in a file of yours, since there is no keyring: a program that runs "
            "as you can read them. The core could too, but has no way to use them."
        )
    if swap := _plain_swap(around.root):
        yield f"Memory may be written to {swap}, which is not encrypted, and stays there; so does hibernation."
    if count(around.walls, "landlock_abi") == 0:
        yield "This kernel offers no Landlock: files are not walled off by it."
    if folders := texts(around.walls, "left_open"):
        yield f"Files of yours below {', '.join(folders)}: the gate needs that folder for Python itself."
    if _value(around.root / "proc/sys/kernel/yama/ptrace_scope") in {"", "0"}:
        yield "Programs that run as you may trace one another here, the command line that you type into included."
    for engine in objects(around.told, "engines"):
        if any("graphics driver" in missing for missing in texts(engine, "missing")):
            yield f"The graphics driver: {text(engine, 'name')} talks to it directly."
    if not mapping(around.told, "core").get("sockets"):
        yield "Which sockets the core holds: this system does not say."


def _plain_swap(root: Path) -> str:
    """Name the first place that memory is swapped to in the clear; a device in memory (zram) is none."""
    for line in _value(root / "proc/swaps").splitlines()[1:]:
        name = Path(line.split()[0])
        if not name.name.startswith("zram") and not _is_encrypted(name, root):
            return str(name)
    return ""


def _is_encrypted(device: Path, root: Path) -> bool:
    """Device-mapper names what cryptsetup made CRYPT-…; of a swap file nothing is known."""
    name = device.resolve().name
    return _value(root / "sys/block" / name / "dm/uuid").startswith("CRYPT-")


def _value(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""
