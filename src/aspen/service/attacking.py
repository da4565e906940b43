"""`python -m aspen.service.attacking`: hostile code let into a real engine and a real core, for `aspen prove --attack`.

A program of its own, started by the command line, since it must be alone in its process to enter namespaces. In a
network where every packet is counted it first makes the attempts itself, unsealed: the counter must rise, or it would
prove nothing. Then it starts a throw-away service there, has both processes attacked, and counts again.

Prints one JSON object and touches neither the user's own service nor their home. See `attack_inside` for how the
hostile code comes in.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.errors import AspenError, NotFound, error_to_json
from aspen.jail.attack_attempts import CORE, ENGINE
from aspen.jail.attack_network import CountedNetwork, enter_counted_network, sent_packets
from aspen.jail.attack_outward import outward_attempts, send_datagram
from aspen.jail.kernel import errno_name
from aspen.jail.probes import judge_attempt
from aspen.library.find import scan
from aspen.service.attacked_home import AttackedHome, attacked_home, furnish
from aspen.settings import read_folders
from aspen.workspace import can_answer

_SETTLING_SECONDS = 0.3
_OPENING_SECONDS = 5.0


def main() -> int:
    root = Path(tempfile.mkdtemp(prefix="aspen-attack-"))
    try:
        told = _attack_all(root)
    except AspenError as error:
        told = {"error": error_to_json(error)}
    finally:
        shutil.rmtree(root, ignore_errors=True)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _attack_all(root: Path) -> Frame:
    began = time.monotonic()
    model = _smallest_model()
    network = _enter()
    control = list(_control(network))
    furnish(root, os.environ)
    with attacked_home(root, model) as home:
        before = _counted(home, network)
        attacked = {role: home.attack(role, network.way_out_index) for role in (CORE, ENGINE)}
        time.sleep(_SETTLING_SECONDS)
        after = _counted(home, network)
        return {
            "schema": 1,
            "seconds": round(time.monotonic() - began, 2),
            "network": {
                "is_counted": network.is_counted,
                "why_not": "" if network.is_counted else errno_name(network.error),
                "way_out": network.way_out,
                "control_packets": sum(cast("int", each["packets"]) for each in control),
                "attack_packets": _risen(before, after) if network.is_counted else None,
                "engine_is_counted": ENGINE in after,
            },
            "control": control,
            "attacked": [{"name": role, "pid": home.pids[role], "attempts": tries} for role, tries in attacked.items()],
            "afterwards": _afterwards(home),
        }


def _smallest_model() -> Path:
    """The walls are the same around any model, and a small one is loaded soon. Raises NotFound."""
    inventory = scan(os.environ, Path.home(), read_folders().shelf)
    for model in sorted(inventory.models, key=lambda each: each.size_bytes):
        if can_answer(model.path):
            return model.path
    raise NotFound("There is no model here whose engine could be attacked.", hint="Fetch one: aspen setup")


def _enter() -> CountedNetwork:
    """Where namespaces can be made and the network in them cannot, there is nothing to count with either."""
    try:
        return enter_counted_network()
    except OSError as error:
        return CountedNetwork(error=error.errno or -1)


def _control(network: CountedNetwork) -> Iterator[Frame]:
    """Make the attempts unsealed, where they cannot reach anybody. Nowhere else: packets would leave this machine."""
    if not network.is_counted:
        return
    _wait_until_it_is_open()
    for attempt in outward_attempts(network.way_out_index):
        before = _sent_here()
        answer = judge_attempt(attempt)
        yield {**asdict(answer), "packets": _sent_here() - before}


def _wait_until_it_is_open() -> None:
    """A new interface drops what is sent, uncounted, until the kernel gets round to opening it."""
    before, ends_at = _sent_here(), time.monotonic() + _OPENING_SECONDS
    while _sent_here() == before and time.monotonic() < ends_at:
        send_datagram()
        time.sleep(0.005)


def _sent_here() -> int:
    return sum((sent_packets() or {}).values())


def _counted(home: AttackedHome, network: CountedNetwork) -> Mapping[str, Mapping[str, int]]:
    """By process, whose networks may be different ones."""
    if not network.is_counted:
        return {}
    counts = {name: sent_packets(home.pids[name]) for name in (CORE, ENGINE)}
    return {"here": sent_packets() or {}, **{name: found for name, found in counts.items() if found is not None}}


def _risen(before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]) -> int:
    """The most that any of the networks has sent: they may be one and the same."""
    return max(sum(counts.values()) - sum(before.get(name, {}).values()) for name, counts in after.items())


def _afterwards(home: AttackedHome) -> Frame:
    """What a person finds then: the preview still waits, nothing was sent, the ledger is whole."""
    waiting = cast("list[object]", home.gate("pending")["pending"])
    sent = cast("list[object]", home.gate("ledger_list", verdicts=["sent", "answered"])["entries"])
    return {
        "previews_waiting": len(waiting),
        "sent": len(sent),
        "ledger_is_whole": home.gate("ledger_verify")["is_whole"],
    }


if __name__ == "__main__":
    sys.exit(main())
