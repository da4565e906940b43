"""The wire between launcher and core: whole packets, in order, with the descriptor that belongs to each."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from aspen.launcher.link import Link, Packet, link_pair

_MORE_THAN_A_BUFFER = 3000
"""Packets; with what fills them, some 12 MB, and the buffers of both ends hold less."""
_FILLING = "x" * 4000


class Received:
    """What came in at one end, and a way to wait for it."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.descriptors: list[int | None] = []
        self.closed = asyncio.Event()
        self._came = asyncio.Event()

    def on_packet(self, packet: Packet, descriptor: int | None) -> None:
        self.packets.append(packet)
        self.descriptors.append(descriptor)
        self._came.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.packets) < count:
                self._came.clear()
                await self._came.wait()


def _pair() -> tuple[Link, Link, Received]:
    one, other = link_pair()
    received = Received()
    sending = Link(one, lambda _packet, _descriptor: None, lambda: None)
    return sending, Link(other, received.on_packet, received.closed.set), received


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_packets_arrive_whole_and_in_order() -> None:
    sending, receiving, received = _pair()
    sent: list[Packet] = [{"verb": "a", "text": "ü\n" * 20_000}, {"reply": 1, "result": {}}]
    for packet in sent:
        sending.send(packet)
    await received.until(2)
    assert received.packets == sent
    assert received.descriptors == [None, None]
    sending.close()
    receiving.close()


async def test_a_descriptor_arrives_with_its_packet() -> None:
    sending, receiving, received = _pair()
    reader, writer = os.pipe()
    os.write(writer, b"mine")
    sending.send({"notice": "before"})
    sending.send({"notice": "connection"}, reader)
    os.close(reader)
    os.close(writer)
    await received.until(2)
    handed = received.descriptors[1]
    assert received.descriptors[0] is None
    assert handed is not None
    assert os.read(handed, 16) == b"mine"
    os.close(handed)
    sending.close()
    receiving.close()


async def test_what_a_slow_peer_has_no_room_for_waits_and_nothing_is_lost() -> None:
    sending, receiving, received = _pair()
    before = _open_descriptors()
    for number in range(_MORE_THAN_A_BUFFER):
        reader, writer = os.pipe()
        os.write(writer, b"%d" % number)
        os.close(writer)
        sending.send({"number": number, "text": _FILLING}, reader if number % 100 == 0 else None)
        os.close(reader)
    await received.until(_MORE_THAN_A_BUFFER)
    assert [packet["number"] for packet in received.packets] == list(range(_MORE_THAN_A_BUFFER))
    for number, descriptor in enumerate(received.descriptors):
        assert (descriptor is None) == (number % 100 != 0)
        if descriptor is not None:
            assert os.read(descriptor, 16) == b"%d" % number
            os.close(descriptor)
    assert _open_descriptors() == before
    sending.close()
    receiving.close()


async def test_closing_drops_what_waits_with_its_descriptors() -> None:
    before = _open_descriptors()
    sending, receiving, _ = _pair()
    reader, writer = os.pipe()
    for number in range(_MORE_THAN_A_BUFFER):
        sending.send({"number": number, "text": _FILLING}, reader if number > _MORE_THAN_A_BUFFER - 10 else None)
    os.close(reader)
    os.close(writer)
    sending.close()
    receiving.close()
    assert _open_descriptors() == before


async def test_the_other_end_s_close_is_told_once_and_sending_on_is_harmless() -> None:
    sending, receiving, received = _pair()
    sending.close()
    async with asyncio.timeout(10):
        await received.closed.wait()
    receiving.send({"verb": "to nobody"})
    sending.send({"verb": "from a closed end"})
    receiving.close()
