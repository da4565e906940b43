"""The client's side of the command channel: blocking and small, since every command starts with it."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from aspen.channel.address import GATE_SOCKET_NAME, SOCKET_NAME, connect
from aspen.channel.framing import LARGEST_FRAME_BYTES, Frame, Hello, from_frame, hello_from, to_frame
from aspen.channel.peer import is_same_user
from aspen.core.errors import ServiceStopped, ServiceUnreachable, error_from_json

_GREETING_TIMEOUT_SECONDS = 10.0
_GATE_START_TIMEOUT_SECONDS = 40.0


class Session:
    """One connection, one command. Closing it while events still come cancels the command.

    `folder` is where the service listens.
    """

    def __init__(self, connection: socket.socket, folder: Path) -> None:
        self.folder = folder
        self._connection = connection
        self._lines = connection.makefile("rb")
        try:
            self.hello: Hello = hello_from(self._read())
        except BaseException:
            self.close()
            raise
        connection.settimeout(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._lines.close()
        self._connection.close()

    def stream(self, verb: str, arguments: Mapping[str, object]) -> Iterator[Frame]:
        """Send the command and yield every frame of its answer; the last one holds `result`.

        Raises the AspenError that the service answered with, or ServiceStopped when it went away in the middle.
        """
        try:
            self._connection.sendall(to_frame({"verb": verb, "arguments": dict(arguments)}))
            while True:
                frame = self._read()
                if isinstance(told := frame.get("error"), dict):
                    raise error_from_json(cast("dict[str, object]", told))
                yield frame
                if "result" in frame:
                    return
        except (BrokenPipeError, ConnectionResetError):
            raise _stopped() from None

    def call(self, verb: str, arguments: Mapping[str, object] | None = None) -> Frame:
        """Send a command whose events do not matter and return its result."""
        result: object = None
        for frame in self.stream(verb, arguments or {}):
            result = frame.get("result")
        return cast("Frame", result) if isinstance(result, dict) else {}

    def _read(self) -> Frame:
        line = self._lines.readline(LARGEST_FRAME_BYTES)
        if not line.endswith(b"\n"):
            raise _stopped()
        return from_frame(line)


def _stopped() -> ServiceStopped:
    return ServiceStopped("Aspen's service ended before it had answered.", hint="Nothing was lost: ask again.")


def open_gate_session(folder: Path) -> Session:
    """Connect to the gate of the service that listens in `folder`: a command of a person, which the core cannot give.

    Raises as `open_session`, and what keeps the gate from starting once a command is given.
    """
    return open_session(folder, _GATE_START_TIMEOUT_SECONDS, GATE_SOCKET_NAME)


def open_session(folder: Path, timeout_seconds: float = _GREETING_TIMEOUT_SECONDS, name: str = SOCKET_NAME) -> Session:
    """Connect to the service that listens in `folder`.

    Raises OSError when nobody listens, ServiceUnreachable when somebody else does.
    """
    connection = connect(folder / name, timeout_seconds)
    if not is_same_user(connection):
        connection.close()
        raise ServiceUnreachable("Another user's process listens on Aspen's socket.", hint=f"Look at {folder}.")
    try:
        return Session(connection, folder)
    except TimeoutError:
        raise ServiceUnreachable(
            "Aspen's service does not answer.", hint="`aspen stop` ends it; then ask again."
        ) from None
