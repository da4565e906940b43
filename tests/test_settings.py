"""Settings: environment before file before defaults, and nothing that is silently not obeyed."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from aspen.core.errors import BadSetting
from aspen.core.isolation import JailLevel
from aspen.settings import CHOOSABLE, Folders, SaidBy, Settings, read_folders, read_settings, read_told_settings


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = read_folders({"ASPEN_HOME": str(tmp_path)})
    folders.config.mkdir()
    folders.data.mkdir()
    return folders


def _write(folders: Folders, text: str) -> None:
    (folders.config / "settings.toml").write_text(text, "utf-8")


def test_aspen_home_puts_everything_under_one_folder(tmp_path: Path) -> None:
    folders = read_folders({"ASPEN_HOME": str(tmp_path)})
    named = [folders.data, folders.config, folders.state, folders.cache, folders.shelf, folders.assistants]
    assert all(
        tmp_path in folder.parents for folder in [*named, folders.store, folders.gate, folders.rules, folders.log]
    )
    assert len(set(named)) == len(named)


def test_a_relative_aspen_home_is_made_absolute() -> None:
    assert read_folders({"ASPEN_HOME": "here"}).data == Path.cwd() / "here" / "data"
    assert read_folders({"ASPEN_HOME": "~/there"}).data == Path.home() / "there" / "data"


@pytest.mark.parametrize("environment", [{}, {"ASPEN_HOME": ""}], ids=["unset", "empty"])
def test_without_aspen_home_the_platform_s_folders_are_used(environment: dict[str, str]) -> None:
    folders = read_folders(environment)
    assert all(folder.name == "aspen" and folder.is_absolute() for folder in (folders.data, folders.config))


def test_without_a_file_the_defaults_stand(folders: Folders) -> None:
    assert read_settings(folders, {}) == Settings()


def test_the_file_is_read_and_the_environment_goes_before_it(folders: Folders) -> None:
    _write(folders, 'idle_exit_seconds = 30\ndefault_model = "qwen"\nengine_slots = 2\nleast_jail_level = "l2"\n')
    environment = {"ASPEN_IDLE_EXIT_SECONDS": "5", "ASPEN_GPU_LAYERS": "0", "OTHER": "1"}
    assert read_settings(folders, environment) == Settings(
        idle_exit_seconds=5.0,
        default_model="qwen",
        engine_slots=2,
        least_jail_level=JailLevel.L2,
        gpu_layers=0,
    )


def test_every_setting_can_be_given_in_the_environment(folders: Folders) -> None:
    values = {"least_jail_level": "L1", "default_model": "m"}
    given = {f"ASPEN_{field.name.upper()}": values.get(field.name, "7") for field in fields(Settings)}
    read = read_settings(folders, given)
    assert [field.name for field in fields(Settings) if getattr(read, field.name) == field.default] == []


@pytest.mark.parametrize(
    "line",
    [
        "idle_exit_seconds = 0",
        "idle_exit_seconds = -1",
        "idle_exit_seconds = inf",
        "idle_exit_seconds = nan",
        "idle_exit_seconds = true",
        "idle_exit_seconds = 'soon'",
        "engine_idle_unload_seconds = [1]",
        "engine_slots = 0",
        "engine_slots = 1.5",
        "engine_slots = false",
        "engine_threads = 0",
        "context_tokens = -1",
        "gpu_layers = -1",
        "least_jail_level = 'L9'",
        "least_jail_level = 3",
        "default_model = ''",
        "default_model = ' '",
        "default_model = 7",
        "cloud_model = ''",
        "cloud_model = ['m']",
        "own_words = 7",
        "own_words = [1]",
        "own_words = {a = 1}",
        "own_patterns = [['a']]",
    ],
)
def test_a_value_that_cannot_be_used_is_named(folders: Folders, line: str) -> None:
    _write(folders, line)
    with pytest.raises(BadSetting) as caught:
        read_settings(folders, {})
    assert line.split()[0] in caught.value.sentence


def test_words_of_one_s_own_are_a_list_or_in_the_environment_text_with_commas(folders: Folders) -> None:
    _write(folders, 'own_words = ["Bluebird", " Jane Roe ", ""]\nown_patterns = ["X-\\\\d{4}"]\n')
    read = read_settings(folders, {})
    assert (read.own_words, read.own_patterns) == (("Bluebird", "Jane Roe"), (r"X-\d{4}",))
    assert read_settings(folders, {"ASPEN_OWN_WORDS": "Bluebird, Jane Roe,"}).own_words == ("Bluebird", "Jane Roe")
    assert read_settings(folders, {"ASPEN_OWN_WORDS": ""}).own_words == ()


def test_a_value_of_the_environment_that_cannot_be_used_is_named(folders: Folders) -> None:
    with pytest.raises(BadSetting, match="engine_slots"):
        read_settings(folders, {"ASPEN_ENGINE_SLOTS": "many"})


def test_an_unknown_key_is_answered_with_the_known_ones(folders: Folders) -> None:
    _write(folders, "idle_exit_second = 3")
    with pytest.raises(BadSetting) as caught:
        read_settings(folders, {})
    assert "idle_exit_second" in caught.value.sentence
    assert "idle_exit_seconds" in caught.value.hint


@pytest.mark.parametrize("content", [b"idle_exit_seconds = ", b"\xff\xfe", b"[[[", b"a = 1\na = 2"], ids=repr)
def test_a_file_that_is_not_toml_is_named_with_the_reason(folders: Folders, content: bytes) -> None:
    (folders.config / "settings.toml").write_bytes(content)
    with pytest.raises(BadSetting) as caught:
        read_settings(folders, {})
    assert str(folders.config / "settings.toml") in caught.value.sentence
    assert caught.value.hint


def test_a_folder_in_the_file_s_place_is_named(folders: Folders) -> None:
    (folders.config / "settings.toml").mkdir()
    with pytest.raises(BadSetting, match="cannot be read"):
        read_settings(folders, {})


def test_what_was_chosen_goes_before_defaults_and_after_the_file_and_the_environment(folders: Folders) -> None:
    chosen = {"idle_exit_seconds": 7, "engine_idle_unload_seconds": 8, "context_tokens": 9}
    folders.chosen_settings.write_text(json.dumps(chosen), "utf-8")
    _write(folders, "engine_idle_unload_seconds = 80")
    told = read_told_settings(folders, {"ASPEN_CONTEXT_TOKENS": "90"})
    read = told.settings
    assert (read.idle_exit_seconds, read.engine_idle_unload_seconds, read.context_tokens) == (7, 80, 90)
    names = ("idle_exit_seconds", "engine_idle_unload_seconds", "context_tokens", "default_model")
    assert [told.said_by[name] for name in names] == [
        SaidBy.WORKSPACE,
        SaidBy.FILE,
        SaidBy.ENVIRONMENT,
        SaidBy.DEFAULT,
    ]


def test_no_wall_can_be_chosen_lower(folders: Folders) -> None:
    assert not {"least_jail_level", "own_words", "own_patterns", "cloud_model"} & set(CHOOSABLE)
    folders.chosen_settings.write_text('{"least_jail_level": "L0"}', "utf-8")
    with pytest.raises(BadSetting, match="least_jail_level"):
        read_settings(folders, {})


@pytest.mark.parametrize("content", ["{", "[1]", '{"idle_exit_seconds": -1}'])
def test_a_list_of_choices_that_is_damaged_is_said(folders: Folders, content: str) -> None:
    folders.chosen_settings.write_text(content, "utf-8")
    with pytest.raises(BadSetting):
        read_settings(folders, {})
