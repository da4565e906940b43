"""(g) Milliseconds from the call to the request's first byte at a server on this machine, over TLS.

    python -m benchmarks.gate_wire [--rounds 100]

Three in turns: the gate's transport, which opens a connection for each send; httpx2 with a new connection; httpx2 with
one that it keeps. The first over the second is what the transport adds, the first over the third what a handshake costs
on loopback. The flush of the ledger is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
import statistics
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import trustme

from aspen.core.model_card import Zone
from aspen.core.provider import KeyHeader, Provider
from aspen.egress.sending.address import origin_of
from aspen.egress.sending.target import target_for
from aspen.egress.sending.transport import Transport
from benchmarks.measuring import report

_ADDED_MS = 3.0
_BODY = b"x" * 20_000
_PATH = "/v1/chat/completions"
_UNMEASURED_ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_known_args()[0].rounds
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as server:
        medians = asyncio.run(_measure(server, rounds))
    over_new, over_kept = medians["gate"] - medians["new"], medians["gate"] - medians["kept"]
    report(
        "(g) gate to first byte, over httpx2's new connection",
        f"{over_new:.2f} ms",
        f"<= {_ADDED_MS} ms",
        met=over_new <= _ADDED_MS,
    )
    report(
        "(g) gate to first byte, over httpx2's kept connection",
        f"{over_kept:.2f} ms ({medians['gate']:.2f} against {medians['kept']:.2f} ms)",
        f"<= {_ADDED_MS} ms",
        met=over_kept <= _ADDED_MS,
    )


@dataclass(slots=True)
class _Server:
    ca_file: Path
    port: int = 0
    first_byte_at: list[float] = field(default_factory=list[float])

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while first := await reader.read(1):
            self.first_byte_at.append(time.monotonic())
            head = first + await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(_BODY))
            stays = b"connection: close" not in head.lower()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
            await writer.drain()
            if not stays:
                break
        writer.close()


@contextmanager
def _server(folder: Path) -> Generator[_Server]:
    authority = trustme.CA()
    server = _Server(ca_file=folder / "ca.pem")
    authority.cert_pem.write_to_path(str(server.ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.tempfile(dir=str(folder)) as path:
        context.load_cert_chain(path)
    loop, started = asyncio.new_event_loop(), threading.Event()

    async def serve() -> None:
        listening = await asyncio.start_server(server.answer, "127.0.0.1", 0, ssl=context)
        server.port = listening.sockets[0].getsockname()[1]
        started.set()
        await asyncio.Event().wait()

    threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True).start()
    started.wait()
    yield server


async def _measure(server: _Server, rounds: int) -> dict[str, float]:
    provider = Provider(
        name="bench",
        title="Bench",
        zone=Zone.CLOUD,
        dialect="openai_chat",
        base_url=server.url,
        key_header=KeyHeader(name="authorization", prefix="Bearer "),
        ca_file=str(server.ca_file),
    )
    transport = Transport(origins=lambda: {origin_of(provider)})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(server.ca_file)

    async def gate() -> None:
        async for _ in transport.send(target_for(provider, _PATH, "sk-bench"), _BODY):
            pass

    async def direct(client: httpx2.AsyncClient) -> None:
        await client.post(server.url + _PATH, content=_BODY, headers={"authorization": "Bearer sk-bench"})

    unkept = httpx2.Limits(max_keepalive_connections=0)
    async with (
        httpx2.AsyncClient(verify=context, trust_env=False, limits=unkept) as new,
        httpx2.AsyncClient(verify=context, trust_env=False) as kept,
    ):
        ways: dict[str, Callable[[], Awaitable[None]]] = {
            "gate": gate,
            "new": lambda: direct(new),
            "kept": lambda: direct(kept),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(_UNMEASURED_ROUNDS + rounds):
            for name, way in ways.items():
                began = time.monotonic()
                await way()
                taken[name].append((server.first_byte_at[-1] - began) * 1000)
    return {name: statistics.median(times[_UNMEASURED_ROUNDS:]) for name, times in taken.items()}


if __name__ == "__main__":
    main()
