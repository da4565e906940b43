"""What can go wrong at a provider: one honest sentence and what to do about it, nothing lost, a ledger that is whole.

And nobody is asked instead: neither another provider, nor, after a failure here, anybody elsewhere.
"""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aspen.cli.exit_codes import exit_code_of
from aspen.core.errors import (
    AspenError,
    KeyRejected,
    NotFound,
    PromptTooLong,
    ProviderFailed,
    ProviderRefused,
    RateLimited,
)
from fakes.certificates import Authority
from fakes.connected_home import FRIENDLY, MAY_LEAVE, MODEL, ConnectedHome, connected_home
from fakes.processes import becomes
from fakes.provider_gemini import gemini
from fakes.provider_openai import openai
from fakes.provider_script import KEY, STREAM_HEADERS, Fails, Fault, Says
from fakes.tls_provider import Answer, Ending, Received, Reply, TlsProvider

_BOMB = gzip.compress(b"data: " + bytes(60 << 20))
_GZIPPED = (*STREAM_HEADERS, ("content-encoding", "gzip"))
_EXPIRED = {"message": "This key has expired.", "type": "permission_error", "code": "key_expired"}


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        yield at


@pytest.fixture(autouse=True)
def friendly_again(at: ConnectedHome) -> Iterator[None]:
    """Whatever a test did: the next question is answered, nothing was repeated, and the ledger is whole."""
    yield
    at.provider.answer = FRIENDLY
    assert at.answered("And now?")["answer"] == "Five captions."
    assert at.is_whole()
    assert "Traceback" not in at.home.log


def _always(reply: Reply) -> Answer:
    def answer(received: Received) -> Reply:
        del received
        return reply

    return answer


