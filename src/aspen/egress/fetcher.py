"""The fetcher's process: `python -m aspen.egress.fetcher`.

One task as a line of JSON on standard input, events as lines of JSON on standard output, exit status 0 or 1. It gives
up its environment, and writing anywhere but in its own folders, before it speaks to anybody. It may be killed at any
moment: what has come stays, and a later run goes on from there.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import MutableMapping
from typing import NoReturn

from aspen.core.errors import AspenError, Interrupted, Misused
from aspen.egress.confine import confine
from aspen.egress.environment import scrub
from aspen.egress.events import EventWriter, Failure, FetchEvent
from aspen.egress.removal import remove_files
from aspen.egress.starter import fetch_starter
from aspen.egress.tasks import FetchStarter, ListFiles, PullFiles, RemoveFiles, Task, read_task

_LONGEST_TASK_BYTES = 1024**2


def main() -> int:
    """Do one task."""
    events = EventWriter(_own_standard_output())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        event = _do(_read(), events, os.environ)
        events.write(event)
    except BrokenPipeError:
        return 1  # nobody listens any more: what has come stays for the next run
    except AspenError as error:
        return _fail(events, error)
    return 0


def _do(task: Task, events: EventWriter, environment: MutableMapping[str, str]) -> FetchEvent:
    scrub(environment)
    confine(task)
    match task:
        case RemoveFiles():
            return remove_files(task)
        case FetchStarter():
            return fetch_starter(task, events, environment)
        case ListFiles() | PullFiles():
            return _ask_hub(task, events, environment)


def _ask_hub(task: ListFiles | PullFiles, events: EventWriter, environment: MutableMapping[str, str]) -> FetchEvent:
    if task.endpoint is not None:
        environment["HF_ENDPOINT"] = task.endpoint
    # huggingface_hub reads the environment when it is imported, so this must come after it was put in order.
    from aspen.egress.pull import list_files, pull_files

    match task:
        case ListFiles():
            return list_files(task, environment)
        case PullFiles():
            return pull_files(task, events, environment)


def _read() -> Task:
    line = sys.stdin.buffer.readline(_LONGEST_TASK_BYTES + 1)
    if len(line) > _LONGEST_TASK_BYTES:
        raise Misused(f"The task is longer than {_LONGEST_TASK_BYTES} bytes.")
    return read_task(line)


def _own_standard_output() -> int:
    """Keep standard output for events; whatever a library prints goes to standard error."""
    descriptor = os.dup(sys.stdout.fileno())
    os.set_inheritable(descriptor, False)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return descriptor


def _stop(number: int, _frame: object) -> NoReturn:
    raise Interrupted(
        "The download was stopped.", hint="Start it again: it goes on where it stopped.", facts={"signal": number}
    )


def _fail(events: EventWriter, error: AspenError) -> int:
    try:
        events.write(Failure.of(error))
    except BrokenPipeError:
        return 1
    return 1


if __name__ == "__main__":
    sys.exit(main())
