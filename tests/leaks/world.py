"""The outside as a test sees it: starts it, tells its providers what to say, and reads what reached anybody.

with World.begun(folder, key) as world:
    mark = world.mark()
    ...  # commands that run in `world.inside(…)`
    seen = world.since(mark)
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from closed_network import NAMESERVER, inside
from listed_sockets import sockets_around
from outside import PORT, PROVIDERS, Manner
from recorder import Packet, read_packets

import aspen
from fakes.processes import becomes

_HERE = Path(__file__).resolve().parent
_PATIENCE_SECONDS = 20.0

LISTENERS = frozenset({("udp", NAMESERVER, 53), *(("tcp", address, PORT) for address, _ in PROVIDERS.values())})
"""Everybody who may be spoken to: the name server, and the providers of the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it reached a provider. `watched` is what lay in the watched folder at that moment."""

    host: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    watched: Mapping[str, bytes]

    @property
    def content(self) -> dict[str, Any]:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def whole(self) -> bytes:
        """All that the provider could read."""
        lines = [f"{self.method} {self.target}", *(f"{name}: {value}" for name, value in self.headers)]
        return "\n".join(lines).encode() + b"\n\n" + self.body


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All that left the processes of this machine between two moments."""

    names: tuple[str, ...]
    asked: tuple[Asked, ...]
    capture: bytes

    @cached_property
    def packets(self) -> tuple[Packet, ...]:
        return tuple(read_packets(self.capture))

    def strays(self, also: Collection[tuple[str, str, int]] = ()) -> list[str]:
        """Return where packets went that neither went to a known listener nor were part of an answer."""
        known = {*LISTENERS, *also}
        ours = {(packet.kind, packet.source, packet.source_port) for packet in self.packets if packet.opens}
        strays = {
            packet.place
            for packet in self.packets
            if (packet.kind, packet.to, packet.port) not in known | ours
            and (packet.kind, packet.source, packet.source_port) not in known
        }
        return sorted(strays)

    def places(self) -> dict[str, bytes]:
        """Return everything, by where it was seen."""
        asked = {f"request {number} to {each.host}": each.whole for number, each in enumerate(self.asked)}
        return {"the wire": self.capture, "names looked up": "\n".join(self.names).encode(), **asked}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment: how much had been seen by then."""

    names: int
    asked: int
    capture_bytes: int


class World:
    """`pid` is the process whose network it is; what it saw lies in `folder`."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, key: str) -> None:
        self._process = process
        self.folder = folder
        self.key = key
        told = self._read()
        self.pid: int = told["pid"]

    @classmethod
    @contextmanager
    def begun(cls, folder: Path, key: str) -> Generator[World]:
        """Begin one, and end it with the block. `folder` is its own, and must be new."""
        folder.mkdir(parents=True)
        paths = [str(_HERE), str(_HERE.parent), str(Path(aspen.__file__).parents[1])]
        paths += filter(None, [os.environ.get("PYTHONPATH")])
        with subprocess.Popen(
            [sys.executable, "-P", str(_HERE / "outside.py"), str(folder), key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        ) as process:
            try:
                yield cls(process, folder, key)
            finally:
                assert process.stdin is not None
                process.stdin.close()
                process.wait(_PATIENCE_SECONDS)

    def inside(self, command: Sequence[str]) -> tuple[str, ...]:
        """Return the command line that runs `command` in this network."""
        return inside(self.pid, command)

    def answer(self, host: str, manner: Manner) -> None:
        """Have a provider answer so from now on."""
        self._do({"do": "answer", "host": host, "manner": asdict(manner)})

    def mark(self) -> Mark:
        """Name this moment, once every connection from before has said its last."""
        assert becomes(lambda: not any(each.may_still_say_something for each in sockets_around(self.pid)))
        self._sync()
        names, asked = len(self._lines("names")), len(self._lines("received"))
        return Mark(names=names, asked=asked, capture_bytes=(self.folder / "capture.pcap").stat().st_size)

    def since(self, mark: Mark) -> Seen:
        """Return what was seen after a moment. Fails if the recorder has missed a packet."""
        self._sync()
        names = [json.loads(line)["name"] for line in self._lines("names")[mark.names :]]
        asked = [_asked(json.loads(line)) for line in self._lines("received")[mark.asked :]]
        with (self.folder / "capture.pcap").open("rb") as file:
            file.seek(mark.capture_bytes)
            return Seen(names=tuple(names), asked=tuple(asked), capture=file.read())

    def _sync(self) -> None:
        lost = self._do({"do": "sync"})["lost"]
        assert lost == 0, f"the recorder missed {lost} packets"

    def _do(self, command: Mapping[str, object]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the outside has ended"
        return json.loads(line)

    def _lines(self, name: str) -> list[str]:
        path = self.folder / f"{name}.jsonl"
        return path.read_text("utf-8").splitlines() if path.exists() else []


def _asked(told: Mapping[str, Any]) -> Asked:
    return Asked(
        host=told["host"],
        method=told["method"],
        target=told["target"],
        headers=tuple((name, value) for name, value in told["headers"]),
        body=base64.b64decode(told["body_base64"]),
        watched={name: base64.b64decode(content) for name, content in told["watched"].items()},
    )
