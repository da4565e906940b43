"""When words go elsewhere by themselves, and when they do not: `auto`, `cloud`, and what a failure here never does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aspen.core.errors import BadModelFile, EngineStopped
from fakes.connected_home import MODEL, ConnectedHome, connected_home
from fakes.provider_openai import openai
from fakes.provider_script import Says
from fakes.service_home import ENGINE, long_question
from fakes.tls_provider import TlsProvider

_LONG = "All words are welcome here. " * 2_000
"""More than the starter model has room for, and less than the provider's."""

_MINE = openai(Says(text=("Mine.",)), key="")
_SHORT = ("--max-tokens", "4", "--temperature", "0")


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory, starter_model: Path) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        at.home.put_on_shelf(starter_model)
        yield at


@pytest.fixture
def mark(at: ConnectedHome) -> Iterator[int]:
    """How many requests had reached the provider before the test."""
    yield len(at.provider.received)
    at.home.folders.rules.unlink(missing_ok=True)
    assert "Traceback" not in at.home.log


@pytest.fixture
def long_file(at: ConnectedHome, tmp_path: Path) -> Path:
    del at
    file = tmp_path / "long.txt"
    file.write_text(_LONG, "utf-8")
    return file


def _decision(outcome_json: dict[str, Any]) -> str:
    return " ".join(reason["words"] for reason in outcome_json["decision"]["reasons"])


def test_auto_answers_here_even_what_may_leave(at: ConnectedHome, mark: int) -> None:
    told = at.ask("--label", "may-leave", *_SHORT, "--json", "Say hello").told
    assert (told["zone"], told["sent"]) == ("machine", None)
    assert at.received_during(mark) == []


def test_auto_goes_elsewhere_with_what_no_local_model_has_room_for_if_it_may_leave(
    at: ConnectedHome, mark: int
) -> None:
    told = at.ask("--label", "may-leave", "--json", piped=_LONG).told
    assert (told["zone"], told["model"], told["sent"]["provider"]) == ("cloud", MODEL, "acme")
    assert "No model on this computer can do this." in _decision(told)
    assert len(at.received_during(mark)) == 1


def test_auto_never_goes_elsewhere_with_what_nobody_has_labelled(at: ConnectedHome, mark: int) -> None:
    outcome = at.ask(*_SHORT, "--json", piped=_LONG)
    assert (outcome.code, outcome.told["error"]["code"]) == (7, "prompt_too_long")
    assert at.received_during(mark) == []


@pytest.mark.parametrize(
    "seen", ["Call +49 30 12345678 today.", "Mail jo.smith@mailbox.org today."], ids=["phone", "mail"]
)
def test_auto_never_goes_where_a_person_must_be_asked_first(at: ConnectedHome, mark: int, seen: str) -> None:
    """Words in which something was seen are shown before they leave: nobody is asked on behalf of `auto`."""
    outcome = at.ask("--label", "may-leave", *_SHORT, "--json", piped=f"{seen}\n{_LONG}")
    assert (outcome.code, outcome.told["error"]["code"]) == (7, "prompt_too_long")
    assert at.received_during(mark) == []


def test_auto_never_goes_where_a_rule_wants_a_person_asked(at: ConnectedHome, mark: int) -> None:
    at.home.folders.rules.parent.mkdir(parents=True, exist_ok=True)
    at.home.folders.rules.write_text('[[rule]]\nthen = "ask"\nto = "acme"\n', "utf-8")
    outcome = at.ask("--label", "may-leave", *_SHORT, "--json", piped=_LONG)
    assert (outcome.code, outcome.told["error"]["code"]) == (7, "prompt_too_long")
    assert at.received_during(mark) == []


def test_auto_stays_here_with_a_file_that_stays_here(at: ConnectedHome, mark: int, long_file: Path) -> None:
    assert at.home.aspen("keep", str(long_file)).code == 0
    outcome = at.ask("--label", "may-leave", *_SHORT, "--json", "-f", str(long_file), "Summarise", piped=_LONG)
    assert (outcome.code, outcome.told["error"]["code"]) == (7, "prompt_too_long")
    assert at.received_during(mark) == []


def test_auto_reads_passages_here_of_a_file_that_is_too_long_for_a_local_model(
    at: ConnectedHome, mark: int, long_file: Path
) -> None:
    told = at.ask("--label", "may-leave", *_SHORT, "--json", "-f", str(long_file), "Summarise").told
    assert told["zone"] == "machine"
    assert 0 < told["passages_read"] < told["passages_in_all"]
    assert at.received_during(mark) == []


def test_auto_takes_an_allowed_file_to_the_provider_that_was_named_and_to_nobody_else(
    at: ConnectedHome, mark: int, tmp_path: Path
) -> None:
    file = tmp_path / "brief.txt"
    file.write_text("The fair is in May.", "utf-8")
    assert at.home.aspen("allow", str(file), "--to", "acme").code == 0
    asked = ("--label", "may-leave", "--json", "-f", str(file), "Summarise")
    with TlsProvider(None, answer=_MINE).in_thread() as mine:
        options = ("--zone", "internal", "--model", "mine-1", "--context", "100000")
        assert at.home.aspen("cloud", "add", "mine", "--url", mine.base_url, *options).code == 0
        told = at.ask(*asked, piped=_LONG).told
        assert (told["model"], mine.received) == (MODEL, [])
        assert at.home.aspen("cloud", "remove", "mine").code == 0
    (received,) = at.received_during(mark)
    assert b"The fair is in May." in received.body
    assert b"brief.txt" not in received.body
    assert str(tmp_path).encode() not in received.body


