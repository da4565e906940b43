"""What counts as a failure: each thing that could be wrong makes the whole of `aspen prove` fail, and is named."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from aspen.channel.process_state import ProcessState, Sockets, own_filters
from aspen.cli.proving.attack_page import page as attack_page
from aspen.cli.proving.ledger_search import Recorded
from aspen.cli.proving.looking import Seen, outcome_of
from aspen.cli.proving.printing import page
from aspen.window.state import Member, WindowState

LAUNCHER, CORE, ENGINE = 11, 12, 13
WALLS: dict[str, Any] = {
    "confinement": {"landlock_abi": 6, "landlock_error": 0, "sentence": "Kept from your files"},
    "probes": [{"name": "read /home", "blocked": True, "detail": "EACCES"}],
}


def state(pid: int, module: str, *, filters: int = 0, sealed: bool = True) -> ProcessState:
    return ProcessState(
        pid=pid,
        parent_pid=LAUNCHER if pid != LAUNCHER else 1,
        module=module,
        threads=2,
        seccomp_filters=own_filters() + filters,
        has_no_new_privileges=sealed,
        capabilities="0",
        is_hidden=sealed or None,
        has_own_network=False,
        sockets=Sockets(unix=3),
    )


def probe(name: str, *, blocked: bool = True) -> dict[str, object]:
    return {"name": name, "blocked": blocked, "detail": "EPERM", "group": "network", "must_be_open": False}


def seen() -> Seen:
    """Everything as it should be."""
    report = {"level": "L2", "sentence": "Sealed", "missing": [], "probes": [probe("TCP connect v4")]}
    read = {**probe("read model", blocked=False), "detail": "done", "must_be_open": True}
    return Seen(
        told={
            "core": {"pid": CORE, **report, "sockets": {"unix": 3, "internet": 0}},
            "engines": [{"pid": ENGINE, "name": "starter", **report, "level": "L3", "probes": [read, probe("fork")]}],
            "trial": None,
            "canary": {"left": [], "refused": 13, "blocked": 7, "purposes": ["chat"], "providers": ["practice"]},
            "problems": [],
        },
        walls=WALLS,
        ledger={"is_whole": True, "problems": [], "entries_checked": 20, "head": {"sequence": 20, "sha256": "ab"}},
        recorded=Recorded(refused=13, blocked=7, sent=(), found_in=()),
        family=(
            state(LAUNCHER, "aspen.launcher", sealed=False),
            state(CORE, "aspen.service", filters=1),
            state(ENGINE, "aspen.local.engine_child", filters=2),
        ),
        seconds=1.0,
    )


def window(*gaps: str) -> WindowState:
    members = (Member(pid=21, name="chromium", network=7, interfaces=("lo",)),)
    forwarder = state(22, "aspen.window.forwarder", filters=1)
    return WindowState(
        browser="chromium", own_network=1, members=members, forwarder=forwarder, hidden=("/a",), gaps=gaps
    )


def failures(changed: Seen) -> list[tuple[str, str]]:
    outcome: dict[str, Any] = outcome_of(changed)
    assert outcome["holds"] is (outcome["failures"] == [])
    return [(failure["code"], failure["sentence"]) for failure in outcome["failures"]]


def with_process(pid: int, **changes: Any) -> Seen:
    family = [replace(each, **changes) if each.pid == pid else each for each in seen().family]
    return replace(seen(), family=tuple(family))


def told(name: str) -> dict[str, Any]:
    """One object of what the core tells."""
    found: Any = seen().told[name]
    return found


def with_told(**changes: Any) -> Seen:
    return replace(seen(), told={**seen().told, **changes})


def test_everything_holds_when_nothing_is_wrong() -> None:
    assert failures(seen()) == []
    shown = page(outcome_of(seen()))
    assert shown.startswith("Everything holds. (1.0 s)")
    assert "core, process 12 · L2 Sealed" in shown
    assert "open, as it must be: read model" in shown
    assert "What this cannot see" in shown


def test_a_thread_without_its_filters_is_a_failure() -> None:
    for pid, filters, words in ((CORE, 0, "0 of 1"), (ENGINE, 1, "1 of 2")):
        ((code, sentence),) = failures(with_process(pid, seccomp_filters=own_filters() + filters))
        assert code == "not_sealed"
        assert words in sentence


def test_privileges_capabilities_and_windows_into_a_sealed_process_are_failures() -> None:
    for changes, words in (
        ({"has_no_new_privileges": False}, "new privileges"),
        ({"capabilities": "400"}, "capabilities (400)"),
        ({"is_hidden": False}, "can look into it"),
    ):
        ((_, sentence),) = failures(with_process(CORE, **changes))
        assert words in sentence


def test_an_internet_socket_is_a_failure_even_for_the_launcher() -> None:
    for pid in (LAUNCHER, CORE, ENGINE):
        ((code, sentence),) = failures(with_process(pid, sockets=Sockets(unix=1, internet=1)))
        assert code == "not_sealed"
        assert "1 internet socket" in sentence


def test_a_program_that_aspen_does_not_start_is_a_failure() -> None:
    stranger = state(99, "nc", sealed=False)
    ((_, sentence),) = failures(replace(seen(), family=(*seen().family, stranger)))
    assert sentence == "Process 99 is a program that Aspen does not start: nc."


def test_what_a_download_starts_is_no_stranger() -> None:
    fetcher = replace(state(20, "aspen.egress.fetcher", sealed=False), sockets=Sockets(internet=2))
    pip = replace(state(21, "pip", sealed=False), parent_pid=20, sockets=Sockets(internet=1))
    assert failures(replace(seen(), family=(*seen().family, fetcher, pip))) == []


def test_a_probe_that_is_not_refused_is_named() -> None:
    core = {**told("core"), "probes": [probe("TCP connect v4", blocked=False)]}
    ((code, sentence),) = failures(with_told(core=core))
    assert (code, sentence) == ("not_sealed", "The core could: TCP connect v4 (EPERM).")
    shown = page(outcome_of(with_told(core=core)))
    assert shown.startswith("1 thing does not hold: (1.0 s)\n! The core could: TCP connect v4")
    assert "NOT REFUSED: TCP connect v4" in shown


def test_a_low_level_is_a_failure() -> None:
    core = {**told("core"), "level": "L1", "missing": ["files are not walled off"]}
    ((_, sentence),) = failures(with_told(core=core))
    assert sentence == "The core is at level L1: files are not walled off."


def test_a_gate_that_is_not_kept_from_files_is_a_failure() -> None:
    walls = {**WALLS, "confinement": {"landlock_abi": 0, "landlock_error": 38, "sentence": "Not kept from your files"}}
    ((_, sentence),) = failures(replace(seen(), walls=walls))
    assert sentence == "The gate: Not kept from your files."


def test_a_canary_that_got_anywhere_is_a_failure() -> None:
    left = {**told("canary"), "left": ["The gate has sent chat unset for practice."]}
    assert failures(with_told(canary=left)) == [("stays_here", "The gate has sent chat unset for practice.")]
    for recorded, words in (
        (Recorded(refused=13, blocked=7, sent=(4,), found_in=()), "Entry 4 of the ledger says that a canary was sent."),
        (Recorded(refused=13, blocked=7, sent=(), found_in=(5,)), "A canary stands in entry 5 of the ledger."),
        (Recorded(refused=12, blocked=7, sent=(), found_in=()), "13 canaries were refused, and the ledger has 12."),
        (Recorded(refused=13, blocked=0, sent=(), found_in=()), "7 canaries were blocked, and the ledger has 0."),
    ):
        assert failures(replace(seen(), recorded=recorded)) == [("stays_here", words)]


def test_a_ledger_that_was_edited_is_a_failure() -> None:
    ledger = {"is_whole": False, "problems": [{"sequence": 3, "sentence": "Entry 3 was edited."}]}
    assert failures(replace(seen(), ledger=ledger)) == [("ledger_broken", "The ledger: Entry 3 was edited.")]


def test_an_engine_that_cannot_be_loaded_is_a_failure() -> None:
    problems = [{"code": "model_too_large", "sentence": "It needs 9 GB."}]
    assert failures(with_told(problems=problems, engines=[])) == [
        ("not_sealed", "No engine could be tried: It needs 9 GB.")
    ]


def test_no_launcher_is_no_proof() -> None:
    sentences = [sentence for _, sentence in failures(replace(seen(), family=()))]
    assert sentences == ["The launcher is not there to be looked at."]


def test_root_is_told_that_it_may_look_into_everything() -> None:
    blind: Any = outcome_of(seen())["cannot_see"]
    assert any("administrator: what you run" in sentence for sentence in blind) is (os.geteuid() == 0)


def test_keys_in_a_file_and_an_open_store_are_said() -> None:
    changed = replace(
        with_told(store_is_encrypted=False),
        ledger={**seen().ledger, "key_place": "a file only you can read (~/secrets.json)"},
    )
    blind: Any = outcome_of(changed)["cannot_see"]
    assert any("not encrypted on the disk" in sentence for sentence in blind)
    assert any("lie in a file of yours" in sentence for sentence in blind)


def test_the_page_of_an_attack_has_a_line_for_each_attempt() -> None:
    outcome = {
        "holds": False,
        "failures": [{"code": "not_sealed", "sentence": "The core could: fork (done)."}],
        "seconds": 6.0,
        "network": {"is_counted": True, "way_out": "wayout", "control_packets": 21, "attack_packets": 0},
        "control": [{"name": "UDP to 192.0.2.1:443", "blocked": False, "detail": "done", "packets": 1}],
        "attacked": [
            {
                "name": "core",
                "pid": CORE,
                "attempts": [
                    {"group": "Ways out", "name": "UDP to 192.0.2.1:443", "blocked": True, "detail": "EPERM"},
                    {"group": "New processes", "name": "fork", "blocked": False, "detail": "done"},
                ],
            }
        ],
        "afterwards": {"previews_waiting": 1, "sent": 0, "ledger_is_whole": True},
    }
    lines = attack_page(outcome).splitlines()
    assert lines[:2] == ["1 thing does not hold: (6.0 s)", "! The core could: fork (done)."]
    assert lines[-1] == "Packets counted: control 21, during the attack 0."
    assert any("UDP to 192.0.2.1:443" in line and line.endswith("refused: EPERM") for line in lines)
    assert any("fork" in line and line.endswith("open (done)") for line in lines)
    uncounted = {**outcome, "network": {"is_counted": False, "why_not": "EPERM"}, "control": []}
    assert "No packets were counted" in attack_page(uncounted)


def test_a_window_that_is_open_is_part_of_it_and_its_gaps_are_failures() -> None:
    whole = replace(seen(), window=window())
    assert failures(whole) == []
    assert "chromium, 1 process in a network with lo." in page(outcome_of(whole))
    told = failures(replace(seen(), window=window("the forwarder is not there")))
    assert told == [("not_sealed", "The window: the forwarder is not there.")]


def test_without_a_window_nothing_is_said_of_one() -> None:
    assert outcome_of(seen())["window"] is None
    assert "window" not in page(outcome_of(seen()))
