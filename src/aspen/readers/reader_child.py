"""`python -m aspen.readers.reader_child KIND`: one reader behind a wall, in a process of its own.

Order is everything: no network before a library of others is loaded, then load and warm up, then no files, then let
the parent look, then take away the last calls, try to break out, and only then say `ready`. The first word comes after
that. Whatever goes wrong while it reads ends the process: nobody must take its silence for "nothing found".
"""

from __future__ import annotations

import importlib
import json
import os
import select
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from aspen.core.errors import AspenError, EngineFailed, error_to_json
from aspen.jail.reader_jail import confine, finish, probe, refuse_network
from aspen.readers.framing import HEADER_BYTES, from_frame, length_of, to_frame
from aspen.readers.kinds import READER_KINDS, Reader

_STANDARD_INPUT, _STANDARD_OUTPUT = 0, 1


def main() -> int:
    orders = _read_line()
    parent_pid, channel = int(str(orders["parent_pid"])), int(str(orders["channel"]))
    nowhere = _open_nowhere()
    try:
        first_error = refuse_network(parent_pid)
        reader = load_reader(sys.argv[1])
    except AspenError as error:
        _say({"step": "failed", "error": error_to_json(error)})
        return 1
    _say({"step": "confined", "confinement": confine(first_error).to_json()})
    _read_line()
    finish()
    probes = _probe(parent_pid)
    # From here on libraries have words to log.
    os.dup2(nowhere, 2)
    _say({"step": "ready", "probes": probes})
    return _serve(_Served(reader, channel, READER_KINDS[sys.argv[1]].largest_frame_bytes), parent_pid)


def load_reader(kind: str) -> Reader:
    """Import the module of a kind. Raises EngineFailed for a library that is missing or broken.

    urllib3, which comes along unused, opens a socket to see whether there is IPv6; it believes what Python says.
    """
    socket.has_ipv6 = False
    try:
        module = importlib.import_module(READER_KINDS[kind].module)
        return cast("Reader", module.load())
    except (ImportError, OSError, ValueError) as error:
        raise EngineFailed(
            f"The reader for {kind} cannot be loaded.",
            hint=f"Install its libraries anew: pip install '{READER_KINDS[kind].requirement}'. It says: {error}",
        ) from error


@dataclass(frozen=True, slots=True)
class _Served:
    """A reader that is loaded, and where its questions come from."""

    reader: Reader
    channel: int
    largest_frame_bytes: int


def _serve(served: _Served, parent_pid: int) -> int:
    """Answer on the channel until its other end closes; a line on standard input asks for the probes in between."""
    waiting = select.poll()
    for source in (_STANDARD_INPUT, served.channel):
        waiting.register(source, select.POLLIN)
    while True:
        for source, _ in waiting.poll():
            is_there = _answer(served) if source == served.channel else _probe_again(parent_pid)
            if not is_there:
                return 0


def _answer(served: _Served) -> bool:
    """Answer one question; False when nobody asks any more."""
    header = _read_exactly(served.channel, HEADER_BYTES)
    if not header:
        return False
    question = from_frame(_read_exactly(served.channel, length_of(header, served.largest_frame_bytes)))
    _write_all(served.channel, to_frame(served.reader(question)))
    return True


def _probe_again(parent_pid: int) -> bool:
    """Try every way out once more; False when the parent is gone."""
    if not os.read(_STANDARD_INPUT, 4096):
        return False
    _say({"step": "probed", "probes": _probe(parent_pid)})
    return True


def _probe(parent_pid: int) -> list[dict[str, object]]:
    return [{"name": each.name, "blocked": each.blocked, "detail": each.detail} for each in probe(parent_pid)]


def _read_exactly(source: int, count: int) -> bytes:
    """Read from a descriptor by the plain call, which is the only one left; short only at the end."""
    content = bytearray()
    while len(content) < count and (piece := os.read(source, count - len(content))):
        content += piece
    return bytes(content)


def _write_all(target: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(target, left) :]


def _open_nowhere() -> int:
    """Return a pipe that nobody reads: what is written to it is refused and kept nowhere."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def _read_line() -> Mapping[str, object]:
    """One line of standard input, unbuffered: nothing may be read ahead of the walls."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(_STANDARD_INPUT, 4096)
        if not piece:
            sys.exit(1)
        line += piece
    return json.loads(line)


def _say(content: Mapping[str, object]) -> None:
    _write_all(_STANDARD_OUTPUT, json.dumps(content).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
