"""What a shell sees of an outcome: the one table from errors to exit codes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from aspen.core.errors import (
    AspenError,
    DoesNotFit,
    Interrupted,
    Misused,
    NotFound,
    PartlyFailed,
    StaysHere,
    Unreachable,
)


class ExitCode(IntEnum):
    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    STAYS_HERE = 4
    UNREACHABLE = 5
    PARTLY_FAILED = 6
    DOES_NOT_FIT = 7
    INTERRUPTED = 130


_BY_CLASS: Mapping[type[BaseException], ExitCode] = {
    AspenError: ExitCode.FAILED,
    Misused: ExitCode.USAGE,
    NotFound: ExitCode.NOT_FOUND,
    StaysHere: ExitCode.STAYS_HERE,
    Unreachable: ExitCode.UNREACHABLE,
    PartlyFailed: ExitCode.PARTLY_FAILED,
    DoesNotFit: ExitCode.DOES_NOT_FIT,
    Interrupted: ExitCode.INTERRUPTED,
}


def exit_code_of(error: type[AspenError]) -> ExitCode:
    """Return the code of the nearest class in the table: a kind of error without a row has its parent's."""
    return next(_BY_CLASS[ancestor] for ancestor in error.mro() if ancestor in _BY_CLASS)
