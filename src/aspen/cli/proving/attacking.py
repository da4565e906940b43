"""Has a service of its own attacked, in a process apart from this one, and says what of the promise did not hold."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import cast

from aspen.cli.proving.looking import Failure
from aspen.cli.reading import Json, count, mapping, objects, text
from aspen.core.errors import EngineFailed, LedgerBroken, NotSealed, StaysHere, error_from_json

_MODULE = "aspen.service.attacking"
_STANDARD_OUTPUT = 1


def attack() -> dict[str, object]:
    """Run the attack, some six seconds, and return the object of `--json`.

    Raises NotFound where there is no model, and what keeps a service from starting.
    """
    told = _run()
    failures = list(_failures(told))
    return {**told, "holds": not failures, "failures": [failure.to_json() for failure in failures]}


def _run() -> Json:
    """Start the program that attacks, wait for its end, and return the object that it printed."""
    reader, writer = os.pipe()
    command = [sys.executable, "-P", "-m", _MODULE]
    try:
        child = os.posix_spawn(
            sys.executable, command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, writer, _STANDARD_OUTPUT)]
        )
    finally:
        os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        printed = stream.read()
    os.waitpid(child, 0)
    try:
        told = cast("dict[str, object]", json.loads(printed))
    except ValueError:
        raise EngineFailed("The attack ended without a result.", hint="What it said stands above.") from None
    if isinstance(error := told.get("error"), dict):
        raise error_from_json(cast("Json", error))
    return told


def _failures(told: Json) -> Iterator[Failure]:
    for attacked in objects(told, "attacked"):
        for attempt in objects(attacked, "attempts"):
            if not attempt.get("blocked") and not text(attempt, "why_open"):
                sentence = f"The {text(attacked, 'name')} could: {text(attempt, 'name')} ({text(attempt, 'detail')})."
                yield Failure(kind=NotSealed, sentence=sentence)
    network, afterwards = mapping(told, "network"), mapping(told, "afterwards")
    if network.get("is_counted") and count(network, "control_packets") == 0:
        yield Failure(kind=NotSealed, sentence="The counter stood still while unsealed code sent: it proves nothing.")
    if packets := count(network, "attack_packets"):
        yield Failure(kind=NotSealed, sentence=f"{packets} packets were sent during the attack.")
    if count(afterwards, "previews_waiting") != 1:
        yield Failure(kind=StaysHere, sentence="The preview that waited for a person does not wait any more.")
    if sent := count(afterwards, "sent"):
        yield Failure(kind=StaysHere, sentence=f"The ledger has {sent} entries of what was sent.")
    if afterwards.get("ledger_is_whole") is not True:
        yield Failure(kind=LedgerBroken, sentence="The ledger is not what the gate has written.")
