"""Whatever ends the gate, and when: what was under way is marked, nothing is sent twice, and nothing is unrecorded."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from outbounds import may_leave, typed

from fakes.body_recorder import BodyRecorder
from fakes.certificates import Authority
from fakes.gate_process import GateHome, RunningGate
from fakes.kill_count import batches
from fakes.ledger_audit import LedgerAudit
from fakes.processes import becomes, is_running
from fakes.provider_rows import KEY, plain_provider, provider_at
from fakes.tls_provider import Ending, Received, Reply, TlsProvider

_KILLS_A_BATCH = 10
_SENDERS = 3
_LONGEST_LIFE_SECONDS = 0.3
_BODY_BYTES = (100, 20_000, 20_000, 5_000_000)
_PATIENCE_SECONDS = 30.0


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


@pytest.mark.parametrize("batch", batches())
def test_kills_at_any_moment_leave_a_whole_ledger_and_no_byte_unrecorded(
    home: GateHome, tmp_path: Path, batch: int
) -> None:
    chance = random.Random(batch)
    with BodyRecorder(authority=Authority(tmp_path / "authority"), answer=_three_pieces).in_thread() as recorder:
        audit = LedgerAudit(recorder=recorder)
        with home.started() as gate:
            gate.person.connect(plain_provider(recorder.base_url, ca_file=recorder.ca_file), KEY)
        for kill in range(_KILLS_A_BATCH):
            with home.started() as gate:
                audit.check(gate.person)
                senders = [_Sender(gate, f"{kill}-{number}", chance.randrange(1 << 30)) for number in range(_SENDERS)]
                time.sleep(chance.uniform(0.0, _LONGEST_LIFE_SECONDS))
                gate.kill()
                answered = [content for sender in senders for content in sender.answered()]
            assert all(map(audit.knows, answered))
        with home.started() as gate:
            audit.check_end(gate.person)
    assert audit.sent > 0
    assert audit.interrupted > 0


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


class _Sender:
    """Sends one thing after the other until the gate is gone; each body is another one, of another size."""

    def __init__(self, gate: RunningGate, name: str, seed: int) -> None:
        self._gate = gate
        self._name = name
        self._chance = random.Random(seed)
        self._answered: list[bytes] = []
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def answered(self) -> list[bytes]:
        """Wait for its end and return what was answered to the end."""
        self._thread.join(_PATIENCE_SECONDS)
        assert not self._thread.is_alive()
        return self._answered

    def _send(self) -> None:
        with suppress(EOFError, OSError):  # it was killed
            for number in count():
                padding = "x" * self._chance.choice(_BODY_BYTES)
                body = f'{{"name":"{self._name}","number":{number},"text":"{padding}"}}'.encode()
                with self._gate.exchange() as core:
                    core.send(may_leave(body))
                    head, _ = core.answer()
                    assert head["event"] == "end", head
                self._answered.append(body)


def _three_pieces(_: Received) -> Reply:
    return Reply(pieces=(b"a", b"b", b"c"))
