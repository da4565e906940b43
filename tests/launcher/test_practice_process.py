"""The practice provider as the launcher's child: one at a time, started when wanted, gone when told."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl

from aspen.launcher.practice_process import PRACTICE_MODULE, PracticeProcess
from fakes.processes import becomes, processes


def _pids() -> set[int]:
    """The practice providers that this test's process has started."""
    return {each.pid for each in processes() if each.module == PRACTICE_MODULE and each.parent == os.getpid()}


async def test_it_says_where_it_listens_and_whom_to_trust() -> None:
    practice = PracticeProcess()
    try:
        told = await practice.start()
        context = ssl.create_default_context(cadata=str(told["certificate_pem"]))
        port = told["port"]
        assert isinstance(port, int)
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.close()
        await writer.wait_closed()
    finally:
        await practice.end()


async def test_however_many_want_it_at_once_there_is_one() -> None:
    practice, before = PracticeProcess(), _pids()
    try:
        told = await asyncio.gather(*(practice.start() for _ in range(5)))
        assert {each["port"] for each in told} == {told[0]["port"]}
        assert len(_pids() - before) == 1
    finally:
        await practice.end()
    assert _pids() == before


async def test_one_that_died_is_started_anew_with_another_certificate() -> None:
    practice, before = PracticeProcess(), _pids()
    try:
        first = await practice.start()
        (pid,) = _pids() - before
        os.kill(pid, signal.SIGKILL)
        assert await asyncio.to_thread(becomes, lambda: pid not in _pids())
        second = first
        for _ in range(500):
            if (second := await practice.start()) != first:
                break
            await asyncio.sleep(0.02)  # until the event loop has heard of it too
        assert second["certificate_pem"] != first["certificate_pem"]
    finally:
        await practice.end()
    assert _pids() == before


async def test_ending_what_never_began_is_nothing() -> None:
    await PracticeProcess().end()
