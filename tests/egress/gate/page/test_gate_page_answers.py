"""A yes given on the gate's own page: for exactly the bytes that were shown, once, whichever window was first."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import replace

from outbounds import hinted, may_leave, typed

from fakes.gate_page import APP, GatePage, open_page
from fakes.gate_process import GateHome, RunningGate
from fakes.provider_rows import KEY
from fakes.tls_provider import TlsProvider

BODY = b'{"model":"m-1","n":1.10,"n":2,"messages":[{"role":"user","content":"one\xe2\x80\x8btwo"}]}'


def test_what_is_shown_is_what_is_sent_and_what_the_ledger_has(
    gate: RunningGate, page: GatePage, provider: TlsProvider
) -> None:
    with gate.exchange() as core:
        core.send(typed(BODY))
        nonce = core.expect("awaiting_approval")["nonce"]
        assert [each["nonce"] for each in page.reads("/api/pending", origin=APP)["pending"]] == [nonce]
        shown = page.reads(f"/api/preview/{nonce}")
        answer = page.posts("/api/approve", {"nonce": nonce, "body_sha256": shown["body_sha256"]})
        assert answer.status_code == 200
        core.answer()
    (received,) = provider.received
    assert base64.b64decode(shown["body_base64"]) == received.body == BODY
    sent_headers = [[name, value.replace(KEY, f"****{KEY[-4:]}")] for name, value in received.headers]
    assert sorted(shown["headers"]) == sorted(sent_headers)
    entries = page.reads("/api/ledger?limit=5", origin=APP)["entries"]
    (sent,) = [entry for entry in entries if entry["verdict"] == "sent"]
    assert (sent["nonce"], sent["body_sha256"], sent["approval"]) == (nonce, shown["body_sha256"], "person")
    assert page.reads(f"/api/ledger/{sent['sequence']}")["body_base64"] == shown["body_base64"]
    assert page.reads("/api/ledger/verify", origin=APP)["is_whole"] is True


def test_the_readable_form_hides_no_key_no_digit_and_no_character(gate: RunningGate, page: GatePage) -> None:
    with gate.exchange() as core:
        core.send(typed(BODY))
        readable = page.reads(f"/api/preview/{core.expect('awaiting_approval')['nonce']}")["readable"]
    assert "n: 1.10\nn: 2\n" in readable
    assert "one⟨U+200B⟩two" in readable


def test_of_two_windows_that_say_yes_one_wins(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core, open_page(gate) as first, open_page(gate) as second:
        core.send(typed())
        waiting = core.expect("awaiting_approval")
        told = {"nonce": waiting["nonce"], "body_sha256": waiting["body_sha256"]}
        answers: list[tuple[int, str]] = []

        def say_yes(page: GatePage) -> None:
            answer = page.posts("/api/approve", told)
            answers.append((answer.status_code, answer.json().get("error", {}).get("facts", {}).get("answered", "")))

        windows = [threading.Thread(target=say_yes, args=(page,)) for page in (first, second)]
        for window in windows:
            window.start()
        for window in windows:
            window.join()
        core.answer()
    assert sorted(answers) == [(200, ""), (404, "approved")]
    assert len(provider.received) == 1


def test_a_page_learns_that_a_terminal_has_answered(gate: RunningGate, page: GatePage) -> None:
    with gate.exchange() as core:
        core.send(typed())
        waiting = core.expect("awaiting_approval")
        gate.person.call("decline", nonce=waiting["nonce"])
        answer = page.gets(f"/api/preview/{waiting['nonce']}")
        assert (answer.status_code, answer.json()["error"]["facts"]) == (404, {"answered": "declined"})
        late = page.posts("/api/approve", {"nonce": waiting["nonce"], "body_sha256": waiting["body_sha256"]})
        assert (late.status_code, late.json()["error"]["facts"]) == (404, {"answered": "declined"})


def test_a_yes_for_other_bytes_than_those_that_wait_lets_nothing_go(
    gate: RunningGate, page: GatePage, provider: TlsProvider
) -> None:
    with gate.exchange() as core:
        core.send(typed())
        waiting = core.expect("awaiting_approval")
        answer = page.posts("/api/approve", {"nonce": waiting["nonce"], "body_sha256": "0" * 64})
        assert answer.status_code == 400
        assert answer.json()["error"]["facts"]["waiting_sha256"] == waiting["body_sha256"]
        assert len(page.reads("/api/pending")["pending"]) == 1
    assert provider.received == []


def test_a_no_on_the_page_is_a_no(gate: RunningGate, page: GatePage, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(typed())
        waiting = core.expect("awaiting_approval")
        assert page.posts("/api/decline", {"nonce": waiting["nonce"]}).status_code == 200
        assert core.expect("error")["code"] == "declined"
    assert provider.received == []


def test_airplane_mode_drops_what_waits_and_a_late_yes_sends_nothing(
    gate: RunningGate, page: GatePage, provider: TlsProvider
) -> None:
    with gate.exchange() as core:
        core.send(typed())
        waiting = core.expect("awaiting_approval")
        assert page.posts("/api/airplane", {"on": True}, origin=APP).status_code == 200
        assert core.expect("error")["code"] == "airplane_mode"
        told = page.reads("/api/pending")
        assert (told["airplane"], told["pending"]) == (True, [])
        late = page.posts("/api/approve", {"nonce": waiting["nonce"], "body_sha256": waiting["body_sha256"]})
        assert late.status_code == 404
    assert provider.received == []


def test_a_yes_for_the_chat_is_taken_where_it_may_be_given(gate: RunningGate, page: GatePage) -> None:
    for outbound, status in ((hinted(), 400), (typed(), 200)):
        with gate.exchange() as core:
            core.send(outbound)
            waiting = core.expect("awaiting_approval")
            told = {"nonce": waiting["nonce"], "body_sha256": waiting["body_sha256"], "for_conversation": True}
            assert page.posts("/api/approve", told).status_code == status
    with gate.exchange() as core:
        core.send(typed(b'{"messages":["next"]}'))
        core.expect("sent")


def test_the_ledger_is_searched_by_what_an_entry_says(gate: RunningGate, page: GatePage) -> None:
    for model in ("m-1", "Other_9"):
        with gate.exchange() as core:
            core.send(replace(may_leave(), destination=replace(may_leave().destination, model=model)))
            core.answer()
    assert {entry["model"] for entry in page.reads("/api/ledger?text=oTHer_")["entries"]} == {"Other_9"}
    assert page.reads("/api/ledger?text=100%25")["entries"] == []
    newest, *_ = page.reads("/api/ledger")["entries"]
    older = page.reads(f"/api/ledger?before={newest['sequence']}&limit=1")["entries"]
    assert [entry["sequence"] for entry in older] == [newest["sequence"] - 1]
    assert page.gets("/api/ledger?limit=many").status_code == 400
    assert page.gets("/api/ledger?retention=1").status_code == 400


def test_bytes_are_forgotten_and_a_provider_is_connected_and_disconnected_on_the_page(
    gate: RunningGate, page: GatePage
) -> None:
    with gate.exchange() as core:
        core.send(may_leave())
        core.answer()
    assert page.posts("/api/forget", {"sequence": 1}).status_code == 200
    assert page.reads("/api/ledger/1")["body_base64"] is None
    told = page.posts("/api/connect", {"name": "anthropic", "key": "sk-ant-0123456789", "file_is_allowed": True})
    assert "file" in json.dumps(told.json()["place"])
    assert page.reads("/api/provider/anthropic", origin=APP)["is_connected"] is True
    assert page.posts("/api/disconnect", {"name": "anthropic"}).status_code == 200
    assert page.reads("/api/provider/anthropic")["is_connected"] is False
    assert page.gets("/api/provider/nobody").status_code == 404


def test_a_page_without_a_keyring_asks_before_a_key_goes_to_a_file(home: GateHome) -> None:
    with home.started() as gate, open_page(gate) as page:
        refused = page.posts("/api/connect", {"name": "anthropic", "key": "sk-ant-0123456789"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_key")
        assert gate.person.call("providers")["providers"] == []
