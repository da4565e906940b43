"""The core's end of the gate: one exchange for each connection, in the frames of `core.wire`.

The gate speaks first and says the key of this run's clearances. What breaks off is never asked again by itself: what
had left is in the ledger.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Protocol, cast

from aspen.core.answer import AwaitingApproval, Sent
from aspen.core.egress import Envelope, Outbound, clearance, envelope_to_json
from aspen.core.errors import AspenError, GateUnreachable, error_from_json
from aspen.core.gate_event import GateEvent, ResponseHead, ResponsePiece
from aspen.core.wire import BadFrame, Head, WireReader, to_wire

Connect = Callable[[], Awaitable[socket.socket]]
TellCost = Callable[[], int | None]

_READ_BYTES = 1 << 16
_HELLO_TIMEOUT_SECONDS = 30.0


class GateHost(Protocol):
    """Whoever can reach the gate's process."""

    async def connect_gate(self) -> socket.socket:
        """Return a socket that is connected to the gate, which is started if need be.

        Raises what keeps the gate from starting.
        """
        ...


class SettlingGate(Protocol):
    """A `core.protocols.Gate` that is also told what an answer has cost, once the whole of it is there."""

    def send(self, outbound: Outbound, tell_cost: TellCost = ...) -> AsyncGenerator[GateEvent]:
        """As `Gate.send`. `tell_cost` is asked after the last byte; None is not known."""
        ...


def no_cost() -> int | None:
    """Tell no cost."""
    return None


class GateClient:
    """Implements `SettlingGate`, and with it `core.protocols.Gate`.

    `connect` returns a socket that is connected to the gate, or raises what keeps it from starting. `policy_version` is
    of the rules that the caller has judged by: the gate refuses when its own are others. None takes the gate's word.
    """

    def __init__(self, connect: Connect, policy_version: str | None = None) -> None:
        self._connect = connect
        self._policy_version = policy_version
        self._ahead: asyncio.Future[socket.socket] | None = None

    @contextmanager
    def connecting_ahead(self) -> Generator[None]:
        """Begin to connect now, for the first exchange within the block: a gate that does not run starts meanwhile."""
        self._ahead = asyncio.ensure_future(self._connect())
        try:
            yield
        finally:
            if (unused := self._take_ahead()) is not None:
                unused.add_done_callback(_let_go)

    def send(self, outbound: Outbound, tell_cost: TellCost = no_cost) -> AsyncGenerator[GateEvent]:
        """Have the bytes judged, recorded and sent; closing the generator closes the provider's connection.

        Raises what the gate refuses with, and GateUnreachable where it breaks off.
        """
        return self._send(outbound, tell_cost, is_preview=False)

    def preview(self, outbound: Outbound) -> AsyncGenerator[GateEvent]:
        """Have the bytes held until a person has seen them; they are never sent. Raises as `send`."""
        return self._send(outbound, no_cost, is_preview=True)

    async def note_refusal(self, outbound: Outbound, reasons: Iterable[str]) -> int:
        """Have written down that the core itself has kept something here; return the ledger's number."""
        async with self._exchange() as exchange:
            hello = await exchange.hello()
            envelope = self._envelope(outbound, hello, is_preview=False)
            told = {"do": "refused", "envelope": envelope_to_json(envelope), "reasons": list(reasons)}
            await exchange.say(told, outbound.body)
            return _count(await exchange.expect("noted"), "sequence")

    async def status(self) -> Head:
        """Return what the gate tells about itself: providers, airplane mode, money, rules."""
        async with self._exchange() as exchange:
            await exchange.hello()
            await exchange.say({"do": "status"})
            return await exchange.expect("status")

    async def _send(self, outbound: Outbound, tell_cost: TellCost, *, is_preview: bool) -> AsyncGenerator[GateEvent]:
        async with self._exchange() as exchange:
            hello = await exchange.hello()
            envelope = self._envelope(outbound, hello, is_preview=is_preview)
            cleared = clearance(envelope, _key(hello))
            told = {"do": "send", "envelope": envelope_to_json(envelope), "clearance": cleared}
            await exchange.say(told, outbound.body)
            while True:
                head, content = await exchange.next()
                if head.get("event") == "end":
                    break
                yield _event(head, content, outbound)
            if not is_preview:
                await exchange.say({"do": "settle", "cost_microdollars": tell_cost()})

    def _envelope(self, outbound: Outbound, hello: Head, *, is_preview: bool) -> Envelope:
        told = hello.get("policy_version")
        version = self._policy_version if self._policy_version is not None else str(told or "")
        return Envelope(outbound=outbound, policy_version=version, nonce=secrets.token_hex(16), is_preview=is_preview)

    def _take_ahead(self) -> asyncio.Future[socket.socket] | None:
        ahead, self._ahead = self._ahead, None
        return ahead

    @asynccontextmanager
    async def _exchange(self) -> AsyncGenerator[_Exchange]:
        ahead = self._take_ahead()
        connection = await (self._connect() if ahead is None else ahead)
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        exchange = _Exchange(reader, writer)
        try:
            yield exchange
            await exchange.close()
        finally:
            writer.transport.abort()


