"""What is left behind: on the disk, in logs, in the list of processes, after crashes and at the highest verbosity."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from canaries import canary, found, places_with
from closed_home import CLAUDE, GPT, ClosedHome, files_below, printed, processes_of
from outside import Manner
from watching import Teach, Watch

from aspen.channel.address import connect
from aspen.channel.framing import from_frame, to_frame
from aspen.core.conversation import Turn
from aspen.core.errors import AspenError
from aspen.core.label import UNSET
from aspen.core.message import File, Message, Role, Text
from aspen.store.store import open_store
from aspen.store.turns import KeptTurn
from fakes.processes import becomes
from fakes.service_home import CORE, ENGINE, GATE, long_question

VERBOSE = {
    "PYTHONASYNCIODEBUG": "1",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONWARNINGS": "default",
    "HTTPX_LOG_LEVEL": "trace",
    "HTTPCORE_LOG_LEVEL": "trace",
    "HF_HUB_VERBOSITY": "debug",
    "LLAMA_LOG_VERBOSITY": "10",
    "LLAMA_ARG_LOG_VERBOSITY": "10",
    "GGML_LOG_LEVEL": "4",
    "DEBUG": "1",
    "ANTHROPIC_LOG": "debug",
    "OPENAI_LOG": "debug",
}

DEFECT = """
from aspen.privacy.detection import labelling
def broken(texts, *more):
    raise ValueError(f"cannot look through {texts}")
