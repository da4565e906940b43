"""`aspen ps` and `aspen stop`: what runs, and its end. Neither starts a service that is not there."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from aspen.channel.address import SOCKET_NAME
from aspen.channel.summon import open_running
from aspen.cli.options import Invocation, takes
from aspen.cli.quantities import duration_words, size_words
from aspen.cli.reading import Json, count, mapping, number, objects, text
from aspen.cli.tables import table
from aspen.cli.terminal import clean_line, put_json, put_line, say
from aspen.core.errors import NotFound, ServiceStopped, ServiceUnreachable
from aspen.settings import Folders, read_folders

_LEAVE_TIMEOUT_SECONDS = 15.0
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOptions(Invocation):
    model: str | None


@click.command()
@takes(Invocation)
def ps(options: Invocation) -> None:
    """Show the service and the models that are loaded, and how each process is sealed."""
    session = open_running(read_folders())
    if session is None:
        running: Json = {"schema": 1, "service": None, "engines": []}
    else:
        with session:
            running = session.call("ps")
    if options.as_json:
        put_json(running)
    elif session is None:
        say("Aspen's service is not running; the next question starts it.")
    else:
        _print_running(running)


@click.command()
@click.argument("model", required=False)
@takes(StopOptions)
def stop(options: StopOptions) -> None:
    """Unload MODEL, or stop Aspen's service when no MODEL is named."""
    folders = read_folders()
    outcome = _stop_service(folders) if options.model is None else _unload(folders, options.model)
    if options.as_json:
        put_json(outcome)
    elif options.model is not None:
        say(f"Unloaded {options.model}.")
    else:
        say("Stopped." if outcome["stopped"] else "Aspen's service was not running.")


def _stop_service(folders: Folders) -> dict[str, object]:
    session = open_running(folders)
    if session is None:
        return {"schema": 1, "stopped": False}
    socket = session.folder / SOCKET_NAME
    listener = _identity(socket)
    with session, suppress(ServiceStopped):  # another command may have told it already
        session.call("stop")
    deadline = time.monotonic() + _LEAVE_TIMEOUT_SECONDS
    while listener is not None and _identity(socket) == listener:  # the last thing that a leaving service removes
        if time.monotonic() > deadline:
            raise ServiceUnreachable(
                f"Aspen's service was told to stop and still runs, as process {session.hello.pid}.",
                hint=f"End it by `kill {session.hello.pid}`.",
                facts={"pid": session.hello.pid},
            )
        time.sleep(_PAUSE_SECONDS)
    return {"schema": 1, "stopped": True}


def _identity(socket: Path) -> tuple[int, int] | None:
    """Tell a socket from the next service's at the same place; None where there is none."""
    try:
        found = socket.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns


def _unload(folders: Folders, model: str) -> dict[str, object]:
    session = open_running(folders)
    if session is None:
        raise NotFound(f"{model} is not loaded: Aspen's service is not running.", hint="`aspen ps` shows what runs.")
    with session:
        outcome = session.call("unload", {"name": model})
    if not count(outcome, "unloaded"):
        raise NotFound(f"{model} is not loaded.", hint="`aspen ps` shows what is.")
    return outcome


def _print_running(running: Json) -> None:
    service = mapping(running, "service")
    parts = [
        f"Aspen {clean_line(text(service, 'version'))}",
        f"process {count(service, 'pid')}",
        f"up {duration_words(number(service, 'uptime_seconds') or 0)}",
        clean_line(text(mapping(service, "seal"), "sentence")),
    ]
    put_line(" · ".join(part for part in parts if part))
    engines = objects(running, "engines")
    if engines:
        header = ("MODEL", "PROCESS", "CONTEXT", "REQUESTS", "MEMORY", "UNLOADS IN", "SEAL")
        put_line("\n" + table(header, [_engine_row(engine) for engine in engines]))
    else:
        put_line("No model is loaded.")


def _engine_row(engine: Json) -> tuple[str, ...]:
    seconds = number(engine, "unloads_in_seconds")
    return (
        text(engine, "name"),
        text(engine, "pid"),
        f"{count(engine, 'context_tokens'):,}",
        text(engine, "requests_in_flight"),
        size_words(count(engine, "memory_bytes")),
        "never" if seconds is None else duration_words(seconds),
        text(mapping(engine, "jail"), "sentence"),
    )
