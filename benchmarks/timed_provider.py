"""A TLS server in a process of its own that answers each request with the moment at which its body began to come.

The moment is of time.monotonic(), which all processes of a Linux system share. `timed_provider(folder)` starts it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import trustme

from aspen.core.model_card import Zone
from aspen.core.provider import KeyHeader, Provider

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedProvider:
    """Where it listens, and the certificate to trust."""

    url: str
    ca_file: Path

    def as_provider(self) -> Provider:
        """Describe it as Aspen knows one, without its certificate."""
        return Provider(
            name="bench",
            title="Bench",
            zone=Zone.CLOUD,
            dialect="openai_chat",
            base_url=self.url,
            key_header=KeyHeader(name="authorization", prefix="Bearer "),
        )

    @asynccontextmanager
    async def client(self, *, keeps: bool) -> AsyncGenerator[httpx2.AsyncClient]:
        """Give a plain client that keeps its connection, or opens one for each request."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.ca_file)
        limits = httpx2.Limits() if keeps else httpx2.Limits(max_keepalive_connections=0)
        async with httpx2.AsyncClient(verify=context, trust_env=False, limits=limits) as client:
            yield client


@contextmanager
def timed_provider(folder: Path) -> Generator[TimedProvider]:
    """Run one until the block ends; its certificate lies in `folder`."""
    command = [sys.executable, "-m", "benchmarks.timed_provider", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield TimedProvider(url=f"https://127.0.0.1:{port}", ca_file=folder / "ca.pem")
        finally:
            process.terminate()


def moment_in(content: bytes) -> float:
    """Read an answer."""
    return float(json.loads(content)["body_began_at"])


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            assert length is not None
            first = await reader.readexactly(1)
            came_at = time.monotonic()
            await reader.readexactly(int(length[1]) - len(first))
            told = json.dumps({"body_began_at": came_at}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(told), told))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _serve(folder: Path) -> None:
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA)
    with leaf.private_key_and_cert_chain_pem.tempfile(dir=str(folder)) as path:
        context.load_cert_chain(path)
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asyncio.run(_serve(parser.parse_args().folder))


if __name__ == "__main__":
    main()