def test_nothing_is_wrong_with_why(at: ConnectedHome) -> None:
    outcome = at.ask("--label", "may-leave", *_SHORT, "--why", "Say hello")
    assert "because:" in outcome.err
    assert f"Not chosen:\n  {MODEL}: Another model goes first." in outcome.err
    assert f"With --model {MODEL} it would go to acme." in outcome.err


def test_cloud_means_the_model_that_the_settings_prefer(at: ConnectedHome, mark: int) -> None:
    at.home.folders.config.mkdir(parents=True, exist_ok=True)
    settings = at.home.folders.config / "settings.toml"
    assert at.add("other", at.provider.base_url, "--model", "other-1", "--ca-file", at.provider.ca_file).code == 0
    assert at.ask("--model", "cloud", "--label", "may-leave", "--json", "Hello").told["model"] == MODEL
    settings.write_text('cloud_model = "other-1"\n', "utf-8")
    at.home.stop()
    assert at.ask("--model", "cloud", "--label", "may-leave", "--json", "Hello").told["model"] == "other-1"
    settings.unlink()
    assert at.home.aspen("cloud", "remove", "other").code == 0
    at.home.stop()
    assert at.home.aspen("cloud", "list").code == 0
    assert len(at.received_during(mark)) == 2


def test_practice_is_never_chosen_and_only_named(at: ConnectedHome, mark: int) -> None:
    assert at.home.aspen("cloud", "remove", "acme").code == 0
    assert at.home.aspen("cloud", "add", "practice").code == 0
    try:
        refused = at.ask("--model", "cloud", "--label", "may-leave", "Hello")
        assert refused.code != 0
        assert at.ask("--label", "may-leave", *_SHORT, piped=_LONG).code == 7
        named = at.ask("--model", "practice", "--label", "may-leave", "Hello")
        assert "I am the practice provider." in named.out
    finally:
        options = ("--model", MODEL, "--ca-file", at.provider.ca_file)
        assert at.add("acme", at.provider.base_url, *options).code == 0
        assert at.home.aspen("cloud", "remove", "practice").code == 0
    assert at.received_during(mark) == []


def test_an_engine_killed_in_mid_answer_is_an_error_and_nobody_elsewhere_is_asked(at: ConnectedHome, mark: int) -> None:
    assert at.ask(*_SHORT, "Say hello").code == 0
    frames: list[dict[str, object]] = []
    with at.home.session() as session, pytest.raises(EngineStopped):
        for frame in session.stream("ask", {**long_question(), "label": "may-leave"}):
            frames.append(frame)
            if frame.get("event") == "text":
                for pid in at.home.pids(ENGINE):
                    os.kill(pid, signal.SIGKILL)
    assert frames
    assert at.received_during(mark) == []
    assert at.entries()[-1]["verdict"] != "sent"


@pytest.mark.parametrize("model", [None, "auto", "local"])
def test_a_local_model_that_cannot_be_used_is_an_error_and_nobody_elsewhere_is_asked(
    at: ConnectedHome, mark: int, model: str | None
) -> None:
    broken = at.home.root / "broken.gguf"
    broken.write_bytes(b"GGUF and no more")
    at.home.environment["ASPEN_DEFAULT_MODEL"] = str(broken)
    at.home.stop()
    try:
        named = () if model is None else ("--model", model)
        outcome = at.ask(*named, "--label", "may-leave", "--json", "Hello")
        assert (outcome.code, outcome.told["error"]["code"]) == (1, BadModelFile.code)
        assert at.received_during(mark) == []
    finally:
        del at.home.environment["ASPEN_DEFAULT_MODEL"]
        at.home.stop()
        assert at.home.aspen("models").code == 0


def test_a_name_that_is_here_and_elsewhere_is_answered_here(at: ConnectedHome, mark: int) -> None:
    assert at.add("twin", at.provider.base_url, "--model", "smollm2:135m", "--ca-file", at.provider.ca_file).code == 0
    told = at.ask("--model", "smollm2:135m", "--label", "may-leave", *_SHORT, "--json", "Hello").told
    assert told["zone"] == "machine"
    assert at.received_during(mark) == []
    assert at.home.aspen("cloud", "remove", "twin").code == 0


def test_of_two_that_answer_to_one_name_the_nearer_is_asked(at: ConnectedHome, mark: int) -> None:
    """Connected after the other, but one's own: words for one's own servers go there and no further."""
    with TlsProvider(None, answer=_MINE).in_thread() as mine:
        options = ("--zone", "internal", "--model", MODEL)
        added = at.home.aspen("cloud", "add", "mine", "--url", mine.base_url, *options)
        assert added.code == 0, added.err
        told = at.ask("--model", MODEL, "--label", "my-servers", "--json", "Hello").told
        assert at.home.aspen("cloud", "remove", "mine").code == 0
        assert told["sent"]["provider"] == "mine"
        assert len(mine.received) == 1
    assert at.received_during(mark) == []


def test_without_anybody_connected_cloud_is_a_refusal_with_the_command_that_helps(tmp_path: Path) -> None:
    with connected_home(tmp_path) as at:
        assert at.home.aspen("cloud", "remove", "acme").code == 0
        outcome = at.ask("--model", "cloud", "--label", "may-leave", "Hello")
        assert (outcome.code, at.provider.received) == (3, [])
        assert "aspen cloud add" in outcome.err
