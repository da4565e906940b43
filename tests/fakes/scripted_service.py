"""A service that answers from a script, on a real Unix socket: what the command line sees of Aspen, without a model."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import aspen
from aspen.channel.address import SOCKET_NAME, runtime_folder, short_path
from aspen.channel.framing import Frame, Hello, from_frame, hello_frame, to_frame
from aspen.core.errors import AspenError, Misused, error_to_json
from aspen.settings import read_folders


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Say nothing for a while: at most this long, and not beyond the client's leaving."""

    seconds: float


Step = Frame | Pause | AspenError
Script = Callable[[Frame], Iterable[Step]]


class ScriptedService:
    """Answers each verb by its script and remembers what it was asked. Use as a context manager."""

    def __init__(
        self, folder: Path, scripts: Mapping[str, Script], version: str = aspen.__version__, name: str = SOCKET_NAME
    ) -> None:
        self._path = folder / name
        self._scripts = dict(scripts)
        self._version = version
        self.commands: list[tuple[str, Frame]] = []
        self.client_left = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with short_path(self._path) as name:
            self._listener.bind(name)
        self._listener.listen(8)
        self._thread = threading.Thread(target=self._accept)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def asked(self, verb: str) -> list[Frame]:
        """Return the arguments of every command with this verb, in order; of `ask` without the folder, told always."""
        asked = [arguments for told, arguments in self.commands if told == verb]
        left_out = {"folder"} if verb == "ask" else set[str]()
        return [{name: value for name, value in each.items() if name not in left_out} for each in asked]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        try:
            connection.sendall(hello_frame(Hello(version=self._version, pid=os.getpid())))
            line = connection.makefile("rb").readline()
            if line:
                self._answer(connection, from_frame(line))
        except (BrokenPipeError, ConnectionResetError):
            self.client_left.set()

    def _answer(self, connection: socket.socket, told: Frame) -> None:
        verb, arguments = str(told["verb"]), cast("Frame", told["arguments"])
        self.commands.append((verb, arguments))
        for step in self._scripts.get(verb, _unknown)(arguments):
            match step:
                case Pause(seconds=seconds):
                    if _is_closed_within(connection, seconds):
                        self.client_left.set()
                        return
                case AspenError():
                    connection.sendall(to_frame({"error": error_to_json(step)}))
                case _:
                    connection.sendall(to_frame(step))
        if verb == "stop":
            self._path.unlink()


def _unknown(arguments: Frame) -> Iterable[Step]:
    del arguments
    yield Misused("The script has no such verb.")


def _is_closed_within(connection: socket.socket, seconds: float) -> bool:
    ready, _, _ = select.select([connection], [], [], seconds)
    return bool(ready) and not connection.recv(1)


def socket_folder(environment: Mapping[str, str]) -> Path:
    """Return where a command with this environment looks for its service."""
    return runtime_folder(read_folders(environment).data, environment)


def text(words: str) -> Frame:
    return {"event": "text", "text": words}


def asked_result(answer: str, **more: object) -> Frame:
    """Return the result of a verb `ask` as the service makes it."""
    result: Frame = {
        "schema": 1,
        "answer": answer,
        "model": "starter",
        "zone": "machine",
        "decision": {"kind": "route", "reasons": [{"code": "named", "words": "You named it."}]},
        "usage": {"prompt_tokens": 12, "completion_tokens": 3},
        "timings": {"first_token_ms": 310.0, "tokens_per_second": 52.34},
        "jail": {"level": "L3", "sentence": "Sealed (checked 10:41)"},
        "thinking": "",
        "tool_calls": [],
        "notes": [],
        "offer": None,
    }
    return {"result": {**result, **more}}


def answers(*pieces: str, **more: object) -> Script:
    """Script an answer that comes in pieces."""
    return lambda _arguments: [*map(text, pieces), asked_result("".join(pieces), **more)]
