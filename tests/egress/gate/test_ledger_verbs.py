"""A person can read, check, forget and take away what the gate has written down, downloads included."""

from __future__ import annotations

import base64
import json

import pytest
from outbounds import may_leave

from aspen.core.errors import Misused, NotFound
from aspen.egress.spool import Fetch, Origin, Outcome, Spool
from fakes.gate_process import RunningGate
from fakes.processes import becomes


def test_an_entry_shows_the_exact_bytes_both_ways(gate: RunningGate) -> None:
    outbound = may_leave()
    sequence = _send(gate)
    shown = gate.person.call("ledger_show", sequence=sequence)
    assert base64.b64decode(shown["body_base64"]) == outbound.body
    assert base64.b64decode(shown["response_base64"]) == b"you said " + outbound.body
    assert shown["outcome"]["of_sequence"] == sequence


def test_forgotten_bytes_are_gone_and_the_ledger_stays_whole(gate: RunningGate) -> None:
    sequence = _send(gate)
    gate.person.call("ledger_forget", sequence=sequence)
    shown = gate.person.call("ledger_show", sequence=sequence)
    assert (shown["body_base64"], shown["response_base64"]) == (None, None)
    assert shown["entry"]["body_sha256"] == may_leave().body_sha256
    assert gate.person.call("ledger_verify")["is_whole"] is True
    with pytest.raises(NotFound):
        gate.person.call("ledger_forget", sequence=999)


def test_an_export_has_a_line_for_the_head_and_one_for_each_entry(gate: RunningGate) -> None:
    _send(gate)
    with gate.person.session() as session:
        *frames, last = session.stream("ledger_export", {})
    lines = [json.loads(str(frame["line"])) for frame in frames]
    assert [line.get("verdict") for line in lines] == [None, "sent", "answered"]
    assert last["result"] == {"schema": 1, "lines": 3}
    assert gate.person.call("ledger_head") == {"schema": 1, **lines[0]}


def test_a_head_that_was_noted_down_is_compared(gate: RunningGate) -> None:
    _send(gate)
    head = gate.person.call("ledger_verify")["head"]
    assert gate.person.call("ledger_verify", known=[head])["is_whole"] is True
    other = {**head, "sha256": "0" * 64}
    assert gate.person.call("ledger_verify", known=[other])["is_whole"] is False


def test_how_long_bytes_are_kept_is_the_persons_choice(gate: RunningGate) -> None:
    assert gate.person.call("ledger_retention")["days"] == 30
    assert gate.person.call("ledger_retention", days=0)["days"] == 0
    shown = gate.person.call("ledger_show", sequence=_send(gate))
    assert (shown["body_base64"], shown["entry"]["is_kept"]) == (None, False)


def test_downloads_become_entries_once(gate: RunningGate) -> None:
    fetch = Fetch(origin=Origin.HUB, source="https://hub.example/m.gguf", size_bytes=7, sha256="0" * 64)
    with Spool(gate.folders.spool) as spool:
        spool.append(fetch, "f" * 32, Outcome.STARTED)
        spool.append(fetch, "f" * 32, Outcome.FETCHED)
    for _ in range(2):
        entries = gate.person.call("ledger_list")["entries"]
        assert [(entry["verdict"], entry["host"]) for entry in entries] == [
            ("fetched", "hub.example"),
            ("noted", "hub.example"),
        ]
    assert gate.folders.spool.read_bytes() == b""


def test_entries_are_listed_by_what_they_are(gate: RunningGate) -> None:
    _send(gate)
    found = gate.person.call("ledger_list", verdicts=["answered"], provider="acme")["entries"]
    assert [entry["verdict"] for entry in found] == ["answered"]
    assert gate.person.call("ledger_list", provider="other")["entries"] == []
    with pytest.raises(Misused):
        gate.person.call("ledger_list", verdicts=["lost"])
    with pytest.raises(Misused):
        gate.person.call("ledger_list", since="yesterday")


def _send(gate: RunningGate) -> int:
    """Send something, and wait until its end is recorded too."""
    with gate.exchange() as core:
        core.send(may_leave())
        sequence = core.expect("sent")["sequence"]
        core.answer()
    assert becomes(lambda: gate.person.call("ledger_show", sequence=sequence)["outcome"] is not None)
    return sequence