def _status(status: int, error: dict[str, Any] | None = None) -> Answer:
    return _always(Reply(status=status, pieces=(json.dumps({"error": error or {}}).encode(),)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a provider does, and what becomes of it: the error's code, the words of its sentence and hint."""

    answer: Answer
    says: str
    hint: str = ""
    kind: type[AspenError] = ProviderFailed


def _stream(*pieces: bytes, headers: tuple[tuple[str, str], ...] = STREAM_HEADERS, is_lengthed: bool = False) -> Answer:
    return _always(Reply(headers=headers, pieces=pieces, is_lengthed=is_lengthed))


CASES = {
    "a wrong key": Case(
        answer=openai(key="sk-another"), says="acme does not accept its key", hint="cloud add acme", kind=KeyRejected
    ),
    "an expired key": Case(
        answer=_status(403, _EXPIRED), says="acme refuses", hint="This key has expired.", kind=ProviderRefused
    ),
    "no money": Case(
        answer=openai(Fails(fault=Fault.NO_MONEY)), says="acme refuses", hint="quota", kind=ProviderRefused
    ),
    "429": Case(answer=openai(Fails(fault=Fault.TOO_FAST)), says="acme wants us to wait", kind=RateLimited),
    "500": Case(answer=openai(Fails(fault=Fault.BROKEN)), says="acme failed", hint="in a while"),
    "503": Case(answer=openai(Fails(fault=Fault.OVERLOADED)), says="acme failed", hint="in a while"),
    "529": Case(answer=_status(529), says="acme failed", hint="in a while"),
    "a prompt too long": Case(
        answer=openai(Fails(fault=Fault.TOO_LONG)), says="longer than acme takes", hint="Shorten", kind=PromptTooLong
    ),
    "no such model": Case(answer=openai(Fails(fault=Fault.NO_MODEL)), says="acme has no such model", kind=NotFound),
    "bytes that are no HTTP": Case(answer=_always(Reply(raw=b"\0\1\2 hm\r\n\r\n")), says="not HTTP", hint="Ask again"),
    "a stream of no dialect": Case(answer=_stream(b"data: {nonsense\n\n"), says="cannot be read", hint="Ask again"),
    "the page of a hotel": Case(
        answer=_stream(b"<html>Sign in</html>", headers=(("content-type", "text/html"),)), says="broke off"
    ),
    "nothing at all": Case(answer=_always(Reply()), says="broke off", hint="Ask again"),
    "a gzip bomb": Case(answer=_stream(_BOMB, headers=_GZIPPED, is_lengthed=True), says="swells", hint="somebody else"),
    "broken gzip": Case(answer=_stream(b"no gzip", headers=_GZIPPED, is_lengthed=True), says="acme"),
    "a redirect": Case(
        answer=_always(Reply(status=307, headers=(("location", "https://127.0.0.1:9/"),))),
        says="follows no redirects",
        hint="add it again",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_provider_s_fault_is_one_honest_sentence_and_it_is_asked_once(at: ConnectedHome, case: Case) -> None:
    at.provider.answer = case.answer
    mark = len(at.provider.received)
    outcome = at.send("Hello", "--json")
    error = outcome.told["error"]
    assert (outcome.code, error["code"]) == (exit_code_of(case.kind), case.kind.code), error
    assert case.says in error["sentence"]
    assert case.hint in error["hint"]
    assert len(at.received_during(mark)) == 1
    sent, ended = at.entries()[-2:]
    assert (sent["verdict"], ended["of_sequence"]) == ("sent", sent["sequence"])
    # Of an answer that cannot be read the core may hang up before the gate has passed on its end.
    assert ended["verdict"] in {"failed", "answered", "interrupted"}


def test_people_read_the_sentence_and_what_to_do(at: ConnectedHome) -> None:
    at.provider.answer = openai(key="sk-another")
    outcome = at.send()
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("Error: acme does not accept its key.\nGive it a working one: aspen cloud add acme\n")
    assert KEY not in outcome.err


def test_the_command_that_an_error_names_mends_the_key(at: ConnectedHome) -> None:
    assert at.home.aspen("cloud", "add", "acme", "--key-in-file", piped="sk-wrong\n").code == 0
    assert "aspen cloud add acme" in at.send().err
    assert at.home.aspen("cloud", "add", "acme", "--key-in-file", piped=f"{KEY}\n").code == 0
    assert at.send().code == 0


def test_how_long_to_wait_is_told_to_programs(at: ConnectedHome) -> None:
    at.provider.answer = openai(Fails(fault=Fault.TOO_FAST, retry_after_seconds=7))
    error = at.send("Hello", "--json").told["error"]
    assert (error["retryable"], error["facts"]["retry_after_seconds"]) == (True, 7)
    assert (error["facts"]["provider"], error["facts"]["status"]) == ("acme", 429)


def test_half_a_stream_shows_what_has_come_and_says_that_it_broke_off(at: ConnectedHome) -> None:
    at.provider.answer = openai(Says(text=("Half ", "a ", "story."), cut_after=2))
    outcome = at.send()
    assert (outcome.code, outcome.out) == (1, "Half \n")
    assert "broke off" in outcome.err
    assert at.last()["verdict"] == "failed"


def test_a_fault_inside_a_stream_that_began_well_is_said(at: ConnectedHome) -> None:
    at.provider.answer = openai(Says(text=("Half ",), midway=Fault.BROKEN))
    outcome = at.send()
    assert (outcome.code, outcome.out) == (1, "Half \n")
    assert "Error: The provider failed." in outcome.err


def test_ctrl_c_on_a_silent_provider_closes_its_connection_and_is_recorded_as_interrupted(at: ConnectedHome) -> None:
    at.provider.answer = _always(Reply(headers=STREAM_HEADERS, pieces=(b": hm\n\n",), ending=Ending.SILENT))
    gone, mark = len(at.provider.closed_at), len(at.provider.received)
    command = [*at.home.python, "-P", "-m", "aspen", "ask", *MAY_LEAVE, "Hello"]
    with subprocess.Popen(command, env=at.home.environment, stdin=subprocess.DEVNULL, text=True) as client:
        assert becomes(lambda: len(at.received_during(mark)) == 1, seconds=20.0)
        client.send_signal(signal.SIGINT)
        assert client.wait(20.0) == 130
    assert becomes(lambda: len(at.provider.closed_at) > gone)
    assert becomes(lambda: at.last()["verdict"] == "interrupted")


def test_a_stranger_with_another_certificate_gets_no_byte(at: ConnectedHome, tmp_path: Path) -> None:
    """The certificates that are trusted for a server are its own, not those of somebody else."""
    others = Authority(tmp_path / "others")
    with TlsProvider(Authority(tmp_path / "mine"), answer=FRIENDLY).in_thread() as stranger:
        at.add("stranger", stranger.base_url, "--model", "strange", "--ca-file", str(others.ca_file))
        outcome = at.ask("--model", "strange", "--label", "may-leave", "Hello")
        assert (outcome.code, stranger.received) == (5, [])
    assert "could not prove who it is: its certificate is signed by an authority that is not trusted" in outcome.err
    assert at.last()["cost_microdollars"] == 0
    assert at.home.aspen("cloud", "remove", "stranger").code == 0


def test_a_certificate_that_has_expired_is_said(at: ConnectedHome, tmp_path: Path) -> None:
    with TlsProvider(Authority(tmp_path / "old"), answer=FRIENDLY, days=-1.0).in_thread() as old:
        at.add("older", old.base_url, "--model", "old", "--ca-file", old.ca_file)
        outcome = at.ask("--model", "old", "--label", "may-leave", "Hello")
        assert (outcome.code, old.received) == (5, [])
    assert "has expired" in outcome.err
    assert "clock" in outcome.err
    assert at.home.aspen("cloud", "remove", "older").code == 0


def test_a_server_that_does_not_listen_is_unreachable(at: ConnectedHome) -> None:
    assert at.add("silent", "https://127.0.0.1:9", "--model", "quiet").code == 0
    outcome = at.ask("--model", "quiet", "--label", "may-leave", "Hello")
    assert outcome.code == 5
    assert "Error: Nothing listens at 127.0.0.1, port 9." in outcome.err
    assert at.last()["verdict"] == "failed"
    assert at.home.aspen("cloud", "remove", "silent").code == 0


def test_a_fault_in_another_dialect_is_the_same_to_people(at: ConnectedHome, tmp_path: Path) -> None:
    faulty = gemini(Fails(fault=Fault.OVERLOADED), Fails(fault=Fault.TOO_FAST, retry_after_seconds=3))
    with TlsProvider(Authority(tmp_path / "another"), answer=faulty).in_thread() as server:
        options = ("--dialect", "gemini_generate", "--model", "other", "--ca-file", server.ca_file)
        assert at.add("otherwise", server.base_url, *options).code == 0
        asked = ("--model", "other", "--label", "may-leave", "--json", "Hello")
        first, second = (at.ask(*asked).told["error"] for _ in range(2))
    assert (first["code"], first["sentence"]) == ("provider_failed", "otherwise failed.")
    assert (second["code"], second["facts"]["retry_after_seconds"]) == ("rate_limited", 3)
    assert at.home.aspen("cloud", "remove", "otherwise").code == 0


@pytest.mark.parametrize("wanted", ["claude-opus-5-5", "gpt-6.2-sol"])
def test_a_model_of_somebody_who_is_not_connected_names_the_command_that_connects(
    at: ConnectedHome, wanted: str
) -> None:
    mark = len(at.provider.received)
    outcome = at.ask("--model", wanted, "--label", "may-leave", "Hello")
    assert outcome.code == 1
    assert outcome.err.startswith("Error: There is no key for ")
    assert "\naspen cloud add " in outcome.err
    assert at.received_during(mark) == []


def test_a_model_that_nobody_knows_is_not_found_and_nobody_is_asked(at: ConnectedHome) -> None:
    mark = len(at.provider.received)
    outcome = at.ask("--model", "acme-larg", "--label", "may-leave", "Hello")
    assert outcome.code == 3
    assert "acme-larg" in outcome.err
    assert at.received_during(mark) == []


def test_a_cloud_failure_is_never_answered_by_anybody_else(at: ConnectedHome, starter_model: Path) -> None:
    """With a model on this computer and a second provider at hand, the one that was asked is the one that fails."""
    at.home.put_on_shelf(starter_model)
    at.provider.answer = openai(Fails(fault=Fault.BROKEN))
    with TlsProvider(Authority(at.home.root / "second"), answer=FRIENDLY).in_thread() as second:
        assert at.add("second", second.base_url, "--model", "spare", "--ca-file", second.ca_file).code == 0
        for model in (MODEL, "cloud"):
            outcome = at.ask("--model", model, "--label", "may-leave", "Hello")
            assert (outcome.code, outcome.out) == (1, "")
            assert "acme failed" in outcome.err
        assert second.received == []
    assert at.home.aspen("cloud", "remove", "second").code == 0
