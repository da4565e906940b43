"""Whatever ends the gate, and when: what was under way is marked, nothing is sent twice, and nothing is unrecorded."""

from __future__ import annotations

import hashlib
import random
import threading
import time

from outbounds import may_leave, typed

from fakes.gate_process import GateHome, RunningGate
from fakes.processes import becomes, is_running
from fakes.provider_rows import KEY, provider_at
from fakes.tls_provider import Ending, Reply, TlsProvider

_KILLS = 5
_LONGEST_LIFE_SECONDS = 0.15


def test_a_gate_that_is_killed_in_mid_stream_marks_the_send_and_does_not_repeat_it(
    home: GateHome, provider: TlsProvider
) -> None:
    provider.answer = lambda _: Reply(pieces=(b"once upon",), ending=Ending.SILENT)
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave())
            sequence = core.expect("sent")["sequence"]
            core.expect("head")
            gate.kill()
    with home.started() as gate:
        (outcome, sent) = gate.person.call("ledger_list")["entries"]
        assert (sent["sequence"], outcome["of_sequence"], outcome["verdict"]) == (sequence, sequence, "interrupted")
        assert gate.person.call("status")["connected"][0]["name"] == "acme"
        assert gate.person.call("ledger_verify")["is_whole"] is True
    assert len(provider.received) == 1


def test_what_waited_for_a_person_is_gone_with_the_gate_and_was_not_sent(home: GateHome, provider: TlsProvider) -> None:
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(typed())
            core.expect("awaiting_approval")
            gate.kill()
    with home.started() as gate:
        assert gate.person.call("pending")["pending"] == []
        assert gate.person.call("ledger_list")["entries"] == []
    assert provider.received == []


def test_kills_at_any_moment_leave_a_whole_ledger_and_no_byte_unrecorded(home: GateHome, provider: TlsProvider) -> None:
    provider.answer = lambda _: Reply(pieces=(b"a", b"b", b"c"), pause_seconds=0.01)
    chance = random.Random(7)
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
    for kill in range(_KILLS):
        with home.started() as gate:
            sending = threading.Thread(target=_send_until_it_ends, args=(gate, kill))
            sending.start()
            time.sleep(chance.uniform(0.0, _LONGEST_LIFE_SECONDS))
            gate.kill()
            sending.join()
    with home.started() as gate:
        assert gate.person.call("ledger_verify")["is_whole"] is True
        entries = gate.person.call("ledger_list", limit=1000)["entries"]
    sent = [entry["body_sha256"] for entry in entries if entry["verdict"] == "sent"]
    ended = [entry["of_sequence"] for entry in entries if entry["of_sequence"] is not None]
    assert sent
    left = [hashlib.sha256(received.body).hexdigest() for received in provider.received]
    assert len(set(left)) == len(left), "something was sent twice"
    assert set(left) <= set(sent)
    assert sorted(ended) == sorted(entry["sequence"] for entry in entries if entry["verdict"] == "sent")


def test_a_gate_ends_with_its_launcher_and_records_what_it_broke_off(home: GateHome, provider: TlsProvider) -> None:
    provider.answer = lambda _: Reply(pieces=(b"once upon",), ending=Ending.SILENT)
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave())
            core.expect("sent")
            core.expect("head")
            gate.hang_up()
            assert becomes(lambda: not is_running(gate.process.pid))
    assert becomes(lambda: len(provider.closed_at) == 1)
    with home.started() as gate:
        outcome = gate.person.call("ledger_list")["entries"][0]
    assert (outcome["verdict"], outcome["reasons"]) == ("interrupted", [])


def _send_until_it_ends(gate: RunningGate, kill: int) -> None:
    number = 0
    try:
        while True:
            with gate.exchange() as core:
                core.send(may_leave(f'{{"kill":{kill},"number":{number}}}'.encode()))
                core.answer()
            number += 1
    except (EOFError, OSError):
        pass  # it was killed
