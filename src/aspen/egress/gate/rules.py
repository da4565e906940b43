"""The person's rules as the gate sees them: the file itself, looked at anew for every request."""

from __future__ import annotations

from pathlib import Path

from aspen.core.policy import Policy
from aspen.privacy.rules_content import LARGEST_RULES_BYTES, policy_of_content, unusable


class Rules:
    """Reads the file again for each look; no file is no rules. `home` is what `~` stands for."""

    def __init__(self, file: Path, home: Path) -> None:
        """Raises BadRule as `current`."""
        self._file = file
        self._home = str(home)
        self.current()

    def current(self) -> Policy:
        """Return the rules as they stand now: tens of microseconds where nothing has changed.

        Raises BadRule, with the line, for a file that cannot be understood: then nothing may leave.
        """
        return policy_of_content(self._content(), str(self._file), self._home)

    def _content(self) -> bytes:
        try:
            with self._file.open("rb") as file:
                return file.read(LARGEST_RULES_BYTES + 1)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise unusable(str(self._file), f"cannot be read: {error.strerror}.") from error
