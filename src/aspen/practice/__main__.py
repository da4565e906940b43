"""The practice provider's process: `python -m aspen.practice`. HTTPS on loopback, as a provider outside would speak it.

Says its port and certificate as one line of JSON on standard output and serves until it is killed, or until its
standard input ends: the pipe of whoever started it, and may be killed as well. Keeps nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import ssl
import sys
import tempfile
from ipaddress import IPv4Address
from pathlib import Path

import h11

from aspen.practice.certificate import KeyPair, make_key_pair
from aspen.practice.echo import answer_to, refusal

_LOOPBACK = IPv4Address("127.0.0.1")
_READ_BYTES = 65536
_LARGEST_BODY_BYTES = 64 << 20
_PAUSE_SECONDS = 0.02
_PATH = b"/v1/chat/completions"
_OK, _BAD_REQUEST, _NOT_FOUND, _TOO_LARGE = 200, 400, 404, 413


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    asyncio.run(_serve())
    return 0


async def _serve() -> None:
    pair = make_key_pair(_LOOPBACK)
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), os._exit, 0)
    server = await asyncio.start_server(_converse, str(_LOOPBACK), 0, ssl=_context(pair))
    port = server.sockets[0].getsockname()[1]
    said = {"event": "listening", "port": port, "certificate_pem": pair.certificate_pem.decode("ascii")}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


def _context(pair: KeyPair) -> ssl.SSLContext:
    """The ssl module reads keys from files only: a folder of our own holds it for a moment."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="aspen-practice-") as folder:
        path = Path(folder) / "pair.pem"
        path.write_bytes(pair.private_key_pem + pair.certificate_pem)
        context.load_cert_chain(path)
    return context


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request on a connection, then close it."""
    http = h11.Connection(our_role=h11.SERVER)
    try:
        request, body = await _read(http, reader)
        await _answer(http, writer, request, body)
    except (ConnectionError, h11.RemoteProtocolError, h11.LocalProtocolError):
        pass
    finally:
        writer.close()


async def _read(http: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Request, bytes]:
    request: h11.Request | None = None
    body = bytearray()
    while True:
        match event := http.next_event():
            case h11.NEED_DATA:
                http.receive_data(await reader.read(_READ_BYTES))
            case h11.Request():
                request = event
            case h11.Data(data=data):
                body += data if len(body) <= _LARGEST_BODY_BYTES else b""
            case h11.EndOfMessage():
                assert request is not None
                return request, bytes(body)
            case _:
                raise ConnectionResetError


async def _answer(http: h11.Connection, writer: asyncio.StreamWriter, request: h11.Request, body: bytes) -> None:
    if request.target != _PATH or request.method != b"POST":
        return _refuse(http, writer, _NOT_FOUND, "The practice provider knows POST /v1/chat/completions only.")
    if len(body) > _LARGEST_BODY_BYTES:
        return _refuse(http, writer, _TOO_LARGE, "That is more than the practice provider reads.")
    try:
        pieces = list(answer_to(body))
    except ValueError as error:
        return _refuse(http, writer, _BAD_REQUEST, f"That is not a chat request: {error}.")
    _say(http, writer, h11.Response(status_code=_OK, headers=[("content-type", "text/event-stream"), *_CLOSE]))
    for piece in pieces:
        _say(http, writer, h11.Data(data=piece))
        await writer.drain()
        await asyncio.sleep(_PAUSE_SECONDS)
    _say(http, writer, h11.EndOfMessage())
    return await writer.drain()


_CLOSE = (("connection", "close"),)


def _refuse(http: h11.Connection, writer: asyncio.StreamWriter, status: int, sentence: str) -> None:
    content = refusal(sentence)
    headers = [("content-type", "application/json"), ("content-length", str(len(content))), *_CLOSE]
    for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=content), h11.EndOfMessage()):
        _say(http, writer, event)


def _say(http: h11.Connection, writer: asyncio.StreamWriter, event: h11.Event) -> None:
    writer.write(http.send(event) or b"")


if __name__ == "__main__":
    sys.exit(main())
