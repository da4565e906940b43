"""Bytes go both ways, all of them, within bounds, and an end on one side is an end on the other."""

from __future__ import annotations

import os
import selectors
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from aspen.window.copying import Copying

_A_LOT = 3 << 20


@dataclass(frozen=True, slots=True)
class Joined:
    """`browser` and `server` are the far ends of a pair that is copied between."""

    browser: socket.socket
    server: socket.socket
    step: Callable[[], int]


@pytest.fixture
def joined() -> Iterator[Joined]:
    (browser, one), (other, server) = socket.socketpair(), socket.socketpair()
    with selectors.DefaultSelector() as waiting, browser, server:
        copying = Copying(waiting)
        for each in (browser, one, other, server):
            each.setblocking(False)
        copying.add(one.detach(), other.detach())

        def step() -> int:
            ready = waiting.select(0)
            for key, mask in ready:
                copying.on_ready(key.fd, mask)
            return len(ready)

        yield Joined(browser, server, step)


def _until_quiet(joined: Joined) -> None:
    while joined.step():
        pass


def test_bytes_arrive_on_both_sides(joined: Joined) -> None:
    joined.browser.send(b"GET /")
    joined.server.send(b"200")
    _until_quiet(joined)
    assert (joined.server.recv(100), joined.browser.recv(100)) == (b"GET /", b"200")


def test_what_nobody_reads_is_bounded_and_nothing_of_it_is_lost(joined: Joined) -> None:
    content, sent = os.urandom(_A_LOT), 0
    while sent < _A_LOT:
        before = sent
        try:
            sent += joined.server.send(content[sent:])
        except BlockingIOError:
            _until_quiet(joined)
        if sent == before and not joined.step():
            break
    assert sent < _A_LOT
    received = bytearray()
    while len(received) < _A_LOT:
        sent += _sent(joined.server, content[sent:])
        joined.step()
        received += _received(joined.browser)
    assert bytes(received) == content


def test_what_was_said_before_the_end_still_arrives(joined: Joined) -> None:
    joined.server.send(b"the last words")
    joined.server.close()
    _until_quiet(joined)
    assert joined.browser.recv(100) == b"the last words"
    assert joined.browser.recv(100) == b""


def test_a_page_that_goes_away_ends_the_other_side(joined: Joined) -> None:
    joined.browser.close()
    _until_quiet(joined)
    assert joined.server.recv(100) == b""


def _sent(end: socket.socket, content: bytes) -> int:
    try:
        return end.send(content) if content else 0
    except BlockingIOError:
        return 0


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 16)
    except BlockingIOError:
        return b""
