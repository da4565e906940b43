"""HTTP/1.1 on one accepted connection, by h11: small, bounded in size and time, one request after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import h11

from aspen.core.errors import Failed
from aspen.egress.gate.page.messages import TOO_LARGE, Answer, Request, error_answer, refusal
from aspen.egress.gate.person_socket import log_defect

Respond = Callable[[Request], Awaitable[Answer]]

LARGEST_BODY_BYTES = 64 << 10
_LARGEST_HEAD_BYTES = 16 << 10
_READ_BYTES = 16 << 10
_PIECE_BYTES = 64 << 10
_REQUEST_SECONDS = 20.0
"""How long a whole request may take from the moment that the one before was answered."""
_PIECE_SECONDS = 20.0
_BAD_REQUEST, _TIMED_OUT = 400, 408


class _Refused(Exception):
    """A request that is answered without being read to its end."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


async def converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    respond: Respond,
    *,
    request_seconds: float = _REQUEST_SECONDS,
) -> None:
    """Answer requests until the other side goes, is too slow, or sends something that is not HTTP."""
    http = h11.Connection(our_role=h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD_BYTES)
    try:
        while (request := await _next(http, reader, request_seconds)) is not None:
            await _write(http, writer, await _answered(respond, request))
            if http.our_state is not h11.DONE or http.their_state is not h11.DONE:
                return
            http.start_next_cycle()
    except _Refused as refused:
        await _write(http, writer, refused.answer, is_last=True)
    except (ConnectionError, TimeoutError, h11.LocalProtocolError):
        pass


async def _next(http: h11.Connection, reader: asyncio.StreamReader, seconds: float) -> Request | None:
    """Return the next request, whole; None when no other comes."""
    try:
        async with asyncio.timeout(seconds):
            return await _read(http, reader)
    except TimeoutError:
        if http.their_state is h11.IDLE:
            return None
        raise _Refused(refusal(_TIMED_OUT, "The request took too long.")) from None
    except h11.RemoteProtocolError:
        if http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return None
        raise _Refused(refusal(_BAD_REQUEST, "That is not a request of HTTP/1.1, or its head is too long.")) from None


async def _read(http: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        match event := http.next_event():
            case h11.NEED_DATA:
                http.receive_data(await reader.read(_READ_BYTES))
            case h11.Request():
                head = event
            case h11.Data(data=piece):
                body += piece
                if len(body) > LARGEST_BODY_BYTES:
                    raise _Refused(refusal(TOO_LARGE, f"A request is at most {LARGEST_BODY_BYTES:,} bytes long."))
            case h11.EndOfMessage() if head is not None:
                return _request(head, bytes(body))
            case _:
                return None


def _request(head: h11.Request, body: bytes) -> Request:
    headers: dict[str, str] = {}
    for name, value in head.headers:
        key, text = name.decode("ascii"), value.decode("latin-1")
        headers[key] = f"{headers[key]}; {text}" if key == "cookie" and key in headers else headers.get(key, text)
    path, _, query = head.target.decode("ascii").partition("?")
    return Request(method=head.method.decode("ascii"), path=path, query=query, headers=headers, body=body)


async def _answered(respond: Respond, request: Request) -> Answer:
    """A defect of ours is logged, and answered without its values."""
    (outcome,) = await asyncio.gather(respond(request), return_exceptions=True)
    if isinstance(outcome, Answer):
        return outcome
    log_defect(outcome)
    return error_answer(Failed("Something went wrong inside the gate.", hint="The log has the details."))


async def _write(http: h11.Connection, writer: asyncio.StreamWriter, answer: Answer, *, is_last: bool = False) -> None:
    closing = [("connection", "close")] if is_last else []
    headers = [*answer.headers, ("content-length", str(len(answer.body))), *closing]
    _say(http, writer, h11.Response(status_code=answer.status, headers=headers))
    for start in range(0, len(answer.body), _PIECE_BYTES):
        _say(http, writer, h11.Data(data=answer.body[start : start + _PIECE_BYTES]))
        async with asyncio.timeout(_PIECE_SECONDS):
            await writer.drain()
    _say(http, writer, h11.EndOfMessage())
    async with asyncio.timeout(_PIECE_SECONDS):
        await writer.drain()


def _say(http: h11.Connection, writer: asyncio.StreamWriter, event: h11.Event) -> None:
    writer.write(http.send(event) or b"")
