"""A person at a terminal, asked whether exactly these bytes may leave: every answer, and what a script may say instead.

The service, the gate and the provider are real.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import pytest
from command_line import OnTerminal

from fakes.connected_home import FRIENDLY, MODEL, ConnectedHome, connected_home
from fakes.processes import becomes
from fakes.provider_openai import openai
from fakes.provider_script import Says

SEND = "Send? [y/N/e/x/?]"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        yield at


@pytest.fixture
def mark(at: ConnectedHome) -> Iterator[int]:
    """How many requests had reached the provider before the test; nothing waits after it, and the ledger is whole."""
    yield len(at.provider.received)
    at.provider.answer = FRIENDLY
    assert becomes(lambda: at.person.call("pending")["pending"] == [])
    assert at.is_whole()


@contextmanager
def _asking(
    at: ConnectedHome, *words: str, asked_before: bool = True, folder: Path | None = None
) -> Generator[OnTerminal]:
    """Ask on a terminal, in a project whose owner was asked about it before, or not."""
    here = folder or at.home.root
    if asked_before:
        at.home.call("set_project", folder=str(here), answer="ask")
    environment = {**at.home.environment, "TERM": "xterm", "PYTHONUTF8": "1"}
    with chdir(here), OnTerminal(environment, "ask", "--model", MODEL, *words) as terminal:
        yield terminal


# The preview.


def test_a_person_sees_where_it_would_go_what_it_is_and_all_of_it(at: ConnectedHome, mark: int) -> None:
    with _asking(at, "Call +49 30 12345678 \u202eback") as terminal:
        seen = terminal.wait_for(SEND)
        terminal.type("n\n")
        terminal.finish()
    assert f"This would leave this computer, for acme (127.0.0.1), model {MODEL}:" in seen
    assert "      content: Call +49 30 12345678 ⟨U+202E⟩back" in seen
    assert "Contains 1 phone number." in seen
    assert "bytes, SHA-256 " in seen
    assert "price not known." in seen
    assert at.received_during(mark) == []


def test_y_sends_exactly_what_was_shown(at: ConnectedHome, mark: int) -> None:
    with _asking(at, "Five captions") as terminal:
        seen = terminal.wait_for(SEND)
        assert at.received_during(mark) == []
        terminal.type("y\n")
        code, rest = terminal.finish()
    assert (code, "Five captions." in rest) == (0, True)
    (received,) = at.received_during(mark)
    assert hashlib.sha256(received.body).hexdigest()[:16] in seen
    assert (at.entries("sent")[-1]["approval"], at.last()["verdict"]) == ("person", "answered")


@pytest.mark.parametrize("answer", ["n", "N", "", "no", "what", "a"], ids=repr)
def test_whatever_is_no_yes_sends_nothing(at: ConnectedHome, mark: int, answer: str) -> None:
    """`a` is a no here too: outside of a chat there is nothing that it could stand for."""
    with _asking(at, "Five captions") as terminal:
        terminal.wait_for(SEND)
        terminal.type(f"{answer}\n")
        code, rest = terminal.finish()
    assert code == 4
    assert "Error: Not sent: you declined it." in rest
    assert at.received_during(mark) == []
    assert at.last()["verdict"] == "declined"


def test_ctrl_d_is_a_no(at: ConnectedHome, mark: int) -> None:
    with _asking(at, "Five captions") as terminal:
        terminal.wait_for(SEND)
        terminal.type("\x04")
        assert terminal.finish()[0] == 4
    assert at.received_during(mark) == []


def test_ctrl_c_is_a_no(at: ConnectedHome, mark: int) -> None:
    with _asking(at, "Five captions") as terminal:
        terminal.wait_for(SEND)
        terminal.press_ctrl_c_until("Not sent")
        assert terminal.finish()[0] == 4
    assert at.received_during(mark) == []


def test_x_shows_the_exact_bytes_and_asks_again(at: ConnectedHome, mark: int) -> None:
    with _asking(at, "Five captions") as terminal:
        terminal.wait_for(SEND)
        terminal.type("x\n")
        exact = terminal.wait_for(SEND)
        terminal.type("y\n")
        assert terminal.finish()[0] == 0
    (received,) = at.received_during(mark)
    assert received.body.decode() in exact


def test_a_question_mark_says_what_each_answer_does(at: ConnectedHome, mark: int) -> None:
    with _asking(at, "Five captions") as terminal:
        terminal.wait_for(SEND)
        terminal.type("?\n")
        told = terminal.wait_for(SEND)
        terminal.type("n\n")
        terminal.finish()
    for meaning in ("y sends it", "N does not", "e edits the words", "x shows the exact bytes"):
        assert meaning in told
    assert "asks no more in this chat" not in told
    assert at.received_during(mark) == []


def test_e_lets_the_words_be_changed_and_shows_them_anew(at: ConnectedHome, mark: int, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "Other words" > "$1"\n', "utf-8")
    editor.chmod(0o755)
    at.home.environment["EDITOR"] = str(editor)
    try:
        with _asking(at, "My secret words") as terminal:
            assert "My secret words" in terminal.wait_for(SEND)
            terminal.type("e\n")
            assert "Other words" in terminal.wait_for(SEND)
            terminal.type("y\n")
            assert terminal.finish()[0] == 0
    finally:
        del at.home.environment["EDITOR"]
    (received,) = at.received_during(mark)
    assert b"Other words" in received.body
    assert b"secret" not in received.body


def test_an_editor_that_is_left_without_saving_sends_nothing(at: ConnectedHome, mark: int) -> None:
    at.home.environment["EDITOR"] = "true"
    try:
        with _asking(at, "My secret words") as terminal:
            terminal.wait_for(SEND)
            terminal.type("e\n")
            code, rest = terminal.finish()
    finally:
        del at.home.environment["EDITOR"]
    assert (code, "the words were not changed" in rest) == (4, True)
    assert at.received_during(mark) == []


def test_an_answer_of_another_window_holds_and_nothing_is_lost(at: ConnectedHome, mark: int) -> None:
    """The other window was first: what comes is shown here, and it is sent once."""
    at.provider.answer = openai(Says(text=("Sent ", "once."), pause_seconds=0.2))
    with _asking(at, "Five captions") as terminal:
        terminal.wait_for(SEND)
        (waiting,) = at.person.call("pending")["pending"]
        at.person.approve(waiting)
        terminal.type("y\n")
        code, rest = terminal.finish()
    assert "This was answered already, in another window: it was approved." in rest
    assert (code, "Sent once." in rest) == (0, True)
    assert len(at.received_during(mark)) == 1


def test_a_no_of_another_window_holds_against_a_yes_here(at: ConnectedHome, mark: int) -> None:
    with _asking(at, "Five captions") as terminal:
        terminal.wait_for(SEND)
        (waiting,) = at.person.call("pending")["pending"]
        at.person.call("decline", nonce=waiting["nonce"])
        terminal.type("y\n")
        code, rest = terminal.finish()
    assert (code, "it was declined" in rest) == (4, True)
    assert at.received_during(mark) == []


def test_what_may_leave_is_sent_without_a_question(at: ConnectedHome, mark: int) -> None:
    with _asking(at, "--label", "may-leave", "Five captions") as terminal:
        code, seen = terminal.finish()
    assert (code, "Send?" in seen) == (0, False)
    assert len(at.received_during(mark)) == 1


# The first use of a project.


@pytest.mark.parametrize(("key", "answer"), [("1", "ask"), ("3", "may-leave"), ("", "ask")], ids=repr)
def test_a_new_project_is_asked_about_once_and_what_leaves_is_shown_all_the_same(
    at: ConnectedHome, mark: int, tmp_path: Path, key: str, answer: str
) -> None:
    with _asking(at, "Five captions", asked_before=False, folder=tmp_path) as terminal:
        question = terminal.wait_for("Choose")
        terminal.type(f"{key}\n")
        terminal.wait_for(SEND)
        terminal.type("n\n")
        assert terminal.finish()[0] == 4
    assert f"What may happen to what you put into {tmp_path.name}" in question
    assert "● 1  Ask me before anything leaves" in question
    assert "○ 2  Nothing ever leaves (client files, patients, company code)" in question
    assert "○ 3  May use the cloud (homework, captions)" in question
    told = at.home.call("project", folder=str(tmp_path))
    assert (told["answer"], told["is_asked"]) == (answer, True)
    assert at.received_during(mark) == []
    with _asking(at, "Five captions", asked_before=False, folder=tmp_path) as terminal:
        seen = terminal.wait_for("Send?") if answer == "ask" else terminal.finish()[1]
    assert "What may happen" not in seen


def test_nothing_ever_leaves_is_obeyed_at_once_and_from_then_on(at: ConnectedHome, mark: int, tmp_path: Path) -> None:
    with _asking(at, "A client's words", asked_before=False, folder=tmp_path) as terminal:
        terminal.wait_for("Choose")
        terminal.type("2\n")
        code, rest = terminal.finish()
    assert code == 4
    assert f"Error: Not sent: nothing leaves from {tmp_path.name}." in rest
    assert "Answer here: aspen ask --model local" in rest
    with _asking(at, "--label", "may-leave", "More of it", asked_before=False, folder=tmp_path) as terminal:
        code, rest = terminal.finish()
    assert code == 4
    assert "stays on this computer" in rest
    assert at.received_during(mark) == []


def test_who_leaves_the_question_is_asked_another_time(at: ConnectedHome, mark: int, tmp_path: Path) -> None:
    with _asking(at, "Five captions", asked_before=False, folder=tmp_path) as terminal:
        terminal.wait_for("Choose")
        terminal.type("\x04")
        terminal.wait_for(SEND)
        terminal.type("n\n")
        terminal.finish()
    assert at.home.call("project", folder=str(tmp_path))["is_asked"] is False
    assert at.received_during(mark) == []


def test_an_answer_that_is_none_is_asked_again(at: ConnectedHome, mark: int, tmp_path: Path) -> None:
    with _asking(at, "Five captions", asked_before=False, folder=tmp_path) as terminal:
        terminal.wait_for("Choose")
        terminal.type("4\n")
        terminal.wait_for("Choose")
        terminal.type("1\n")
        terminal.wait_for(SEND)
    assert at.received_during(mark) == []


# Without a terminal.


def test_without_a_terminal_nobody_is_asked_and_nothing_leaves(at: ConnectedHome, mark: int) -> None:
    outcome = at.ask("--model", MODEL, "Five captions")
    assert (outcome.code, outcome.out) == (4, "")
    assert outcome.err.startswith("Error: Not sent: what would leave for acme must be seen first, and there is no")
    assert "--yes-send" in outcome.err
    assert at.received_during(mark) == []


def test_the_hash_of_a_preview_sends_exactly_those_bytes(at: ConnectedHome, mark: int) -> None:
    shown = at.home.aspen("preview", "--model", MODEL, "Five captions", "--json").told
    assert at.received_during(mark) == []
    sent = at.ask("--model", MODEL, "Five captions", "--yes-send", shown["body_sha256"].upper())
    assert sent.code == 0, sent.err
    (received,) = at.received_during(mark)
    assert hashlib.sha256(received.body).hexdigest() == shown["body_sha256"]
    assert received.body.decode() == shown["body"]


@pytest.mark.parametrize("given", ["0" * 64, "", "yes"], ids=repr)
def test_another_hash_sends_nothing_and_says_what_would_have_left(at: ConnectedHome, mark: int, given: str) -> None:
    outcome = at.ask("--model", MODEL, "Five captions", "--yes-send", given, "--json")
    error = outcome.told["error"]
    assert (outcome.code, error["code"]) == (4, "needs_approval")
    shown = at.home.aspen("preview", "--model", MODEL, "Five captions", "--json").told
    assert error["facts"] == {"body_sha256": shown["body_sha256"], "yes_send": given}
    assert at.received_during(mark) == []


def test_the_hash_of_other_words_is_another_hash(at: ConnectedHome, mark: int) -> None:
    shown = at.home.aspen("preview", "--model", MODEL, "Five captions", "--json").told
    assert at.ask("--model", MODEL, "Six captions", "--yes-send", shown["body_sha256"]).code == 4
    assert at.received_during(mark) == []
