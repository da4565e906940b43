"""Events survive the pipe, and progress does not flood it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aspen.core.errors import DiskFull, Misused
from aspen.egress.events import (
    Done,
    EventWriter,
    Failure,
    FetchEvent,
    FetchProgress,
    FilesFound,
    RepoFile,
    Step,
    read_event,
    write_event,
)


@pytest.mark.parametrize(
    "event",
    [
        FilesFound(
            commit="c",
            files=(
                RepoFile(name="m.gguf", size_bytes=5, sha256=None),
                RepoFile(name="n.gguf", size_bytes=6, sha256="0" * 64),
            ),
        ),
        FetchProgress(what="m.gguf", done=1, total=2, step=Step.VERIFY),
        Done(paths=(Path("/m.gguf"),), sha256=("0" * 64,)),
        Failure(code="disk_full", sentence="Full.", hint="Free some.", facts={"free_bytes": 5}),
    ],
)
def test_an_event_survives_its_way_through_the_pipe(event: FetchEvent) -> None:
    assert read_event(write_event(event)) == event


def test_an_error_arrives_as_the_error_it_was() -> None:
    error = DiskFull("Full.", hint="Free some.", facts={"free_bytes": 5})
    event = read_event(write_event(Failure.of(error)))
    assert isinstance(event, Failure)
    again = event.as_error()
    assert (type(again), again.sentence, again.hint, again.facts) == (DiskFull, "Full.", "Free some.", error.facts)


@pytest.mark.parametrize("line", ["", "{}", '{"event": "party"}', '{"event": "progress", "what": "x"}', '{"event": 1}'])
def test_a_line_that_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(Misused):
        read_event(line)


def test_progress_is_thinned_but_for_its_first_and_last() -> None:
    clock = iter([0.0, 0.05, 0.12, 0.13, 0.14, 0.15])
    read_end, write_end = os.pipe()
    events = EventWriter(write_end, monotonic=lambda: next(clock))
    for done in (0, 10, 20, 30, 100):
        events.progress("m.gguf", done, 100)
    events.progress("n.gguf", 0, 100)
    os.close(write_end)
    with os.fdopen(read_end) as lines:
        told = [read_event(line) for line in lines]
    assert [(event.what, event.done) for event in told if isinstance(event, FetchProgress)] == [
        ("m.gguf", 0),
        ("m.gguf", 20),
        ("m.gguf", 100),
        ("n.gguf", 0),
    ]
