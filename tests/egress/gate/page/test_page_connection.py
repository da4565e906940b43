"""A connection of a browser's is bounded: whoever is too slow is told so, and a defect shows none of its values."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from aspen.egress.gate.page.connection import converse
from aspen.egress.gate.page.messages import Answer, Request


async def _respond(request: Request) -> Answer:
    if request.path == "/defect":
        raise ZeroDivisionError(request.header("cookie"))
    return Answer(body=f"{request.method} {request.path} {request.query} {request.header('cookie')}".encode())


@asynccontextmanager
async def _connected(seconds: float) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    served = await asyncio.open_connection(sock=theirs)

    async def serve() -> None:
        await converse(*served, _respond, request_seconds=seconds)
        served[1].close()

    serving = asyncio.create_task(serve())
    try:
        yield reader, writer
    finally:
        writer.close()
        await serving


@pytest.mark.parametrize(
    "sent", [b"GET /x HTT", b"POST /x HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nhe"], ids=["head", "body"]
)
async def test_a_request_that_takes_too_long_is_ended(sent: bytes) -> None:
    async with _connected(0.1) as (reader, writer):
        writer.write(sent)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ") or sent.startswith(b"GET")
        assert reader.at_eof()


async def test_a_connection_that_says_nothing_is_closed_without_a_word() -> None:
    async with _connected(0.1) as (reader, _):
        assert await reader.read() == b""


async def test_cookies_that_come_in_two_headers_are_all_seen() -> None:
    async with _connected(5.0) as (reader, writer):
        writer.write(b"GET /a?b=c HTTP/1.1\r\nhost: h\r\ncookie: x=1\r\ncookie: y=2\r\nconnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"GET /a b=c x=1; y=2")


async def test_a_defect_is_answered_without_its_values(capfd: pytest.CaptureFixture[str]) -> None:
    async with _connected(5.0) as (reader, writer):
        writer.write(b"GET /defect HTTP/1.1\r\nhost: h\r\ncookie: secret\r\nconnection: close\r\n\r\n")
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 500 ")
    logged = capfd.readouterr().err
    assert "ZeroDivisionError" in logged
    assert b"secret" not in answer
    assert "secret" not in logged
