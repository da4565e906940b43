"""A call that may never return, given up after a time: a keyring speaks D-Bus, and the other side may be asleep."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

from aspen.core.errors import AspenError, NoKey

_Result = TypeVar("_Result")


def bounded(call: Callable[[], _Result], timeout_seconds: float) -> _Result:
    """Return what `call` returns or raise the AspenError that it raises.

    It runs on a thread of its own, which is left behind when the time is over and ends with the process. Raises NoKey
    when there is no answer in time.
    """
    answers: list[_Result] = []
    errors: list[AspenError] = []

    def run() -> None:
        try:
            answers.append(call())
        except AspenError as error:
            errors.append(error)

    thread = Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(timeout_seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise NoKey(
            f"The system keyring did not answer within {timeout_seconds:g} seconds.",
            hint="Unlock it in your desktop's password application, then try again.",
            facts={"timeout_seconds": timeout_seconds},
        )
    return answers[0]
