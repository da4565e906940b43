"""What is cleared leaves byte for byte, recorded first; what comes back is passed on, and its end recorded."""

from __future__ import annotations

from dataclasses import replace

from outbounds import hinted, may_leave, stays_here, typed

from aspen.core.egress import Envelope, envelope_to_json
from aspen.core.model_card import Zone
from fakes.gate_process import GateHome, RunningGate
from fakes.processes import becomes
from fakes.provider_rows import KEY, provider_at
from fakes.tls_provider import Ending, Reply, TlsProvider


def test_what_may_leave_is_recorded_then_sent_byte_for_byte(gate: RunningGate, provider: TlsProvider) -> None:
    outbound = may_leave('{"messages":["Zoë \\u0000 ⟨ends⟩"]}'.encode())
    with gate.exchange() as core:
        core.send(outbound)
        sent = core.expect("sent")
        assert sent["body_bytes"] == len(outbound.body)
        head = core.expect("head")
        assert (head["status"], ["x-request-id", "r-1"] in head["headers"]) == (200, True)
        end, content = core.answer()
    assert (end["event"], content) == ("end", b"you said " + outbound.body)
    (received,) = provider.received
    assert received.body == outbound.body
    assert received.header("authorization") == f"Bearer {KEY}"
    entry = gate.person.call("ledger_show", sequence=sent["sequence"])["entry"]
    assert entry["body_sha256"] == outbound.body_sha256
    assert entry["approval"] == "rule"


def test_the_cost_that_the_core_settles_is_in_the_outcome(gate: RunningGate) -> None:
    with gate.exchange() as core:
        core.send(may_leave(cost=900))
        sequence = core.expect("sent")["sequence"]
        core.answer()
        core.say({"do": "settle", "cost_microdollars": 123})
        assert becomes(lambda: _outcomes(gate, sequence) != [])
    (outcome,) = _outcomes(gate, sequence)
    assert (outcome["verdict"], outcome["cost_microdollars"]) == ("answered", 123)


def test_a_core_that_goes_away_in_mid_stream_closes_the_connection_and_that_is_an_interruption(
    gate: RunningGate, provider: TlsProvider
) -> None:
    provider.answer = lambda _: Reply(pieces=(b"once upon", b" a time"), ending=Ending.SILENT)
    with gate.exchange() as core:
        core.send(may_leave())
        sequence = core.expect("sent")["sequence"]
        core.expect("head")
        core.expect("piece")
    assert becomes(lambda: _outcomes(gate, sequence) != [])
    assert [outcome["verdict"] for outcome in _outcomes(gate, sequence)] == ["interrupted"]
    assert becomes(lambda: len(provider.closed_at) == 1)


def test_an_error_of_the_provider_is_passed_on_and_recorded_as_a_failure(
    gate: RunningGate, provider: TlsProvider
) -> None:
    provider.answer = lambda _: Reply(status=429, headers=(("retry-after", "7"),), pieces=(b'{"error":{}}',))
    with gate.exchange() as core:
        core.send(may_leave(cost=5))
        sequence = core.expect("sent")["sequence"]
        head = core.expect("head")
        assert (head["status"], head["headers"]) == (429, [["retry-after", "7"]])
        core.answer()
    assert becomes(lambda: _outcomes(gate, sequence) != [])
    (outcome,) = _outcomes(gate, sequence)
    assert (outcome["verdict"], outcome["status"], outcome["cost_microdollars"]) == ("failed", 429, 0)


def test_a_provider_that_breaks_off_is_a_failure_after_what_came(gate: RunningGate, provider: TlsProvider) -> None:
    provider.answer = lambda _: Reply(pieces=(b"once upon", b" a time"), ending=Ending.ABRUPT)
    with gate.exchange() as core:
        core.send(may_leave())
        core.expect("sent")
        end, content = core.answer()
    assert end["code"] == "provider_failed"
    assert content.startswith(b"once upon")


def test_what_is_declared_to_stay_is_refused_and_recorded(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(stays_here())
        error = core.expect("error")
    assert error["code"] == "stays_here"
    assert "~/cases" in error["sentence"]
    assert provider.received == []
    assert _verdicts(gate) == ["refused"]


def test_the_zone_is_the_gates_own_word(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(replace(stays_here(), zone=Zone.MACHINE))
        assert core.expect("error")["code"] == "stays_here"
    assert provider.received == []


def test_a_provider_that_is_not_connected_is_not_asked(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(may_leave(provider="openai"))
        assert core.expect("error")["code"] == "not_found"
    assert provider.received == []


def test_words_just_typed_wait_for_a_person_who_sees_the_exact_bytes(gate: RunningGate, provider: TlsProvider) -> None:
    outbound = typed()
    with gate.exchange() as core:
        core.send(outbound)
        waiting = core.expect("awaiting_approval")
        assert waiting["body_sha256"] == outbound.body_sha256
        assert provider.received == []
        gate.person.approve(waiting)
        sequence = core.expect("sent")["sequence"]
        core.answer()
    entry = gate.person.call("ledger_show", sequence=sequence)["entry"]
    assert (entry["approval"], entry["nonce"]) == ("person", waiting["nonce"])
    assert [received.body for received in provider.received] == [outbound.body]


def test_what_a_person_declines_is_not_sent(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(hinted())
        waiting = core.expect("awaiting_approval")
        gate.person.call("decline", nonce=waiting["nonce"])
        assert core.expect("error")["code"] == "declined"
    assert provider.received == []
    assert _verdicts(gate) == ["declined"]


def test_what_the_core_refuses_by_itself_is_an_entry_without_the_words(gate: RunningGate) -> None:
    with gate.exchange() as core:
        envelope = core.envelope(stays_here())
        core.say(_refusal(envelope), envelope.outbound.body)
        sequence = core.expect("noted")["sequence"]
    shown = gate.person.call("ledger_show", sequence=sequence)
    assert (shown["entry"]["verdict"], shown["entry"]["reasons"]) == ("refused", ["because"])
    assert shown["entry"]["body_sha256"] == envelope.outbound.body_sha256
    assert shown["body_base64"] is None


def test_a_gate_greets_with_what_the_core_must_know(home: GateHome, provider: TlsProvider) -> None:
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core, gate.exchange() as other:
            assert core.hello["connected"] == ["acme"]
            assert core.hello["airplane"] is False
            assert len(bytes.fromhex(str(core.hello["clearance_key"]))) == 32
            assert core.hello == other.hello


def _refusal(envelope: Envelope) -> dict[str, object]:
    return {"do": "refused", "envelope": envelope_to_json(envelope), "reasons": ["because"]}


def _entries(gate: RunningGate) -> list[dict[str, object]]:
    return gate.person.call("ledger_list")["entries"]


def _verdicts(gate: RunningGate) -> list[object]:
    return [entry["verdict"] for entry in _entries(gate)]


def _outcomes(gate: RunningGate, sequence: int) -> list[dict[str, object]]:
    return [entry for entry in _entries(gate) if entry["of_sequence"] == sequence]
