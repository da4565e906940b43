"""`python -m aspen.local.engine_child`: llama.cpp behind a wall. Runs in a process of its own, started by the launcher.

Order is everything: import while files can still be read, build the walls, let the parent look, load the model, take
away the last system calls, try to break out, and only then say `ready`. The first private byte comes after that.
The engine listens on a Unix socket in its private folder and can be called; it cannot call anyone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import xllamacpp

from aspen.core.engine_spec import EngineSpec, spec_from_json
from aspen.core.errors import AspenError, BadModelFile, EngineFailed, error_to_json
from aspen.jail.engine_jail import JailPlan, close_sockets, confine, harden
from aspen.jail.probes import run_probes
from aspen.local.chat_template import check_template
from aspen.local.engine_parameters import engine_parameters
from aspen.local.gguf_header import GgufHeader, read_header
from aspen.local.gpu_devices import device_nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the launcher says on standard input."""

    spec: EngineSpec
    api_key: str
    folder: Path
    parent_pid: int


_WARM_UP_TEMPLATES = (
    "{% for message in messages %}{{ message['content'] | tojson }}{% break %}{% endfor %}{{ 'x' | trim }}",
    "{% for %}",
    "{{ nothing.at.all() }}",
)


def main() -> int:
    _warm_up_the_renderer()
    nowhere = _open_nowhere()
    orders = _read_orders()
    try:
        plan, _server = _bring_up(orders, nowhere)
    except AspenError as error:
        _say({"step": "failed", "error": error_to_json(error)})
        return 1
    _probe_until_the_parent_goes(plan)
    # llama-server's own way of ending waits for open connections; there is nothing to save.
    os._exit(0)


def _warm_up_the_renderer() -> None:
    """Render a good, a broken and a failing template: Jinja imports parts of itself, and codecs, only then."""
    for template in _WARM_UP_TEMPLATES:
        with suppress(BadModelFile):
            check_template(template)


def _open_nowhere() -> int:
    """Return a pipe that nobody reads: what is written to it is refused and kept nowhere."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def _bring_up(orders: Orders, nowhere: int) -> tuple[JailPlan, xllamacpp.Server]:
    plan = JailPlan(
        readable=orders.spec.readable,
        socket_directory=orders.folder,
        parent_pid=orders.parent_pid,
        devices=device_nodes() if orders.spec.gpu_layers else (),
    )
    confinement = confine(plan)
    _say({"step": "confined", "confinement": confinement.to_json()})
    _read_line()
    harden()
    header = _check_model(orders.spec)
    server = _load(orders, names_pooling=header.is_embedder)
    close_sockets()
    probes = _probe(plan)
    # From here on llama.cpp has words to log: it prints a JSON schema that it cannot compile, at any verbosity.
    os.dup2(nowhere, 2)
    _say({"step": "ready", "probes": probes})
    return plan, server


def _probe(plan: JailPlan) -> list[dict[str, object]]:
    return [{"name": p.name, "blocked": p.blocked, "detail": p.detail} for p in run_probes(plan)]


def _check_model(spec: EngineSpec) -> GgufHeader:
    """Read the header once more, inside the jail, and render the chat template: it is a stranger's program."""
    header = read_header(spec.model[0])
    if spec.embeds:
        return header
    try:
        check_template(spec.chat_template or header.chat_template or "")
    except OSError as error:
        # A template that makes the renderer reach for a file has run into the wall.
        raise BadModelFile("The chat template cannot be rendered inside the jail.") from error
    return header


def _load(orders: Orders, *, names_pooling: bool) -> xllamacpp.Server:
    try:
        return xllamacpp.Server(engine_parameters(orders.spec, orders.api_key, names_pooling=names_pooling))
    except (RuntimeError, ValueError) as error:
        raise EngineFailed(f"llama.cpp cannot load {orders.spec.model[0].name}.", hint=f"It says: {error}") from error


def _read_orders() -> Orders:
    told = _read_line()
    return Orders(
        spec=spec_from_json(cast("Mapping[str, object]", told["spec"])),
        api_key=str(told["api_key"]),
        folder=Path(str(told["folder"])),
        parent_pid=int(str(told["parent_pid"])),
    )


def _read_line() -> dict[str, object]:
    """One line of standard input, unbuffered: nothing may be read ahead of the walls."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(0, 65536)
        if not piece:
            sys.exit(1)
        line += piece
    return json.loads(line)


def _say(content: Mapping[str, object]) -> None:
    os.write(1, json.dumps(content).encode() + b"\n")


def _probe_until_the_parent_goes(plan: JailPlan) -> None:
    """Each line that comes asks for the probes anew, while the engine answers on its other threads."""
    while asked := os.read(0, 4096):
        for _ in range(asked.count(b"\n")):
            _say({"step": "probed", "probes": _probe(plan)})


if __name__ == "__main__":
    sys.exit(main())
