"""`aspen prove` and `aspen prove --attack` as a person runs them, with a real model."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aspen.jail.attack_outward import outward_attempts
from aspen.jail.landlock import kernel_abi
from aspen.jail.system_calls import this_architecture
from fakes.processes import processes
from fakes.service_home import ServiceHome

LONGEST_SECONDS = 15.0
"""The promise is five on two idle cores; a test runner has less."""

if this_architecture() is None or kernel_abi() == 0:
    pytest.skip("this system cannot seal a process", allow_module_level=True)


@pytest.fixture(scope="module")
def proven(shared_home: ServiceHome) -> dict[str, Any]:
    assert shared_home.aspen("cloud", "add", "practice").code == 0
    began = time.monotonic()
    outcome = shared_home.aspen("prove", "--json")
    seconds = time.monotonic() - began
    print(f"aspen prove, with an engine to load: {seconds:.1f} s")
    assert seconds < LONGEST_SECONDS
    assert outcome.code == 0, outcome.out
    return outcome.told


def test_everything_holds_and_every_process_is_shown(proven: dict[str, Any]) -> None:
    assert (proven["schema"], proven["holds"], proven["failures"]) == (1, True, [])
    named = {process["name"]: process for process in proven["processes"]}
    assert {"launcher", "core", "engine", "gate"} <= named.keys()
    assert named["core"]["level"] == "L2"
    assert named["launcher"]["level"] is None
    for name in ("launcher", "core"):
        assert named[name]["sockets"]["internet"] == 0


def test_what_was_recorded_is_what_was_tried(proven: dict[str, Any]) -> None:
    canary = proven["canary"]
    assert canary["left"] == []
    assert canary["recorded"] == {
        "refused": canary["refused"],
        "blocked": canary["blocked"],
        "sent": [],
        "found_in": [],
    }
    assert canary["refused"] > 0
    assert proven["ledger"]["is_whole"] is True
    assert len(proven["cannot_see"]) >= 7


def test_people_read_the_same_and_it_leaves_airplane_mode_as_it_was(shared_home: ServiceHome) -> None:
    shared_home.aspen("airplane", "on")
    try:
        shown = shared_home.aspen("prove")
        assert shared_home.aspen("airplane", "--json").told["airplane"] is True
    finally:
        shared_home.aspen("airplane", "off")
    assert shown.code == 0, shown
    assert shown.out.startswith("Everything holds.")
    assert "Airplane mode is on" in shown.out
    assert "NOT REFUSED" not in shown.out


def test_a_ledger_that_somebody_edited_is_a_failure(starter_home: ServiceHome) -> None:
    assert starter_home.aspen("prove").code == 0
    starter_home.stop()
    (starter_home.folders.gate / "head").write_text('{"sequence": 1, "sha256": "00", "mac": "00"}', "ascii")
    broken = starter_home.aspen("prove", "--json")
    assert broken.code == 1
    assert broken.told["holds"] is False
    assert "ledger_broken" in {failure["code"] for failure in broken.told["failures"]}


MUTANTS = {
    "a core that may open sockets and connect": """
from aspen.jail import refused_calls
whole = refused_calls.core_is_sealed
def some(*arguments, **named):
    return tuple(each for each in whole(*arguments, **named) if each.call not in ("socket", "connect"))
refused_calls.core_is_sealed = some
""",
    "a gate and a routing that believe that everything may leave": """
from aspen.core.policy import Cleared
from aspen.egress.gate import floor
from aspen.privacy import judging
judging.judge = lambda facts, policy: Cleared(reasons=())
floor.stands_on_floor = lambda outbound, provider: True
""",
    "a gate that takes every clearance": """
from aspen.core import egress
egress.is_cleared = lambda envelope, key, claimed: True
""",
}
"""Each is imported by every process of a service before anything else, and breaks it in one place."""


FOUND_OUT_BY = {
    "a core that may open sockets and connect": ("not_sealed", "The core could: "),
    "a gate and a routing that believe that everything may leave": ("stays_here", "The gate has sent chat "),
    "a gate that takes every clearance": ("stays_here", "The gate takes a made-up clearance."),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_aspen_is_found_out(starter_home: ServiceHome, mutant: str) -> None:
    folder = starter_home.root / "mutant"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(MUTANTS[mutant], "utf-8")
    starter_home.environment["PYTHONPATH"] = f"{folder}:{starter_home.environment['PYTHONPATH']}"
    assert starter_home.aspen("cloud", "add", "practice").code == 0
    outcome = starter_home.aspen("prove", "--json")
    assert outcome.code == 1
    code, words = FOUND_OUT_BY[mutant]
    failures = [(each["code"], each["sentence"]) for each in outcome.told["failures"]]
    assert any(sentence.startswith(words) for found, sentence in failures if found == code), failures


@pytest.fixture(scope="module")
def attacked(shared_home: ServiceHome) -> dict[str, Any]:
    before = set(_attack_folders(shared_home))
    outcome = shared_home.aspen("prove", "--attack", "--json")
    assert outcome.code == 0, outcome
    assert set(_attack_folders(shared_home)) == before, "the throw-away home is thrown away"
    return outcome.told


def _attack_folders(home: ServiceHome) -> Iterator[Path]:
    return (home.root / "tmp").glob("aspen-attack-*")


def test_nothing_that_hostile_code_tries_succeeds(attacked: dict[str, Any]) -> None:
    assert (attacked["holds"], attacked["failures"]) == (True, [])
    assert [each["name"] for each in attacked["attacked"]] == ["core", "engine"]
    for each in attacked["attacked"]:
        assert len(each["attempts"]) > 100
        assert [tried for tried in each["attempts"] if not tried["blocked"] and not tried["why_open"]] == []
        assert {tried["name"] for tried in each["attempts"]} >= {tried.name for tried in outward_attempts(1)}


def test_what_the_core_may_do_is_what_the_page_says(attacked: dict[str, Any]) -> None:
    core, engine = attacked["attacked"]
    may = {tried["name"] for tried in core["attempts"] if not tried["blocked"] and tried["detail"] == "done"}
    assert may == {
        "read /etc/passwd",
        "list your home",
        "read the ledger",
        "read keys that lie in a file",
        "create a file in Aspen's folder data",
    }
    assert all(tried["blocked"] for tried in engine["attempts"])


def test_the_counter_rises_for_unsealed_code_and_stands_still_during_the_attack(attacked: dict[str, Any]) -> None:
    network = attacked["network"]
    if not network["is_counted"]:
        pytest.skip(f"no network of one's own here: {network['why_not']}")
    assert network["control_packets"] >= 10
    assert network["control_packets"] == sum(tried["packets"] for tried in attacked["control"])
    assert network["attack_packets"] == 0


def test_afterwards_the_preview_still_waits_and_nothing_was_sent(attacked: dict[str, Any]) -> None:
    assert attacked["afterwards"] == {"previews_waiting": 1, "sent": 0, "ledger_is_whole": True}


def test_the_person_s_own_service_is_not_the_one_that_is_attacked(
    shared_home: ServiceHome, attacked: dict[str, Any]
) -> None:
    running = {process.pid for process in shared_home.processes()}
    assert running
    assert running.isdisjoint(each["pid"] for each in attacked["attacked"])
    assert os.getpid() in {process.pid for process in processes()}


def test_without_a_model_there_is_nothing_to_attack(home: ServiceHome) -> None:
    refused = home.aspen("prove", "--attack", "--json")
    assert (refused.code, refused.told["error"]["code"]) == (3, "not_found")
