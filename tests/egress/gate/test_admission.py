"""A clearance is for one envelope, one gate and one use; every other try is blocked, and on record."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest
from outbounds import may_leave, stays_here

from aspen.core.egress import canonical_json, clearance, envelope_to_json
from aspen.core.label import PUBLIC
from fakes.gate_process import CoreEnd, GateHome, RunningGate
from fakes.processes import becomes
from fakes.provider_rows import KEY, provider_at
from fakes.tls_provider import TlsProvider


def test_a_wrong_clearance_is_blocked_and_recorded(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send_envelope(core.envelope(may_leave()), cleared_as="0" * 64)
        error = core.expect("error")
    assert (error["code"], error["retryable"]) == ("stays_here", False)
    assert provider.received == []
    (entry,) = gate.person.call("ledger_list")["entries"]
    assert (entry["verdict"], entry["sequence"]) == ("blocked", error["facts"]["sequence"])


def test_a_clearance_for_other_bytes_is_blocked(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        envelope = core.envelope(may_leave(b"{}"))
        cleared = clearance(envelope, bytes.fromhex(str(core.hello["clearance_key"])))
        core.say({"do": "send", "envelope": envelope_to_json(envelope), "clearance": cleared}, b'{"more":1}')
        assert core.expect("error")["code"] == "stays_here"
    assert provider.received == []


def test_a_label_that_is_changed_after_the_clearance_is_blocked(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        envelope = core.envelope(stays_here())
        cleared = clearance(envelope, bytes.fromhex(str(core.hello["clearance_key"])))
        laxer = replace(envelope, outbound=replace(envelope.outbound, label=PUBLIC))
        core.send_envelope(laxer, cleared_as=cleared)
        assert core.expect("error")["code"] == "stays_here"
    assert provider.received == []
    assert _verdicts(gate) == ["blocked"]


def test_a_nonce_is_good_for_one_send(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        envelope = core.send(may_leave())
        core.answer()
    with gate.exchange() as again:
        again.send_envelope(envelope)
        assert again.expect("error")["code"] == "stays_here"
    assert len(provider.received) == 1
    assert becomes(lambda: sorted(_verdicts(gate)) == ["answered", "blocked", "sent"])


def test_a_nonce_is_used_up_by_a_refusal_too(gate: RunningGate) -> None:
    with gate.exchange() as core:
        envelope = core.send(stays_here())
        core.expect("error")
    with gate.exchange() as again:
        again.send_envelope(replace(envelope, outbound=may_leave()))
        again.expect("error")
    assert _verdicts(gate) == ["blocked", "refused"]


def test_a_clearance_of_an_earlier_gate_is_worth_nothing(home: GateHome, provider: TlsProvider) -> None:
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            envelope = core.envelope(may_leave())
            cleared = clearance(envelope, bytes.fromhex(str(core.hello["clearance_key"])))
    with home.started() as gate, gate.exchange() as core:
        core.send_envelope(envelope, cleared_as=cleared)
        assert core.expect("error")["code"] == "stays_here"
    assert provider.received == []


@pytest.mark.parametrize("nonce", ["short", "0" * 31, "G" * 32, "0" * 64])
def test_a_nonce_that_is_none_is_blocked(nonce: str, gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send_envelope(core.envelope(may_leave(), nonce=nonce))
        assert core.expect("error")["code"] == "stays_here"
    assert provider.received == []


@pytest.mark.parametrize("envelope", [None, {}, [], "words", {"provider": "acme"}])
def test_what_is_no_envelope_is_blocked_and_recorded_by_its_hash(envelope: object, gate: RunningGate) -> None:
    with gate.exchange() as core:
        core.say({"do": "send", "envelope": envelope, "clearance": "x"}, b"words")
        assert core.expect("error")["code"] == "stays_here"
    (entry,) = gate.person.call("ledger_list")["entries"]
    assert (entry["verdict"], entry["body_bytes"], entry["is_kept"]) == ("blocked", 5, False)


@pytest.mark.parametrize("cost", [-1, 10**30, "7", 0.5, True])
def test_a_cost_that_would_falsify_what_was_spent_is_blocked(
    cost: object, gate: RunningGate, provider: TlsProvider
) -> None:
    with gate.exchange() as core:
        envelope = core.envelope(may_leave())
        told = {**envelope_to_json(envelope), "worst_cost_microdollars": cost}
        key = bytes.fromhex(str(core.hello["clearance_key"]))
        cleared = hmac.new(key, canonical_json(told), hashlib.sha256).hexdigest()
        core.say({"do": "send", "envelope": told, "clearance": cleared}, envelope.outbound.body)
        assert core.expect("error")["code"] == "stays_here"
    assert provider.received == []
    assert _verdicts(gate) == ["blocked"]


@pytest.mark.parametrize("told", [{}, {"do": "approve"}, {"do": "connect"}, {"do": ["send"]}])
def test_the_core_can_ask_for_nothing_else(told: dict[str, object], gate: RunningGate) -> None:
    with gate.exchange() as core:
        core.say(told)
        assert core.expect("error")["code"] == "misused"


def test_what_is_not_a_frame_ends_the_connection_and_nothing_else(gate: RunningGate) -> None:
    core = gate.exchange()
    _say_noise(core)
    with gate.exchange() as other:
        other.say({"do": "status"})
        assert other.expect("status")["airplane"] is False


def _say_noise(core: CoreEnd) -> None:
    with core, pytest.raises((EOFError, ConnectionError)):
        core.send_bytes(b"\xff" * 64)
        core.next()


def _verdicts(gate: RunningGate) -> list[str]:
    return [entry["verdict"] for entry in gate.person.call("ledger_list")["entries"]]
