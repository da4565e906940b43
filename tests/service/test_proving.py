"""`prove`, the core's part, in a real service: every attempt made anew, and canaries that do not get out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aspen.core.errors import Misused
from aspen.core.request import Purpose
from aspen.jail.probes import ENGINE_PROBES, READ_MODEL
from aspen.jail.seal import SEAL_PROBES
from aspen.service.canaries import CANARY_MODEL
from fakes.gate_process import Person
from fakes.service_home import ENGINE, ServiceHome

CANARY = "a canary of this test, and of no other"
LABELS = 3
FORGERIES_IN_THE_LEDGER = len(Purpose) + 3


@pytest.fixture(scope="module")
def home(shared_home: ServiceHome) -> Iterator[ServiceHome]:
    Person(shared_home.runtime).call("connect", name="practice")
    yield shared_home


@pytest.fixture(scope="module")
def proven(home: ServiceHome) -> dict[str, Any]:
    return home.call("prove", canary=CANARY)


def test_the_core_tries_everything_again_and_nothing_is_open(proven: dict[str, Any]) -> None:
    core = proven["core"]
    assert {probe["name"] for probe in core["probes"]} >= SEAL_PROBES
    assert [probe["name"] for probe in core["probes"] if not probe["blocked"]] == []
    assert core["sockets"]["internet"] == core["sockets"]["other"] == 0
    assert core["sockets"]["unix"] > 0


def test_an_engine_is_loaded_for_it_and_tries_everything_too(home: ServiceHome, proven: dict[str, Any]) -> None:
    (engine,) = proven["engines"]
    assert [engine["pid"]] == home.pids(ENGINE)
    assert {probe["name"] for probe in engine["probes"]} >= ENGINE_PROBES
    assert [probe["name"] for probe in engine["probes"] if not probe["blocked"]] == [READ_MODEL]
    assert proven["trial"] is None


def test_every_probe_says_what_it_is_about(proven: dict[str, Any]) -> None:
    probes = [*proven["core"]["probes"], *proven["engines"][0]["probes"]]
    assert {probe["group"] for probe in probes} == {"network", "processes", "files", "walls"}
    assert {probe["name"] for probe in probes if probe["must_be_open"]} == {READ_MODEL}


def test_no_canary_leaves_by_any_purpose_label_or_provider(proven: dict[str, Any]) -> None:
    tried = proven["canary"]
    assert tried["left"] == []
    assert tried["purposes"] == list(Purpose)
    assert tried["providers"] == ["practice"]
    assert tried["routings"] >= len(Purpose) * LABELS * 4
    assert tried["sends"] == len(Purpose) * LABELS * 2
    assert tried["refused"] == len(Purpose) * LABELS + 1  # and once before a clearance is used again
    assert tried["blocked"] == FORGERIES_IN_THE_LEDGER


def test_the_ledger_has_each_try_and_none_of_the_words(home: ServiceHome, proven: dict[str, Any]) -> None:
    entries = Person(home.runtime).call("ledger_list", limit=1000)["entries"]
    own = [entry for entry in entries if entry["model"] == CANARY_MODEL]
    verdicts = [entry["verdict"] for entry in own]
    assert verdicts.count("refused") == proven["canary"]["refused"]
    assert verdicts.count("blocked") == proven["canary"]["blocked"]
    assert set(verdicts) == {"refused", "blocked"}
    assert CANARY not in str(entries)
    assert not any(entry["is_kept"] for entry in own)


def test_under_airplane_mode_words_that_may_leave_are_refused_as_well(home: ServiceHome) -> None:
    person = Person(home.runtime)
    person.call("airplane", on=True)
    try:
        tried = home.call("prove", canary=CANARY)["canary"]
        assert person.call("airplane")["airplane"] is True
    finally:
        person.call("airplane", on=False)
    assert tried["is_airplane_mode"] is True
    assert tried["left"] == []
    assert tried["refused"] == len(Purpose) * LABELS + 2


def test_canaries_must_be_long_enough_to_be_found(home: ServiceHome) -> None:
    with pytest.raises(Misused):
        home.call("prove", canary="short")


def test_without_a_model_a_child_that_holds_nothing_is_jailed_instead(tmp_path_factory: pytest.TempPathFactory) -> None:
    with ServiceHome(tmp_path_factory.mktemp("empty")) as empty:
        empty.run("models")
        proven = empty.call("prove", canary=CANARY)
    assert proven["engines"] == []
    names = {probe["name"] for probe in proven["trial"]["probes"] if probe["blocked"]}
    assert names >= ENGINE_PROBES
    assert proven["canary"]["left"] == []
