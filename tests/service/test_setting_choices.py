"""Settings say who said them; what is chosen holds at once and after a restart; what a person wrote goes before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from aspen.core.errors import BadSetting, Misused, NotFound
from fakes.service_home import ServiceHome


def _changed(home: ServiceHome, name: str, value: object) -> object:
    return home.call("change_setting", name=name, value=value)["values"][name]


def test_a_choice_holds_at_once_and_after_a_restart_and_is_taken_back(home: ServiceHome) -> None:
    home.run("ps")
    before = home.call("settings")
    assert (before["values"]["idle_exit_seconds"], before["said_by"]["idle_exit_seconds"]) == (600, "default")
    assert _changed(home, "idle_exit_seconds", 1200) == 1200
    home.stop()
    home.run("ps")
    after = home.call("settings")
    assert (after["values"]["idle_exit_seconds"], after["said_by"]["idle_exit_seconds"]) == (1200, "workspace")
    assert _changed(home, "idle_exit_seconds", None) == 600


def test_the_gate_which_sees_nothing_of_the_data_folder_starts_after_a_choice_too(home: ServiceHome) -> None:
    home.run("ps")
    _changed(home, "context_tokens", 2048)
    assert home.aspen("airplane").err == "Airplane mode is off.\n"


def test_two_choices_at_once_both_hold(home: ServiceHome) -> None:
    home.run("ps")
    chosen = {"idle_exit_seconds": 1200, "engine_idle_unload_seconds": 1300, "context_tokens": 2048}
    with ThreadPoolExecutor() as pool:
        list(pool.map(partial(_changed, home), chosen.keys(), chosen.values()))
    values = home.call("settings")["values"]
    assert {name: values[name] for name in chosen} == chosen


def test_an_idle_time_that_is_chosen_holds_for_what_runs(tmp_path: Path, starter_model: Path) -> None:
    with ServiceHome(tmp_path) as home:
        home.put_on_shelf(starter_model)
        home.run("setup")
        _changed(home, "engine_idle_unload_seconds", 5000)
        (engine,) = home.call("ps")["engines"]
        assert engine["unloads_in_seconds"] > 4000


def test_what_a_person_wrote_goes_before_and_cannot_be_chosen_otherwise(tmp_path: Path) -> None:
    with ServiceHome(tmp_path, context_tokens=2048) as home:
        home.folders.config.mkdir(parents=True)
        home.folders.settings.write_text("idle_exit_seconds = 900\n", "utf-8")
        home.run("ps")
        for name in ("idle_exit_seconds", "context_tokens"):
            with pytest.raises(Misused, match=name):
                home.call("change_setting", name=name, value=7)
        told = home.call("settings")
    assert (told["values"]["idle_exit_seconds"], told["values"]["context_tokens"]) == (900, 2048)
    assert (told["said_by"]["idle_exit_seconds"], told["said_by"]["context_tokens"]) == ("file", "environment")
    assert not {"idle_exit_seconds", "context_tokens"} & set(told["choosable"])


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("least_jail_level", "L0", Misused),
        ("nonsuch", 1, Misused),
        ("idle_exit_seconds", -1, BadSetting),
        ("context_tokens", "many", BadSetting),
        ("default_model", "nonsuch", NotFound),
    ],
)
def test_what_cannot_be_chosen_changes_nothing(
    shared_home: ServiceHome, name: str, value: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        shared_home.call("change_setting", name=name, value=value)
    assert not shared_home.folders.chosen_settings.exists()
