"""Exchanges in this very process, where waits can be short."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from gate_walls import NO_WALLS
from outbounds import may_leave, typed

from aspen.egress.gate.building import build_parts
from aspen.egress.gate.confine import make_folders
from aspen.egress.gate.exchange import Exchange
from aspen.egress.gate.frames import FrameStream
from aspen.egress.gate.link import LauncherLink
from aspen.egress.gate.parts import Parts
from aspen.egress.gate.waits import Waits
from aspen.settings import read_folders
from fakes.gate_process import CoreEnd
from fakes.provider_rows import KEY, provider_at
from fakes.tls_provider import TlsProvider


async def test_whoever_gets_no_answer_is_told_so_and_nothing_is_sent(tmp_path: Path, provider: TlsProvider) -> None:
    async with _connected(tmp_path, provider, Waits(approval_seconds=0.05)) as parts, _exchange(parts) as core:
        await asyncio.to_thread(core.send, typed())
        await asyncio.to_thread(core.expect, "awaiting_approval")
        error = await asyncio.to_thread(core.expect, "error")
    assert error["code"] == "needs_approval"
    assert provider.received == []


async def test_a_send_whose_cost_nobody_settles_ends_nevertheless(tmp_path: Path, provider: TlsProvider) -> None:
    async with _connected(tmp_path, provider, Waits(settling_seconds=0.05)) as parts:
        async with _exchange(parts) as core:
            await asyncio.to_thread(core.send, may_leave(cost=7))
            await asyncio.to_thread(core.answer)
            await asyncio.sleep(0.2)
        assert (await parts.records.spent()).day_microdollars == 7


async def test_a_core_that_settles_and_leaves_at_once_is_heard(tmp_path: Path, provider: TlsProvider) -> None:
    async with _connected(tmp_path, provider, Waits()) as parts:
        for _ in range(5):
            async with _exchange(parts) as core:
                await asyncio.to_thread(core.send, may_leave(cost=1000))
                await asyncio.to_thread(core.answer)
                core.say({"do": "settle", "cost_microdollars": 3})
        assert (await parts.records.spent()).day_microdollars == 15


async def test_requests_that_are_approved_in_one_moment_do_not_spend_one_budget_twice(
    tmp_path: Path, provider: TlsProvider
) -> None:
    async with (
        _connected(tmp_path, provider, Waits(), rules="[ceilings]\nday = 0.08\n") as parts,
        AsyncExitStack() as open_,
    ):
        cores = [await open_.enter_async_context(_exchange(parts)) for _ in range(4)]
        for core in cores:
            await asyncio.to_thread(core.send, replace(typed(), worst_cost_microdollars=50_000))
            await asyncio.to_thread(core.expect, "awaiting_approval")
        for held in parts.approvals.pending:
            parts.approvals.approve(held)
        ends = [(await asyncio.to_thread(core.answer))[0] for core in cores]
    assert sorted(str(end.get("code")) for end in ends) == ["None", "over_ceiling", "over_ceiling", "over_ceiling"]
    assert len(provider.received) == 1


@asynccontextmanager
async def _connected(tmp_path: Path, provider: TlsProvider, waits: Waits, rules: str = "") -> AsyncGenerator[Parts]:
    folders = read_folders({"ASPEN_HOME": str(tmp_path / "aspen")})
    make_folders(folders)
    folders.rules.write_text(rules, "utf-8")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        link = LauncherLink(theirs, socket.socket.close, socket.socket.close, lambda: None)
        parts = replace(await build_parts(folders, link, NO_WALLS), waits=waits)
        row = provider_at(provider)
        await parts.keys.keep(row.name, KEY, file_is_allowed=True)
        parts.judging.connections.connect(row, None, has_key=True)
        try:
            yield parts
        finally:
            await parts.records.desk.close()
            link.close()


@asynccontextmanager
async def _exchange(parts: Parts) -> AsyncGenerator[CoreEnd]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    theirs.setblocking(False)
    running = asyncio.create_task(Exchange(parts, await FrameStream.over(theirs)).run())
    try:
        with await asyncio.to_thread(CoreEnd, ours) as core:
            yield core
    finally:
        await running
