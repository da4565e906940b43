"""How a person's command reaches the gate: on a socket of the gate's own, which the sealed core cannot open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from aspen.channel.client import Session, open_gate_session
from aspen.channel.framing import Frame
from aspen.cli.commanding import Reach
from aspen.core.errors import GateUnreachable


def gate_command(verb: str, arguments: Mapping[str, object] | None = None, *, reach: Reach) -> Frame:
    """Give the gate one command; the service is started if need be, and the launcher starts the gate.

    Raises the AspenError that the gate answers with.
    """
    with reach() as session:
        return gate_call(session.folder, verb, arguments or {})


def gate_stream(verb: str, arguments: Mapping[str, object], *, reach: Reach) -> Iterator[Frame]:
    """Give the gate one command and yield each frame of its answer. Raises as `gate_command`."""
    with reach() as session, _open(session.folder) as gate:
        yield from gate.stream(verb, arguments)


def gate_call(folder: Path, verb: str, arguments: Mapping[str, object]) -> Frame:
    """Give one command to the gate of the service that listens in `folder`."""
    with _open(folder) as gate:
        return gate.call(verb, arguments)


def _open(folder: Path) -> Session:
    try:
        return open_gate_session(folder)
    except OSError as error:
        raise GateUnreachable(
            "The gate cannot be reached.", hint="`aspen stop` ends the service; ask again."
        ) from error
