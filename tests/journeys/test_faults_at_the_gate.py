"""What can go wrong at the gate: rules, ceilings, the ledger's file, the gate's own end, and two windows at once.

Whatever it is: not a byte leaves that is not recorded, and what was recorded before is still there.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aspen.core.errors import Declined, NotFound
from aspen.database.connection import open_database
from fakes.connected_home import FRIENDLY, MAY_LEAVE, MODEL, ConnectedHome, connected_home
from fakes.processes import becomes
from fakes.provider_openai import openai
from fakes.provider_script import KEY, Says
from fakes.service_home import CORE, GATE, question

_SLOW = openai(Says(text=("word ",) * 400, pause_seconds=0.05))
_LIMITED = (
    "import os, resource, sys; size = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)); "
    "os.execvp(sys.argv[2], sys.argv[2:])"
)
_LEDGER_FILES = ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    """A home whose service runs all along, for what neither stops nor kills it."""
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        yield at


@pytest.fixture
def at(tmp_path: Path) -> Iterator[ConnectedHome]:
    """A home of one test's own."""
    with connected_home(tmp_path) as at:
        yield at


@pytest.fixture
def mark(shared: ConnectedHome) -> Iterator[int]:
    """How many requests had reached the provider before the test; afterwards there are no rules and it is whole."""
    yield len(shared.provider.received)
    _write_rules(shared, "")
    shared.provider.answer = FRIENDLY
    assert shared.is_whole()


def _write_rules(at: ConnectedHome, text: str) -> None:
    at.home.folders.rules.parent.mkdir(parents=True, exist_ok=True)
    at.home.folders.rules.write_text(text, "utf-8")


# Rules.


def test_a_rule_with_a_typo_keeps_the_service_from_starting_and_names_file_and_line(at: ConnectedHome) -> None:
    at.home.stop()
    _write_rules(at, '[[rule]]\nthen = "allow"\nlable = "may-leave"\n')
    for words in (("ask", *MAY_LEAVE, "Hello"), ("models",), ("cloud", "list"), ("ledger", "list")):
        outcome = at.home.aspen(*words)
        assert outcome.code == 1, words
        assert f"Error: The rules file {at.home.folders.rules}: Line 3: " in outcome.err
        assert "Did you mean 'label'?" in outcome.err
    assert becomes(lambda: not at.home.processes())
    _write_rules(at, '[[rule]]\nthen = "allow"\nlabel = "may-leave"\n')
    assert at.send().code == 0
    assert len(at.provider.received) == 1


def test_a_rule_that_is_broken_while_aspen_runs_refuses_with_its_line_until_it_is_mended(
    shared: ConnectedHome, mark: int
) -> None:
    assert shared.send().code == 0
    _write_rules(shared, '\n\n[[rule]]\nthen = "alow"\n')
    refused = shared.send("Hello", "--json")
    assert (refused.code, refused.told["error"]["code"]) == (1, "bad_rule")
    assert (refused.told["error"]["facts"]["line"], "Line 4" in refused.told["error"]["sentence"]) == (4, True)
    assert len(shared.received_during(mark)) == 1
    _write_rules(shared, "")
    assert shared.send().code == 0


def test_a_rule_counts_from_the_moment_it_is_written(shared: ConnectedHome, mark: int) -> None:
    assert shared.send().code == 0
    _write_rules(shared, '[[rule]]\nthen = "deny"\nto = "acme"\nnote = "not this month"\n')
    denied = shared.send()
    assert denied.code == 4
    assert "Line 1 of your rules (not this month)" in denied.err
    _write_rules(shared, '[[rule]]\nthen = "ask"\nto = "acme"\n')
    assert "must be seen first" in shared.send().err
    assert len(shared.received_during(mark)) == 1


def test_a_ceiling_is_kept_before_anything_is_sent(shared: ConnectedHome, mark: int) -> None:
    """The price of a shipped model is known; nothing could reach its provider from here, and nothing tries."""
    assert shared.home.aspen("cloud", "add", "anthropic", "--key-in-file", piped=f"{KEY}\n").code == 0
    _write_rules(shared, "[ceilings]\nrequest = 0.0001\n")
    asked = ("ask", "--model", "claude-opus-5-5", "--label", "may-leave", "Hello", "--json")
    refused = shared.home.aspen(*asked)
    assert (refused.code, refused.told["error"]["code"]) == (4, "over_ceiling")
    assert "$0.0001 a request" in refused.told["error"]["sentence"]
    assert refused.told["error"]["hint"]
    assert shared.last()["verdict"] == "refused"
    assert shared.received_during(mark) == []


def test_with_a_ceiling_a_price_that_nobody_knows_is_asked_about(shared: ConnectedHome, mark: int) -> None:
    _write_rules(shared, "[ceilings]\nrequest = 100.0\n")
    refused = shared.send()
    assert (refused.code, shared.received_during(mark)) == (4, [])
    shown = shared.home.aspen("preview", *MAY_LEAVE, "Hello", "--json").told
    assert "Nobody knows what it costs, and you have set a ceiling." in shown["reasons"]
    assert shared.send("Hello", "--yes-send", shown["body_sha256"]).code == 0


