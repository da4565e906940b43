"""A real gate in a process of its own, started as the launcher starts it, with the test in the launcher's place.

with started_gate(tmp_path) as gate:
    gate.person.connect(provider_at(server), KEY)
    with gate.exchange() as core:
        core.send(outbound)
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aspen
from aspen.channel.address import GATE_PAGE_SOCKET_NAME, GATE_SOCKET_NAME
from aspen.channel.client import Session, open_gate_session
from aspen.core.egress import Envelope, Outbound, clearance, envelope_to_json
from aspen.core.provider import Provider
from aspen.core.wire import Head, WireReader, to_wire
from aspen.providers.provider_json import provider_to_json
from aspen.settings import Folders, read_folders

_PATIENCE_SECONDS = 20.0
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
Frame = tuple[Head, bytes]


class CoreEnd:
    """One exchange, spoken as the core speaks it. `hello` is what the gate says first."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connection.settimeout(_PATIENCE_SECONDS)
        self._wire = WireReader()
        self._frames: list[Frame] = []
        self.hello = self.next()[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def close(self) -> None:
        self._connection.close()

    def say(self, head: Mapping[str, object], body: bytes = b"") -> None:
        self._connection.sendall(to_wire(head, body))

    def send_bytes(self, content: bytes) -> None:
        """Send what need not be a frame."""
        self._connection.sendall(content)

    def envelope(self, outbound: Outbound, *, nonce: str | None = None, is_preview: bool = False) -> Envelope:
        """Wrap what would leave, as an honest core does."""
        return Envelope(
            outbound=outbound,
            policy_version=str(self.hello["policy_version"]),
            nonce=nonce or secrets.token_hex(16),
            is_preview=is_preview,
        )

    def send(self, outbound: Outbound) -> Envelope:
        """Ask for exactly these bytes to be sent, with a right clearance."""
        envelope = self.envelope(outbound)
        self.send_envelope(envelope)
        return envelope

    def send_envelope(self, envelope: Envelope, cleared_as: str | None = None) -> None:
        """Send an envelope with its own clearance, or with another one."""
        key = bytes.fromhex(str(self.hello["clearance_key"]))
        claimed = cleared_as or clearance(envelope, key)
        self.say({"do": "send", "envelope": envelope_to_json(envelope), "clearance": claimed}, envelope.outbound.body)

    def next(self) -> Frame:
        """Return the next frame. Raises EOFError when the gate has closed."""
        while not self._frames:
            content = self._connection.recv(1 << 16)
            if not content:
                raise EOFError("the gate has closed the connection")
            self._frames += self._wire.feed(content)
        return self._frames.pop(0)

    def expect(self, event: str) -> dict[str, Any]:
        """Return the head of the next frame, which must be this event."""
        head, _ = self.next()
        assert head["event"] == event, head
        return head

    def rest(self) -> Iterator[Frame]:
        """Yield frames up to the end or the error."""
        while True:
            frame = self.next()
            yield frame
            if frame[0]["event"] in {"end", "error"}:
                return

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """Return the last frame's head and all bytes of the response before it."""
        frames = list(self.rest())
        return frames[-1][0], b"".join(body for _, body in frames)


class Person:
    """A person at the gate's socket: one connection for each command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def session(self) -> Session:
        return open_gate_session(self.folder)

    def call(self, verb: str, **arguments: object) -> dict[str, Any]:
        """Give one command and return its result. Raises the AspenError that the gate answers with."""
        with self.session() as session:
            return session.call(verb, arguments)

    def connect(self, provider: Provider, key: str | None) -> dict[str, Any]:
        """Connect a server of one's own; its certificate travels, not the file's name."""
        pem = None if provider.ca_file is None else Path(provider.ca_file).read_text("ascii")
        row = provider_to_json(replace(provider, ca_file=None))
        return self.call("connect", name=provider.name, key=key, row=row, certificate_pem=pem, file_is_allowed=True)

    def approve(self, waiting: Mapping[str, Any], *, for_conversation: bool = False) -> dict[str, Any]:
        return self.call(
            "approve",
            nonce=waiting["nonce"],
            body_sha256=waiting["body_sha256"],
            for_conversation=for_conversation,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningGate:
    """`confinement` is what the gate said when it was ready."""

    process: subprocess.Popen[bytes]
    link: socket.socket
    folders: Folders
    person: Person
    confinement: dict[str, Any]

    def exchange(self) -> CoreEnd:
        """Hand the gate a connection, and return the core's end once the gate has greeted."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with theirs:
                socket.send_fds(self.link, [b'{"notice":"connection"}'], [theirs.fileno()])
            return CoreEnd(ours)
        except BaseException:
            ours.close()
            raise

    def hang_up(self) -> None:
        """As a launcher that ends."""
        self.link.shutdown(socket.SHUT_RDWR)

    def kill(self) -> None:
        """As a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(_PATIENCE_SECONDS)


class GateRefused(Exception):
    """The gate did not start; `error` is what it said."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(slots=True, kw_only=True)
class GateHome:
    """Folders that outlive a gate, so that another one can be started in them. `python` begins its command line."""

    root: Path
    practice: tuple[int, str] | None = None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    python: tuple[str, ...] = (sys.executable,)

    @property
    def folders(self) -> Folders:
        return read_folders({"ASPEN_HOME": str(self.root / "aspen")})

    @property
    def runtime(self) -> Path:
        return self.root / "run"

    def write_rules(self, text: str) -> None:
        self.folders.rules.parent.mkdir(parents=True, exist_ok=True)
        self.folders.rules.write_text(text, "utf-8")

    @contextmanager
    def started(self) -> Generator[RunningGate]:
        """Start a gate and wait until it is ready. Raises GateRefused when it says that it cannot."""
        for folder in (self.runtime, self.root / "home"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_PATIENCE_SECONDS)
        with ours, _listener(self.runtime, GATE_SOCKET_NAME) as listener, _page_listener(self.runtime) as page_listener:
            with theirs:
                process = self._spawn(theirs.fileno(), listener.fileno(), page_listener.fileno())
            try:
                told = _first_word(ours, process)
                answering = threading.Thread(target=_answer_as_launcher, args=(ours, self), daemon=True)
                answering.start()
                yield RunningGate(
                    process=process,
                    link=ours,
                    folders=self.folders,
                    person=Person(self.runtime),
                    confinement=told["confinement"],
                )
            finally:
                process.terminate()
                try:
                    process.wait(_PATIENCE_SECONDS)
                finally:
                    process.kill()
                    process.wait()
                with suppress(OSError):  # it has hung up
                    ours.shutdown(socket.SHUT_RDWR)

    def _spawn(self, link: int, listener: int, page_listener: int) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        return subprocess.Popen(
            [
                *(*self.python, "-P", "-m", "aspen.egress.gate", "--parent", str(os.getpid())),
                *("--link", str(link), "--listener", str(listener), "--page-listener", str(page_listener)),
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=(link, listener, page_listener),
            cwd="/",
            env={
                **environment,
                "PYTHONPATH": os.pathsep.join((str(Path(aspen.__file__).parents[1]), *_own_python_path())),
                "HOME": str(self.root / "home"),
                "ASPEN_HOME": str(self.root / "aspen"),
                **self.variables,
            },
        )


@contextmanager
def started_gate(root: Path, *, rules: str = "") -> Generator[RunningGate]:
    """Start a gate in a home of its own, with these rules."""
    home = GateHome(root=root)
    home.write_rules(rules)
    with home.started() as gate:
        yield gate


def _own_python_path() -> list[str]:
    return [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]


def _page_listener(folder: Path) -> AbstractContextManager[socket.socket]:
    return _listener(folder, GATE_PAGE_SOCKET_NAME)


@contextmanager
def _listener(folder: Path, name: str) -> Generator[socket.socket]:
    path = folder / name
    path.unlink(missing_ok=True)
    descriptor = os.open(folder, os.O_DIRECTORY | os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(f"/proc/self/fd/{descriptor}/{name}")
            listener.listen()
            yield listener
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)


def _first_word(link: socket.socket, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    packet = link.recv(1 << 20)
    if not packet:
        raise GateRefused({"code": "ended", "status": process.wait(_PATIENCE_SECONDS)})
    told: dict[str, Any] = json.loads(packet)
    if told["notice"] != "ready":
        raise GateRefused(told["error"])
    return told


def _open_page_port(link: socket.socket, number: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        socket.send_fds(link, [b'{"notice":"page_listener"}'], [listener.fileno()])
        link.send(json.dumps({"reply": number, "result": {}}).encode())


def _answer_as_launcher(link: socket.socket, home: GateHome) -> None:
    """Tell the gate where the practice provider is, whenever it asks, and open a port for its pages."""
    link.settimeout(None)
    try:
        while packet := link.recv(1 << 20):
            told = json.loads(packet)
            if told.get("verb") == "open_page_port":
                _open_page_port(link, told["id"])
            if told.get("verb") == "start_practice" and home.practice is not None:
                port, certificate = home.practice
                result = {"port": port, "certificate_pem": certificate}
                link.send(json.dumps({"reply": told["id"], "result": result}).encode())
    except OSError:
        pass  # the test is over
