"""Runs the fetcher as the launcher does: a child process with one task on its standard input."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import aspen
from aspen.egress.events import Failure, FetchEvent, FetchProgress, read_event
from aspen.egress.tasks import Task, write_task

_SECONDS = 60
_ON_A_SMALL_DISK = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, (%d, resource.RLIM_INFINITY))
runpy.run_module("aspen.egress.fetcher", run_name="__main__")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A fetcher that ran to its end."""

    status: int
    events: tuple[FetchEvent, ...]
    errors: str

    @property
    def last(self) -> FetchEvent:
        return self.events[-1]

    @property
    def failure(self) -> Failure:
        assert isinstance(self.last, Failure), (self.last, self.errors)
        return self.last

    @property
    def progress(self) -> list[FetchProgress]:
        return [event for event in self.events if isinstance(event, FetchProgress)]


def environment_of(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A small environment: no proxy, no pip settings and no token but what a test adds."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join((str(Path(aspen.__file__).parents[1]), os.environ.get("PYTHONPATH", ""))),
        "PIP_CONFIG_FILE": os.devnull,
        **(extra or {}),
    }


def run_fetcher(
    task: Task | str, home: Path, extra: Mapping[str, str] | None = None, *, largest_file_bytes: int | None = None
) -> Ended:
    """Run one task to its end; on a disk that ends after `largest_file_bytes` of a file, as far as the task can see."""
    module = ["-m", "aspen.egress.fetcher"]
    done = subprocess.run(
        [sys.executable, *(module if largest_file_bytes is None else ["-c", _ON_A_SMALL_DISK % largest_file_bytes])],
        input=task if isinstance(task, str) else write_task(task),
        capture_output=True,
        text=True,
        cwd=home,
        env=environment_of(home, extra),
        timeout=_SECONDS,
        check=False,
    )
    events = tuple(read_event(line) for line in done.stdout.splitlines())
    return Ended(status=done.returncode, events=events, errors=done.stderr)


@contextmanager
def started_fetcher(task: Task, home: Path, extra: Mapping[str, str] | None = None) -> Generator[subprocess.Popen[str]]:
    """Start one task; kill it at the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "aspen.egress.fetcher"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment_of(home, extra),
    ) as child:
        try:
            sent_to(child).write(write_task(task))
            sent_to(child).flush()
            yield child
        finally:
            child.kill()


def sent_to(child: subprocess.Popen[str]) -> IO[str]:
    assert child.stdin is not None
    return child.stdin


def said_by(child: subprocess.Popen[str]) -> IO[str]:
    assert child.stdout is not None
    return child.stdout


def wait_for_bytes(child: subprocess.Popen[str], least: int) -> int:
    """Read events until so many bytes have come; return how many."""
    for line in said_by(child):
        event = read_event(line)
        if isinstance(event, FetchProgress) and event.done >= least:
            return event.done
    raise AssertionError("the fetcher ended before")