# The ledger.


def test_a_ledger_that_was_rolled_back_is_not_trusted_and_nothing_is_sent(at: ConnectedHome, tmp_path: Path) -> None:
    gate, older = at.home.folders.gate, tmp_path / "older"
    assert at.send("one").code == 0
    at.home.stop()
    shutil.copytree(gate, older)
    assert at.send("two").code == 0
    at.home.stop()
    for name in _LEDGER_FILES:
        (gate / name).unlink(missing_ok=True)
        if (older / name).exists():
            shutil.copy(older / name, gate / name)
    mark = len(at.provider.received)
    refused = at.send("three", "--json")
    assert (refused.code, refused.told["error"]["code"]) == (1, "ledger_broken")
    assert "an older copy of the file was put back" in refused.told["error"]["sentence"]
    assert "aspen ledger set-aside" in refused.told["error"]["hint"]
    assert at.home.aspen("ledger", "verify").code == 1
    assert at.received_during(mark) == []
    # What the error names helps, and the old one is kept.
    set_aside = at.home.aspen("ledger", "set-aside", "--yes", "--json")
    assert (Path(set_aside.told["place"]) / "ledger.sqlite").exists()
    assert at.send("four").code == 0
    assert at.is_whole()
    assert "set aside" in at.entries("noted")[0]["reasons"][0]


def test_an_edited_entry_is_found_and_named(at: ConnectedHome) -> None:
    for words in ("one", "two"):
        assert at.send(words).code == 0
    at.home.stop()
    _edit(at.home.folders.gate / "ledger.sqlite")
    verified = at.home.aspen("ledger", "verify", "--json")
    assert (verified.code, verified.told["is_whole"]) == (1, False)
    assert verified.told["problems"][0]["sequence"] == 1


def _edit(ledger: Path) -> None:
    """Change a word of the first entry, as somebody with an editor for databases could."""
    with open_database(ledger) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE entries SET content = replace(content, 'acme', 'none') WHERE sequence = 1")
        connection.checkpoint()


def test_a_ledger_that_cannot_be_opened_lets_nothing_out(at: ConnectedHome, tmp_path: Path) -> None:
    assert at.send().code == 0
    at.home.stop()
    ledger = at.home.folders.gate / "ledger.sqlite"
    ledger.rename(tmp_path / "kept.sqlite")
    ledger.mkdir()
    mark = len(at.provider.received)
    refused = at.send("Hello", "--json")
    assert (refused.code, refused.told["error"]["code"]) == (1, "not_recorded")
    assert "nothing can be sent" in refused.told["error"]["sentence"]
    assert refused.told["error"]["hint"]
    assert at.received_during(mark) == []
    ledger.rmdir()
    (tmp_path / "kept.sqlite").rename(ledger)
    assert at.send().code == 0
    assert at.is_whole()
    assert len(at.entries("sent")) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_ledger_that_may_only_be_read_lets_nothing_out(at: ConnectedHome) -> None:
    assert at.send().code == 0
    at.home.stop()
    files = [path for name in _LEDGER_FILES if (path := at.home.folders.gate / name).exists()]
    assert files
    mark = len(at.provider.received)
    for path in files:
        path.chmod(0o400)
    refused = at.send("Hello", "--json")
    assert (refused.code, refused.told["error"]["code"]) == (1, "not_recorded")
    assert at.received_during(mark) == []
    for path in files:
        path.chmod(0o600)
    assert at.send().code == 0
    assert at.is_whole()


def test_a_ledger_that_may_not_grow_lets_nothing_out_and_stays_whole(at: ConnectedHome) -> None:
    """As on a full disk: every file may only become so large, and the words would not fit."""
    assert at.send("one").code == 0
    at.home.stop()
    before = (sys.executable, "-c", _LIMITED, str(50_000))
    long, mark = "word " * 15_000, len(at.provider.received)
    refused = at.home.aspen("ask", *MAY_LEAVE, "--json", piped=long, before=before)
    assert (refused.code, refused.told["error"]["code"]) == (1, "not_recorded"), refused.told
    assert refused.told["error"]["hint"]
    assert at.received_during(mark) == []
    # A question that fits is recorded and sent, still below the same bound.
    assert at.send("two").code == 0
    assert at.is_whole()
    at.home.stop()
    assert at.home.aspen("ask", *MAY_LEAVE, piped=long).code == 0
    assert at.is_whole()


# Ends of processes.


def _asking(at: ConnectedHome) -> tuple[threading.Thread, list[Any]]:
    outcomes: list[Any] = []
    thread = threading.Thread(target=lambda: outcomes.append(at.send("Tell me more")))
    thread.start()
    return thread, outcomes


