"""What nobody has asked for: titles, tags, rewriting, embeddings, counting. All of it stays on this machine."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from closed_home import CLAUDE, GPT, ClosedHome
from outbounds_of_a_liar import free
from watching import Watch

from aspen.core.egress import canonical_json, envelope_to_json
from fakes.gate_process import RunningGate

CHAT_ENDPOINTS = {
    "api.anthropic.com": "/v1/messages",
    "api.openai.com": "/v1/responses",
    "api.mistral.ai": "/v1/chat/completions",
    "generativelanguage.googleapis.com": "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
}


def purposes(home: ClosedHome, since: int) -> list[str]:
    """Return why the gate was asked since an entry of the ledger."""
    return [entry["purpose"] for entry in home.ledger()[since:] if not entry["of_sequence"]]


def refused_by(gate: RunningGate, purpose: str, token: str) -> set[str]:
    """Have the gate asked for a purpose, which need not be one, and return the errors.

    It is cleared for this purpose, and again for a chat, in case a purpose that nobody knows should count as one.
    """
    codes: set[str] = set()
    for cleared_as in (purpose, "chat"):
        with gate.exchange() as core:
            key = bytes.fromhex(str(core.hello["clearance_key"]))
            envelope = core.envelope(free(token))
            told = {**envelope_to_json(envelope), "purpose": purpose}
            cleared = hmac.new(key, canonical_json({**told, "purpose": cleared_as}), hashlib.sha256).hexdigest()
            core.say({"do": "send", "envelope": told, "clearance": cleared}, envelope.outbound.body)
            codes.add(core.expect("error")["code"])
    return codes


def test_the_same_envelope_for_a_chat_is_sent(gate: RunningGate, watch: Watch, token: str) -> None:
    """What the gate is asked for below differs from it in the purpose alone."""
    with gate.exchange() as core:
        core.send(free(token))
        assert core.answer()[0]["event"] == "end"
    assert len(watch.asked) == 1


def test_case_03_a_new_chat_on_this_machine_asks_nobody_for_its_title(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    before = len(home.ledger())
    told = home.ask_here(f"A poem about {token}", conversation="new").result
    home.ask_here("Another.", conversation=told["conversation"])
    assert home.ledger()[before:] == []
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []


def test_case_03_a_new_chat_elsewhere_sends_its_question_and_nothing_else(home: ClosedHome, watch: Watch) -> None:
    before = len(home.ledger())
    told = home.ask("Five captions", model=CLAUDE, conversation="new").result
    home.ask("Five more", model=CLAUDE, conversation=told["conversation"])
    assert purposes(home, before) == ["chat", "chat"]
    assert [asked.target for asked in watch.asked] == ["/v1/messages", "/v1/messages"]


def test_case_03_the_gate_sends_no_title_whatever_its_label(gate: RunningGate, watch: Watch, token: str) -> None:
    assert refused_by(gate, "title", token) == {"stays_here"}
    assert watch.nothing_left()


@pytest.mark.parametrize("purpose", ["classify", "tags", "follow_ups", "autocomplete"])
def test_case_04_the_gate_sends_no_side_task_whatever_its_label(
    gate: RunningGate, watch: Watch, token: str, purpose: str
) -> None:
    assert refused_by(gate, purpose, token) == {"stays_here"}
    assert watch.nothing_left()


@pytest.mark.parametrize("purpose", ["rewrite", "rerank", "hypothetical_answer"])
def test_case_05_the_gate_sends_no_query_of_a_search_whatever_its_label(
    gate: RunningGate, watch: Watch, token: str, purpose: str
) -> None:
    assert refused_by(gate, purpose, token) == {"stays_here"}
    assert watch.nothing_left()


def test_case_06_embeddings_are_made_on_this_machine(home: ClosedHome, watch: Watch, token: str) -> None:
    before = len(home.ledger())
    made = home.call("embed", input=[token, "free words"])
    assert len(made["vectors"]) == 2
    assert home.ledger()[before:] == []
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []


def test_case_06_the_gate_sends_no_text_to_be_embedded(gate: RunningGate, watch: Watch, token: str) -> None:
    assert refused_by(gate, "embed", token) == {"stays_here"}
    assert watch.nothing_left()


def test_case_11_where_words_go_is_decided_before_anything_is_looked_up(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    seen_at_preview: list[bool] = []

    def look(frame: Any) -> None:
        seen_at_preview.append(watch.nothing_left())
        home.person.call("decline", nonce=frame["nonce"])

    declined = home.ask(token, model=GPT, on_preview=look)
    assert declined.error is not None
    assert declined.error.code == "declined"
    assert seen_at_preview == [True]
    assert watch.nothing_left()


@pytest.mark.parametrize("label", [None, "stays-here", "may-leave"])
def test_case_11_auto_asks_nobody_in_order_to_decide(
    home: ClosedHome, watch: Watch, token: str, label: str | None
) -> None:
    before = len(home.ledger())
    answered = home.ask(token, model="auto", options={"answer_tokens": 2}, label=label)
    assert answered.decision["model"] not in (CLAUDE, GPT)
    assert answered.result["zone"] == "machine"
    assert home.ledger()[before:] == []
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []


def test_case_47_tokens_and_prices_are_counted_here(home: ClosedHome, watch: Watch) -> None:
    for model in (CLAUDE, GPT):
        answered = home.ask("How much is this?", model=model, options={"answer_tokens": 50})
        assert answered.result["usage"]["prompt_tokens"] > 0
    assert [asked.target for asked in watch.asked] == [CHAT_ENDPOINTS[asked.host] for asked in watch.asked]
    assert len(watch.asked) == 2
