"""Airplane mode: while it is on, nothing is sent. A file in the gate's folder keeps it across restarts."""

from __future__ import annotations

from pathlib import Path

from aspen.core.errors import NotWritable

_NAME = "airplane"


class Airplane:
    """On while the file is there. A file that cannot be looked for counts as there."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _NAME
        self.is_on = self._look()

    def turn(self, on: bool) -> None:
        """Switch it and remember that.

        Raises NotWritable when it cannot be remembered; turned on, it is on nevertheless.
        """
        self.is_on = on or self.is_on
        try:
            if on:
                self._file.touch(mode=0o600)
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:
            raise NotWritable(
                f"Airplane mode cannot be written down in {self._file.parent}: {error.strerror}.",
                hint="Make the folder writable for you.",
                facts={"folder": str(self._file.parent), "errno": error.errno},
            ) from error
        self.is_on = on

    def _look(self) -> bool:
        try:
            return self._file.exists()
        except OSError:
            return True
