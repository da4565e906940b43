"""(g) Milliseconds from the call to the body's first byte at a server on this machine, over TLS.

    python -m benchmarks.gate_wire [--rounds 100]

Three in turns: the gate's transport, which opens a connection for each send; httpx2 with a new connection; httpx2 with
one that it keeps. The first over the second is what the transport adds, the first over the third what a handshake costs
on loopback. The flush of the ledger is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx2

from aspen.core.gate_event import ResponsePiece
from aspen.egress.sending.address import origin_of
from aspen.egress.sending.target import target_for
from aspen.egress.sending.transport import Transport
from benchmarks.measuring import report
from benchmarks.timed_provider import TimedProvider, moment_in, timed_provider

_ADDED_MS = 3.0
_BODY = b"x" * 20_000
_PATH = "/v1/chat/completions"
_UNMEASURED_ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_known_args()[0].rounds
    with tempfile.TemporaryDirectory() as folder, timed_provider(Path(folder)) as server:
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


async def _measure(server: TimedProvider, rounds: int) -> dict[str, float]:
    provider = replace(server.as_provider(), ca_file=str(server.ca_file))
    transport = Transport(origins=lambda: {origin_of(provider)})

    async def gate() -> bytes:
        content = bytearray()
        async for event in transport.send(target_for(provider, _PATH, "sk-bench"), _BODY):
            if isinstance(event, ResponsePiece):
                content += event.content
        return bytes(content)

    async def direct(client: httpx2.AsyncClient) -> bytes:
        headers = {"authorization": "Bearer sk-bench"}
        return (await client.post(server.url + _PATH, content=_BODY, headers=headers)).content

    async with server.client(keeps=False) as new, server.client(keeps=True) as kept:
        ways: dict[str, Callable[[], Awaitable[bytes]]] = {
            "gate": gate,
            "new": lambda: direct(new),
            "kept": lambda: direct(kept),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(_UNMEASURED_ROUNDS + rounds):
            for name, way in ways.items():
                began = time.monotonic()
                taken[name].append((moment_in(await way()) - began) * 1000)
    return {name: statistics.median(times[_UNMEASURED_ROUNDS:]) for name, times in taken.items()}


if __name__ == "__main__":
    main()
