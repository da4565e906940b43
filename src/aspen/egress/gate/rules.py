"""The person's rules as the gate sees them: the file itself, looked at anew for every request."""

from __future__ import annotations

from pathlib import Path

from aspen.core.errors import BadRule
from aspen.core.policy import Policy
from aspen.privacy.rules_file import read_rules

_LARGEST_FILE_BYTES = 1 << 20


class Rules:
    """Reads the file again whenever its content has changed; no file is no rules. `home` is what `~` stands for."""

    def __init__(self, file: Path, home: Path) -> None:
        self._file = file
        self._home = str(home)
        self._read = self._content()
        self._policy = self._parse(self._read)

    def current(self) -> Policy:
        """Return the rules as they stand now: tens of microseconds where nothing has changed.

        Raises BadRule, with the line, for a file that cannot be understood: then nothing may leave.
        """
        content = self._content()
        if content != self._read:
            self._policy = self._parse(content)
            self._read = content
        return self._policy

    def _content(self) -> bytes:
        try:
            with self._file.open("rb") as file:
                content = file.read(_LARGEST_FILE_BYTES + 1)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise self._bad(f"cannot be read: {error.strerror}.") from error
        if len(content) > _LARGEST_FILE_BYTES:
            raise self._bad(f"is larger than {_LARGEST_FILE_BYTES:,} bytes.")
        return content

    def _parse(self, content: bytes) -> Policy:
        try:
            return read_rules(content.decode("utf-8"), self._home)
        except UnicodeDecodeError as error:
            raise self._bad("is not UTF-8.") from error
        except BadRule as error:
            raise BadRule(
                f"The rules file {self._file}: {error.sentence}", hint=error.hint, facts=error.facts
            ) from error

    def _bad(self, what: str) -> BadRule:
        return BadRule(
            f"The rules file {self._file} {what}", hint="Until it can be read, nothing is sent.", facts={"line": 0}
        )
