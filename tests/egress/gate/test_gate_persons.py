"""Persons answer at a socket of their own: one answer counts, for exactly the bytes that were seen."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace

import pytest
from outbounds import hinted, may_leave, stays_here, typed

from aspen.core.errors import AspenError, Misused, NoKey, NotFound
from aspen.core.label import PUBLIC
from aspen.providers.provider_json import provider_to_json
from fakes.gate_process import GateHome, RunningGate
from fakes.processes import becomes
from fakes.provider_rows import KEY, provider_at
from fakes.tls_provider import TlsProvider


def test_a_preview_shows_what_would_leave_and_where_to(gate: RunningGate, provider: TlsProvider) -> None:
    outbound = hinted()
    with gate.exchange() as core:
        waiting = core.send(outbound)
        core.expect("awaiting_approval")
        (listed,) = gate.person.call("pending")["pending"]
        shown = gate.person.call("preview", nonce=waiting.nonce)
    assert "body_base64" not in listed
    assert base64.b64decode(shown["body_base64"]) == outbound.body
    assert (shown["host"], shown["model"], shown["label_word"]) == ("127.0.0.1", "m-1", "may-leave")
    assert shown["hints"] == [{"kind": "phone number", "count": 1}]
    assert "phone number" in shown["reasons"][0]
    assert provider.received == []


def test_of_two_windows_that_approve_one_preview_one_wins(gate: RunningGate, provider: TlsProvider) -> None:
    outcomes: list[object] = []

    def approve() -> None:
        try:
            outcomes.append(gate.person.approve(waiting)["nonce"])
        except AspenError as error:
            outcomes.append(type(error))

    with gate.exchange() as core:
        core.send(typed())
        waiting = core.expect("awaiting_approval")
        windows = [threading.Thread(target=approve) for _ in range(2)]
        for window in windows:
            window.start()
        for window in windows:
            window.join()
        core.answer()
    assert sorted(map(str, outcomes)) == sorted([waiting["nonce"], str(NotFound)])
    assert len(provider.received) == 1


def test_the_second_window_learns_what_the_first_one_said(gate: RunningGate) -> None:
    with gate.exchange() as core:
        core.send(typed())
        waiting = core.expect("awaiting_approval")
        gate.person.call("decline", nonce=waiting["nonce"])
        with pytest.raises(NotFound, match="declined") as caught:
            gate.person.approve(waiting)
    assert caught.value.facts["answered"] == "declined"


def test_an_approval_of_other_bytes_lets_nothing_go(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(typed())
        waiting = core.expect("awaiting_approval")
        with pytest.raises(Misused, match="hashes differ"):
            gate.person.approve({**waiting, "body_sha256": "0" * 64})
        assert len(gate.person.call("pending")["pending"]) == 1
    assert provider.received == []


def test_what_waits_goes_when_whoever_asked_goes(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(typed())
        waiting = core.expect("awaiting_approval")
    assert becomes(lambda: gate.person.call("pending")["pending"] == [])
    with pytest.raises(NotFound, match="went away"):
        gate.person.approve(waiting)
    assert provider.received == []


def test_a_preview_alone_is_shown_once_and_never_sent(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        envelope = core.envelope(may_leave(), is_preview=True)
        core.send_envelope(envelope)
        waiting = core.expect("awaiting_approval")
        with pytest.raises(Misused, match="preview alone"):
            gate.person.approve(waiting)
        shown = gate.person.call("preview", nonce=waiting["nonce"])
        assert (shown["is_preview"], shown["reasons"]) == (True, [])
        core.expect("end")
    assert provider.received == []
    assert gate.person.call("ledger_list")["entries"] == []


def test_a_yes_for_the_chat_covers_its_next_typed_words_after_a_restart_too(
    home: GateHome, provider: TlsProvider
) -> None:
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(typed())
            gate.person.approve(core.expect("awaiting_approval"), for_conversation=True)
            core.answer()
    with home.started() as gate:
        with gate.exchange() as core:
            core.send(typed(b'{"messages":["and then"]}'))
            sequence = core.expect("sent")["sequence"]
            core.answer()
        assert gate.person.call("ledger_show", sequence=sequence)["entry"]["approval"] == "chat"
        with gate.exchange() as core:
            core.send(typed(conversation_id="c2"))
            core.expect("awaiting_approval")
        gate.person.call("disconnect", name="acme")
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(typed())
            core.expect("awaiting_approval")


def test_a_yes_for_the_chat_cannot_be_given_to_words_with_hints(gate: RunningGate) -> None:
    with gate.exchange() as core:
        core.send(hinted())
        waiting = core.expect("awaiting_approval")
        with pytest.raises(Misused, match="whole chat"):
            gate.person.approve(waiting, for_conversation=True)
        gate.person.approve(waiting)
        core.answer()


def test_a_yes_for_the_chat_does_not_silence_a_rule_that_asks(home: GateHome, provider: TlsProvider) -> None:
    home.write_rules('[[rule]]\nthen = "ask"\nto = "acme"\n')
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        for _ in range(2):
            with gate.exchange() as core:
                core.send(typed())
                gate.person.approve(core.expect("awaiting_approval"), for_conversation=True)
                core.answer()


def test_rules_that_change_while_a_person_looks_stop_what_they_approved(home: GateHome, provider: TlsProvider) -> None:
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(typed())
            waiting = core.expect("awaiting_approval")
            home.write_rules('[[rule]]\nthen = "deny"\nto = "acme"\n')
            gate.person.approve(waiting)
            error = core.expect("error")
            assert (error["code"], error["retryable"]) == ("gate_unreachable", True)
            assert "policy_version" in error["facts"]
    assert provider.received == []


def test_a_key_is_in_no_answer_and_no_list(gate: RunningGate) -> None:
    told = [gate.person.call(verb) for verb in ("status", "providers", "ledger_list", "ledger_verify", "prove")]
    with gate.exchange() as core:
        core.say({"do": "status"})
        told.append(core.expect("status"))
        told.append(core.hello)
    assert KEY not in str(told)
    assert KEY not in (gate.folders.gate / "connections.json").read_text("utf-8")


def test_a_provider_that_wants_a_key_is_not_connected_without_one(gate: RunningGate) -> None:
    with pytest.raises(NoKey, match="wants a key"):
        gate.person.call("connect", name="anthropic")
    assert "anthropic" not in str(gate.person.call("providers"))


def test_a_key_is_kept_in_a_file_only_with_consent(home: GateHome) -> None:
    with home.started() as gate:
        with pytest.raises(NoKey) as caught:
            gate.person.call("connect", name="anthropic", key="sk-ant-1")
        assert "file" in caught.value.hint
        assert gate.person.call("providers")["providers"] == []
        kept = gate.person.call("connect", name="anthropic", key="sk-ant-1", file_is_allowed=True)
        assert "file" in kept["place"]
        assert gate.person.call("status")["connected"][0]["name"] == "anthropic"


def test_a_disconnected_provider_is_not_asked_and_its_key_is_gone(gate: RunningGate, provider: TlsProvider) -> None:
    gate.person.call("disconnect", name="acme")
    with gate.exchange() as core:
        assert core.hello["connected"] == []
        core.send(may_leave())
        assert core.expect("error")["code"] == "not_found"
    assert provider.received == []
    assert all(KEY.encode() not in path.read_bytes() for path in gate.folders.gate.rglob("*") if path.is_file())
    with pytest.raises(NotFound):
        gate.person.call("disconnect", name="acme")


@pytest.mark.parametrize("name", ["anthropic", "local", "auto"])
def test_no_server_of_ones_own_takes_a_name_that_means_something_else(
    name: str, gate: RunningGate, provider: TlsProvider
) -> None:
    with pytest.raises(Misused):
        gate.person.connect(replace(provider_at(provider), name=name), KEY)


def test_a_path_told_by_somebody_is_never_opened(gate: RunningGate, provider: TlsProvider) -> None:
    row = provider_to_json(replace(provider_at(provider), name="other"))
    with pytest.raises(Misused, match="no path"):
        gate.person.call("connect", name="other", key=KEY, row=row, file_is_allowed=True)


def test_an_unknown_command_is_misused(gate: RunningGate) -> None:
    with pytest.raises(Misused, match="no command"):
        gate.person.call("send")


def test_stop_ends_the_gate(gate: RunningGate) -> None:
    gate.person.call("stop")
    assert gate.process.wait(10) == 0


def test_labels_that_forbid_a_provider_hold_at_the_gate(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(replace(may_leave(), label=replace(PUBLIC, providers=frozenset({"other"}))))
        assert core.expect("error")["code"] == "stays_here"
    with gate.exchange() as core:
        core.send(stays_here())
        assert core.expect("error")["code"] == "stays_here"
    assert provider.received == []


def test_where_nobody_was_asked_the_ledger_does_not_say_that_a_person_declined(
    gate: RunningGate, provider: TlsProvider
) -> None:
    for arguments in ({}, {"nobody_was_asked": True}):
        with gate.exchange() as core:
            core.send(typed())
            gate.person.call("decline", nonce=core.expect("awaiting_approval")["nonce"], **arguments)
            assert core.expect("error")["code"] == "declined"
    entries = gate.person.call("ledger_list")["entries"]
    assert [(entry["verdict"], entry["reasons"]) for entry in entries] == [
        ("declined", ["Not sent: there was nobody to ask."]),
        ("declined", ["Not sent: you declined it."]),
    ]
    assert provider.received == []


def test_a_request_that_could_never_be_sent_hides_no_other_that_waits(gate: RunningGate) -> None:
    outbound = typed()
    odd = replace(outbound, destination=replace(outbound.destination, path="/../elsewhere"))
    with gate.exchange() as core, gate.exchange() as other:
        core.send(odd)
        core.expect("awaiting_approval")
        other.send(outbound)
        other.expect("awaiting_approval")
        waiting = gate.person.call("pending")["pending"]
    assert sorted(each["path"] for each in waiting) == sorted([odd.destination.path, outbound.destination.path])