def _let_go(connecting: asyncio.Future[socket.socket]) -> None:
    """Nobody wanted it in the end, and nobody is to be told why there was none."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


class _Exchange:
    """One connection. An `error` frame is raised wherever it comes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._wire = WireReader()
        self._frames: list[tuple[Head, bytes]] = []

    async def hello(self) -> Head:
        """Return the gate's greeting."""
        try:
            async with asyncio.timeout(_HELLO_TIMEOUT_SECONDS):
                return await self.expect("hello")
        except TimeoutError:
            raise GateUnreachable("The gate does not answer.", hint="See the log.") from None

    async def say(self, head: Mapping[str, object], body: bytes = b"") -> None:
        """Send one frame. Whether the gate is still there shows when it is read from: it may have said why."""
        with suppress(ConnectionError):
            self._writer.write(to_wire(head, body))
            await self._writer.drain()

    async def expect(self, event: str) -> Head:
        """Return the next frame, which must be of this kind."""
        head, _ = await self.next()
        if head.get("event") != event:
            raise _spoke_nonsense()
        return head

    async def next(self) -> tuple[Head, bytes]:
        """Return the next frame."""
        while not self._frames:
            try:
                content = await self._reader.read(_READ_BYTES)
                if not content:
                    raise _broke_off()
                self._frames = list(self._wire.feed(content))
            except ConnectionError:
                raise _broke_off() from None
            except BadFrame:
                raise _spoke_nonsense() from None
        head, body = self._frames.pop(0)
        if head.get("event") == "error":
            raise error_from_json(head)
        return head, body

    async def close(self) -> None:
        """Let what was said last reach the gate."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


def _event(head: Head, content: bytes, outbound: Outbound) -> GateEvent:
    match head:
        case {"event": "piece"}:
            return ResponsePiece(content=content)
        case {"event": "head", "status": int() as status}:
            return ResponseHead(status=status, headers=_headers(head.get("headers")))
        case {"event": "sent"}:
            return Sent(
                sequence=_count(head, "sequence"),
                provider=outbound.destination.provider,
                body_bytes=_count(head, "body_bytes"),
            )
        case {"event": "awaiting_approval", "nonce": str() as nonce, "body_sha256": str() as sha256}:
            return AwaitingApproval(nonce=nonce, body_sha256=sha256, provider=outbound.destination.provider)
        case _:
            raise _spoke_nonsense()


def _headers(told: object) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for pair in cast("list[object]", told) if isinstance(told, list) else [None]:
        match pair:
            case [str() as name, str() as value]:
                pairs.append((name, value))
            case _:
                raise _spoke_nonsense()
    return tuple(pairs)


def _key(hello: Head) -> bytes:
    try:
        return bytes.fromhex(str(hello["clearance_key"]))
    except (KeyError, ValueError):
        raise _spoke_nonsense() from None


def _count(head: Head, name: str) -> int:
    value = head.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _spoke_nonsense()
    return value


def _broke_off() -> AspenError:
    return GateUnreachable(
        "The gate ended in mid-answer.",
        hint="What had left is in the ledger: aspen ledger list. It is not sent again by itself.",
    )


def _spoke_nonsense() -> AspenError:
    return GateUnreachable("The gate said something that is not its protocol.", hint="See the log.")