@pytest.mark.parametrize("module", [GATE, CORE])
def test_a_process_killed_in_mid_stream_is_said_recorded_and_not_repeated(at: ConnectedHome, module: str) -> None:
    at.provider.answer = _SLOW
    asking, outcomes = _asking(at)
    assert becomes(lambda: len(at.provider.received) == 1, seconds=20.0)
    assert becomes(lambda: at.entries("sent") != [])
    os.kill(at.home.pids(module)[0], signal.SIGKILL)
    asking.join()
    (outcome,) = outcomes
    assert outcome.code == 1
    assert outcome.err.startswith("Error: ")
    assert len(outcome.err.splitlines()) >= 2
    at.provider.answer = FRIENDLY
    after = at.send("And now?")
    assert (after.code, after.out) == (0, "Five captions.\n"), after.err
    assert len(at.provider.received) == 2
    assert at.is_whole()
    sent, interrupted = at.entries()[:2]
    assert (sent["verdict"], interrupted["verdict"], interrupted["of_sequence"]) == ("sent", "interrupted", 1)


def test_a_gate_that_ended_says_where_to_look(at: ConnectedHome) -> None:
    at.provider.answer = _SLOW
    asking, outcomes = _asking(at)
    assert becomes(lambda: len(at.provider.received) == 1, seconds=20.0)
    os.kill(at.home.pids(GATE)[0], signal.SIGKILL)
    asking.join()
    assert outcomes[0].err == (
        "Error: The gate ended in mid-answer.\n"
        "What had left is in the ledger: aspen ledger list. It is not sent again by itself.\n"
    )


def test_airplane_mode_ends_what_is_under_way(shared: ConnectedHome, mark: int) -> None:
    shared.provider.answer, gone = _SLOW, len(shared.provider.closed_at)
    asking, outcomes = _asking(shared)
    assert becomes(lambda: len(shared.received_during(mark)) == 1, seconds=20.0)
    assert shared.home.aspen("airplane", "on").code == 0
    asking.join()
    assert outcomes[0].code == 4
    assert "airplane mode was turned on" in outcomes[0].err
    assert becomes(lambda: len(shared.provider.closed_at) > gone)
    assert shared.send().code == 4
    assert shared.home.aspen("airplane", "off").code == 0
    shared.provider.answer = FRIENDLY
    assert shared.send().code == 0


# Two windows.


def test_two_windows_approving_one_preview_one_wins_and_it_is_sent_once(shared: ConnectedHome, mark: int) -> None:
    assert shared.home.aspen("cloud", "list").code == 0
    outcomes: list[str] = []

    def approve(frame: dict[str, Any], start: threading.Barrier) -> None:
        start.wait()
        try:
            shared.person.approve(frame)
            outcomes.append("approved")
        except NotFound as error:
            outcomes.append(f"{error.facts['answered']}: {error.sentence}")

    with shared.home.session() as session:
        for frame in session.stream("ask", question("Hello", model=MODEL)):
            if frame.get("event") == "awaiting_approval":
                barrier = threading.Barrier(4)
                windows = [threading.Thread(target=approve, args=(frame, barrier)) for _ in range(4)]
                for window in windows:
                    window.start()
                for window in windows:
                    window.join()
    assert sorted(outcomes) == [
        "approved",
        *["approved: This was answered already, in another window: it was approved."] * 3,
    ]
    assert len(shared.received_during(mark)) == 1
    assert [entry["verdict"] for entry in shared.entries()[-2:]] == ["sent", "answered"]


def test_one_window_declines_and_another_approves_and_the_first_word_holds(shared: ConnectedHome, mark: int) -> None:
    late: list[str] = []
    with shared.home.session() as session, pytest.raises(Declined):
        for frame in session.stream("ask", question("Hello", model=MODEL)):
            if frame.get("event") == "awaiting_approval":
                shared.person.call("decline", nonce=frame["nonce"])
                with pytest.raises(NotFound) as caught:
                    shared.person.approve(frame)
                late.append(caught.value.sentence)
    assert late == ["This was answered already, in another window: it was declined."]
    assert shared.received_during(mark) == []


def test_whoever_goes_away_while_a_preview_waits_has_sent_nothing(shared: ConnectedHome, mark: int) -> None:
    with shared.home.session() as session:
        frames = session.stream("ask", question("Hello", model=MODEL))
        waiting = next(frame for frame in frames if frame.get("event") == "awaiting_approval")
    assert becomes(lambda: shared.person.call("pending")["pending"] == [])
    with pytest.raises(NotFound, match="went away"):
        shared.person.approve(waiting)
    assert shared.received_during(mark) == []


def test_two_commands_at_once_are_both_recorded(shared: ConnectedHome, mark: int) -> None:
    command = [*shared.home.python, "-P", "-m", "aspen", "ask", *MAY_LEAVE, "Hello"]
    clients = [subprocess.Popen(command, env=shared.home.environment, stdin=subprocess.DEVNULL) for _ in range(3)]
    assert [client.wait(60.0) for client in clients] == [0, 0, 0]
    assert len(shared.received_during(mark)) == 3
    ended = {entry["of_sequence"] for entry in shared.entries("answered")}
    assert {entry["sequence"] for entry in shared.entries("sent")[-3:]} <= ended
