"""Secrets in a file that only its owner can read: for systems without a keyring, after a person agreed to it.

It keeps them from other users of the computer, not from whoever takes its disk or a backup.
"""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import cast

from aspen.core.errors import NoKey
from aspen.vault.private_file import read_private, replace_private
from aspen.vault.vault import check_name


class FileVault:
    """`file` is written by one process at a time."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def place(self) -> str:
        return f"a file only you can read ({_shortened(self._file)})"

    def read(self, name: str) -> bytes | None:
        """Return a secret. Raises NoKey where others could read the file, or it is damaged."""
        return self._read_all().get(check_name(name))

    def write(self, name: str, secret: bytes) -> None:
        """Keep a secret, flushed to the disk. Raises NotWritable."""
        self._write_all({**self._read_all(), check_name(name): secret})

    def delete(self, name: str) -> None:
        kept = self._read_all()
        if kept.pop(check_name(name), None) is not None:
            self._write_all(kept)

    def _read_all(self) -> dict[str, bytes]:
        content = read_private(self._file)
        if content is None:
            return {}
        try:
            written: object = json.loads(content)
            if not isinstance(written, dict):
                raise ValueError("not an object")
            entries = cast("dict[str, object]", written)
            return {name: base64.b64decode(str(value), validate=True) for name, value in entries.items()}
        except (ValueError, RecursionError, binascii.Error):
            raise NoKey(
                f"The file of keys {self._file} is damaged.",
                hint="Restore it from a backup, or delete it and add your keys again.",
                facts={"path": str(self._file)},
            ) from None

    def _write_all(self, secrets: dict[str, bytes]) -> None:
        written = {name: base64.b64encode(secret).decode("ascii") for name, secret in secrets.items()}
        replace_private(self._file, json.dumps(written, sort_keys=True).encode("ascii") + b"\n")


def _shortened(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):  # elsewhere, or nobody's home
        return str(path)
