"""What the ledger says of the canaries: every entry since they flew, and the bytes that are kept with it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from itertools import takewhile

from aspen.cli.commanding import Reach
from aspen.cli.leaving.gate_session import gate_command
from aspen.cli.leaving.ledger_entries import newest_first
from aspen.cli.reading import Json, count, objects, text

_ENDS_OF_A_SEND = frozenset({"sent", "answered", "failed", "interrupted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """`refused` and `blocked` count the canaries' own entries; `found_in` are entries in which the words stand."""

    refused: int
    blocked: int
    sent: tuple[int, ...]
    found_in: tuple[int, ...]


def newest_entry(reach: Reach) -> int:
    """Return the number of the last entry; 0 for an empty ledger."""
    entries = objects(gate_command("ledger_list", {"limit": 1}, reach=reach), "entries")
    return count(entries[0], "sequence") if entries else 0


def look_for(canary: str, model: str, since: int, reach: Reach) -> Recorded:
    """Read all that was recorded after entry `since`, by whomever."""
    entries = list(takewhile(lambda entry: count(entry, "sequence") > since, newest_first(reach)))
    own = [entry for entry in entries if text(entry, "model") == model]
    verdicts = [text(entry, "verdict") for entry in own]
    return Recorded(
        refused=verdicts.count("refused"),
        blocked=verdicts.count("blocked"),
        sent=tuple(count(entry, "sequence") for entry in own if text(entry, "verdict") in _ENDS_OF_A_SEND),
        found_in=tuple(count(entry, "sequence") for entry in entries if _holds(canary, entry, reach)),
    )


def _holds(canary: str, entry: Json, reach: Reach) -> bool:
    """Look into the entry, and where bytes are kept, into these."""
    if canary in json.dumps(entry):
        return True
    if not entry.get("is_kept"):
        return False
    told = gate_command("ledger_show", {"sequence": count(entry, "sequence")}, reach=reach)
    kept = (told.get("body_base64"), told.get("response_base64"))
    return any(canary.encode() in base64.b64decode(each) for each in kept if isinstance(each, str))
