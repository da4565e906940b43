"""What was typed in earlier conversations: for the arrow keys, in a file that only its owner can read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import ModuleType

from aspen.cli.terminal import say

_LARGEST_ENTRIES = 1000


class History:
    """Feeds readline from a file of JSON strings, one a line, so that an entry may hold several lines."""

    def __init__(self, path: Path, readline: ModuleType | None) -> None:
        self._path = path
        self._readline = readline
        self._is_writable = True

    def load(self) -> None:
        """Hand the newest entries to readline, and cut the file down when it has grown to twice as many."""
        entries = self._read()
        if len(entries) > 2 * _LARGEST_ENTRIES:
            entries = entries[-_LARGEST_ENTRIES:]
            self._write(entries, os.O_TRUNC)
        if self._readline:
            for entry in entries[-_LARGEST_ENTRIES:]:
                self._readline.add_history(entry)

    def append(self, entry: str) -> None:
        """Write one entry at once, so that several conversations can share the file and a crash loses nothing."""
        if entry.strip():
            self._write([entry], os.O_APPEND)

    def _read(self) -> list[str]:
        try:
            lines = self._path.read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return []
        return [entry for line in lines if (entry := _entry_of(line))]

    def _write(self, entries: list[str], mode: int) -> None:
        if not self._is_writable:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | mode, 0o600)
            with os.fdopen(file, "wb") as stream:
                stream.write(b"".join(json.dumps(entry).encode() + b"\n" for entry in entries))
        except OSError as error:
            self._is_writable = False
            say(f"Note: what you type is not remembered: {self._path}: {error.strerror}.")


def _entry_of(line: str) -> str:
    try:
        entry: object = json.loads(line)
    except ValueError:
        return ""
    return entry if isinstance(entry, str) else ""
