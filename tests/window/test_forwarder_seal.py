"""The forwarder as a real process: it copies what it is handed, and every way out is refused to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

from aspen.channel.process_state import own_filters, state_of
from aspen.jail.probes import ENGINE_PROBES
from aspen.window.child_processes import Forwarder, gaps_of_forwarder, start_forwarder
from fakes.processes import becomes, is_running, kill


@asynccontextmanager
async def _forwarder() -> AsyncGenerator[Forwarder]:
    forwarder = await start_forwarder()
    try:
        yield forwarder
    finally:
        await forwarder.child.end()


def _hand_over(forwarder: Forwarder) -> tuple[socket.socket, socket.socket]:
    (browser, one), (other, server) = socket.socketpair(), socket.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    browser.settimeout(10)
    server.settimeout(10)
    assert forwarder.hand_over(one, other)
    return browser, server


async def test_every_way_out_is_refused_to_it() -> None:
    async with _forwarder() as forwarder:
        probes = cast("list[dict[str, Any]]", forwarder.told["probes"])
        assert {probe["name"] for probe in probes} >= ENGINE_PROBES
        assert [probe["name"] for probe in probes if not probe["blocked"]] == []


async def test_the_kernel_says_that_it_is_sealed() -> None:
    async with _forwarder() as forwarder:
        state = state_of(forwarder.child.process.pid)
        assert state is not None
        assert state.seccomp_filters == own_filters() + 1
        assert (state.has_no_new_privileges, state.capabilities) == (True, "0")


async def test_it_copies_many_connections_at_once() -> None:
    async with _forwarder() as forwarder:
        pairs = [_hand_over(forwarder) for _ in range(20)]
        for number, (browser, server) in enumerate(pairs):
            browser.send(f"question {number}".encode())
            server.send(f"answer {number}".encode())
        for number, (browser, server) in enumerate(pairs):
            assert server.recv(100) == f"question {number}".encode()
            assert browser.recv(100) == f"answer {number}".encode()
            browser.close()
            assert server.recv(100) == b""
            server.close()


async def test_it_ends_when_nobody_is_left_to_hand_it_anything() -> None:
    async with _forwarder() as forwarder:
        assert await forwarder.child.end() == 0


async def test_one_that_was_killed_takes_nothing_more() -> None:
    async with _forwarder() as forwarder:
        kill(forwarder.child.process.pid)
        assert becomes(lambda: not is_running(forwarder.child.process.pid))
        await asyncio.sleep(0)
        one, other = socket.socketpair()
        assert not forwarder.hand_over(one, other)


def test_a_forwarder_that_found_a_way_out_is_not_taken() -> None:
    told = {"probes": [{"name": "TCP connect v4", "blocked": False, "detail": "done"}]}
    assert gaps_of_forwarder(told) == ("TCP connect v4 (done)",)