labelling.label_of = broken
"""
"""Imported by every process of a service before anything else: whatever is asked ends in an error that holds it."""


def begin_and(home: ClosedHome, module: str, number: int, token: str) -> None:
    """Begin a long answer about a canary, and send a process a signal in the middle of it."""
    with home.session() as session, pytest.raises(AspenError):
        for frame in session.stream("ask", long_question(f"List numbers for {token}.")):
            if frame.get("event") == "text":
                # More pieces may be on their way from one that has ended already.
                for pid in home.pids(module)[:1]:
                    os.kill(pid, number)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_case_25_a_crash_leaves_nothing_of_what_was_said(
    new_home: ClosedHome, watch: Watch, token: str, number: int
) -> None:
    new_home.environment |= VERBOSE

    assert new_home.aspen("models").code == 0
    begin_and(new_home, ENGINE, number, token)
    begin_and(new_home, CORE, number, token)
    assert becomes(lambda: new_home.pids(CORE) != [])
    assert watch.leaks(token, new_home) == []
    assert found(token, dict(files_below(new_home.root))) == []
    assert watch.nothing_left()


def test_case_25_a_defect_is_logged_without_its_values(new_home: ClosedHome, watch: Watch, token: str) -> None:
    folder = new_home.root / "defect"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(DEFECT, "utf-8")
    new_home.environment["PYTHONPATH"] = f"{folder}:{new_home.environment['PYTHONPATH']}"
    assert new_home.aspen("models").code == 0
    failed = new_home.ask_here(token)
    assert failed.error is not None
    assert "ValueError" in new_home.log
    assert "in broken" in new_home.log
    assert token not in failed.error.sentence
    assert watch.leaks(token, new_home) == []


def test_case_25_what_cannot_be_understood_is_in_no_file(home: ClosedHome, watch: Watch, token: str) -> None:
    nonsense: list[dict[str, object]] = [
        {"messages": [{"role": "user", "content": {"text": token}}]},
        {"messages": [{"role": token, "content": token}]},
        {"messages": token, "options": {token: token}},
        {"messages": [{"role": "user", "content": token}], "schema": {"$ref": f"#/{token}", "type": token}},
        {"messages": [{"role": "user", "content": token}], "files": [f"/{token}\x00"]},
        {"messages": [{"role": "user", "content": token}], "model": CLAUDE, "conversation": token},
    ]
    for arguments in nonsense:
        with pytest.raises(AspenError):
            home.call("ask", **arguments)
    with connect(home.socket, 5.0) as connection:
        connection.sendall(to_frame({"verb": token, "arguments": {}}) + b"\xff" * 10)
        with connection.makefile("rb") as answers:
            assert [list(from_frame(line)) for line in answers][-1] == ["error"]
    assert watch.leaks(token, home) == []


def test_case_26_no_log_holds_a_word_or_a_key_at_the_highest_verbosity(
    new_home: ClosedHome, watch: Watch, manners: Teach, token: str
) -> None:
    new_home.environment |= VERBOSE
    new_home.connect("anthropic", "openai")
    sent, answered = canary(), canary()
    manners("api.openai.com", Manner(text=answered))
    assert new_home.ask(sent, model=GPT).text == answered
    manners("api.openai.com", Manner(fault="broken"))
    assert new_home.ask(sent, model=GPT).error is not None
    new_home.ask_here(token)
    told = new_home.aspen("ask", "--model", CLAUDE, "--label", "stays-here", "--verbose", "--why", token)
    assert told.code == 4
    kept = {place: text for place, text in files_below(new_home.folders.state) if place.endswith(".log")}
    assert kept != {}
    for word in (token, sent, answered, new_home.world.key):
        assert found(word, kept) == []
    assert watch.leaks(token, new_home, printed(told)) == []


def test_case_39_the_files_of_an_encrypted_store_hold_no_word(tmp_path: Path, token: str) -> None:
    with open_store(tmp_path / "store.sqlite", bytes(range(32))) as store:
        store.conversations.create(f"About {token}", conversation_id="c")
        message = Message(
            role=Role.USER, parts=(Text(text=token), File(name=f"{token}.txt", text=token * 9)), label=UNSET
        )
        moment = store.conversations.card("c").created_at
        turn = Turn(turn_id="t", parent_id=None, message=message, decision_id=None, created_at=moment)
        store.turns.save("c", KeptTurn(turn=turn, decision=None, is_complete=True))
        assert found(token, dict(files_below(tmp_path))) == []
    assert {place for place, _ in files_below(tmp_path)} >= {"store.sqlite"}
    assert found(token, dict(files_below(tmp_path))) == []
    with open_store(tmp_path / "store.sqlite", bytes(range(32))) as store:
        assert token in store.turns.path("c", "t")[0].turn.message.text


def test_case_39_the_bytes_that_the_ledger_keeps_cannot_be_read_in_its_file(
    new_home: ClosedHome, watch: Watch, token: str
) -> None:
    new_home.connect("openai")
    assert new_home.ask(token, model=GPT).error is None
    entry = new_home.ledger("sent")[-1]
    assert entry["is_kept"]
    assert found(token, dict(files_below(new_home.folders.gate))) == []
    assert len(watch.asked) == 1


def test_case_41_nothing_said_is_on_the_disk_after_everything_was_killed(
    new_home: ClosedHome, watch: Watch, token: str
) -> None:
    new_home.connect("openai")
    assert new_home.ask_here(f"Remember {token}.", files=[str(_kept(new_home, token))]).error is None
    with new_home.session() as session:
        for frame in session.stream("ask", long_question(f"List numbers for {token}.")):
            if frame.get("event") == "text":
                break
        for process in new_home.processes():
            os.kill(process.pid, signal.SIGKILL)
    assert becomes(lambda: new_home.processes() == [])
    left = {place: text for place, text in files_below(new_home.root) if not place.startswith("home/papers/")}
    shared = dict(files_below(Path("/dev/shm")))
    assert found(token, {**left, **shared}) == []
    assert watch.nothing_left()


def test_case_41_no_process_may_leave_a_core_dump(home: ClosedHome) -> None:
    home.ask_here("Be there.")
    for module in (CORE, ENGINE, GATE):
        (pid, *_) = home.pids(module)
        limits = Path(f"/proc/{pid}/limits").read_text("ascii").splitlines()
        (line,) = [line for line in limits if line.startswith("Max core file size")]
        assert line.split()[4:6] == ["0", "0"], module


def test_case_44_a_key_is_where_it_is_kept_and_nowhere_else(home: ClosedHome, watch: Watch) -> None:
    home.ask_here("Be there.")
    assert home.ask("Hello", model=GPT).error is None
    key = home.world.key.removeprefix("sk-test-")
    with_key = places_with(key, dict(files_below(home.root)))
    assert {place.rpartition("/")[0] for place in with_key} == {"aspen/state/gate/vault"}
    assert found(key, processes_of(home)) == []
    assert {asked.host for asked in watch.asked} == {"api.openai.com"}


def test_case_44_neither_core_nor_engine_reaches_into_another_process(home: ClosedHome) -> None:
    home.ask_here("Be there.")
    core = home.call("doctor")["core_seal"]
    probes = {probe["name"]: probe["blocked"] for probe in core["probes"]}
    attacks = {name for name in probes if "parent" in name} | {"Unix path connect", "become dumpable"}
    assert len(attacks) >= 7
    assert {name for name in attacks if not probes[name]} == set()
    (engine,) = [each for each in home.call("ps")["engines"] if each["jail"]]
    assert engine["jail"]["missing"] == []


def _kept(home: ClosedHome, token: str) -> Path:
    return home.file("cases/notes.txt", token)
