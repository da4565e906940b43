"""A task that runs in a process of its own and ends: its events, its failures, its cancellation."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from aspen.launcher.children import Line
from aspen.launcher.task_process import TASK_MODULES, TaskProcess
from fakes.processes import becomes


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_the_machine_report_comes_as_one_event() -> None:
    events: list[Line] = []
    await TaskProcess("machine", {}, events.append).wait()
    assert [event["event"] for event in events] == ["report"]
    assert "engine" in events[0]


async def test_a_task_that_ends_badly_says_so_and_not_what_it_was_told(capfd: pytest.CaptureFixture[str]) -> None:
    events: list[Line] = []
    await TaskProcess("fetch", {"kind": "nonsense", "note": "canary-of-a-task"}, events.append).wait()
    assert events[-1]["event"] == "error"
    assert events[-1]["sentence"]
    assert "canary-of-a-task" not in capfd.readouterr().err


async def test_cancelling_ends_the_child_and_leaves_no_descriptor() -> None:
    await TaskProcess("machine", {}, lambda _event: None).wait()  # what asyncio opens for its first child stays
    before = _descriptors()
    for _ in range(3):
        task = TaskProcess("machine", {}, lambda _event: None)
        await asyncio.sleep(0.05)
        task.cancel()
        await task.wait()
    # The event loop lets go of their pipes when it comes to it.
    assert await asyncio.to_thread(becomes, lambda: _descriptors() == before)


def test_every_task_is_a_module_of_aspen() -> None:
    assert all(module.startswith("aspen.") for module in TASK_MODULES.values())
