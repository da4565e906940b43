"""Aspen among the desktop's programs: an entry for its menu, and an icon. Writes two files of the user's own.

Formats: https://specifications.freedesktop.org/desktop-entry-spec/1.5 and, for where they lie,
https://specifications.freedesktop.org/menu-spec and https://specifications.freedesktop.org/icon-theme-spec.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Final

from aspen.core.errors import Misused, NotWritable
from aspen.window.browsers import WINDOW_CLASS

_NAME: Final = "aspen"
_RESERVED: Final = str.maketrans({letter: f"\\{letter}" for letter in '"`$\\'} | {"%": "%%"})


def entry_text(program: Path) -> str:
    """Return the entry that starts `program`. Raises Misused for a path that no entry can hold."""
    path = str(program)
    if not path.isprintable() or "=" in path:
        raise Misused(
            f"A desktop's entry cannot start {path!r}.", hint="Install Aspen in a folder with a plainer name."
        )
    started = _escaped(f'"{path.translate(_RESERVED)}"')
    return "\n".join(
        (
            "[Desktop Entry]",
            "Type=Application",
            "Version=1.4",
            "Name=Aspen",
            "GenericName=Language models on this computer",
            "Comment=Ask language models; what you write stays here until you let it leave",
            f"Exec={started}",
            f"TryExec={_escaped(path)}",
            f"Icon={_NAME}",
            "Terminal=false",
            "Categories=Utility;",
            "Keywords=AI;LLM;chat;assistant;private;",
            f"StartupWMClass={WINDOW_CLASS}",
            "",
        )
    )


def entry_paths(environment: Mapping[str, str] = os.environ) -> tuple[Path, Path]:
    """Return where the entry and its icon lie for this user alone."""
    told = environment.get("XDG_DATA_HOME", "")
    data = Path(told) if Path(told).is_absolute() else Path.home() / ".local" / "share"
    icon = data / "icons" / "hicolor" / "scalable" / "apps" / f"{_NAME}.svg"
    return data / "applications" / f"{_NAME}.desktop", icon


def install_entry(program: Path, environment: Mapping[str, str] = os.environ) -> tuple[Path, Path]:
    """Write entry and icon, over older ones. Raises Misused, NotWritable."""
    paths = entry, icon = entry_paths(environment)
    drawn = resources.files("aspen") / "web_assets" / "favicon.svg"
    if not drawn.is_file():
        raise Misused("The icon is not built.", hint="This Aspen runs from its sources. In its folder: pip install .")
    for path, content in ((entry, entry_text(program).encode()), (icon, drawn.read_bytes())):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise NotWritable(f"{path} cannot be written: {error.strerror}.") from error
    return paths


def remove_entry(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Remove both, and return those that were there."""
    removed: list[Path] = []
    for path in entry_paths(environment):
        with suppress(FileNotFoundError):
            path.unlink()
            removed.append(path)
    return tuple(removed)


def _escaped(value: str) -> str:
    """A backslash begins an escape in every value of an entry, quoted or not."""
    return value.replace("\\", "\\\\")
