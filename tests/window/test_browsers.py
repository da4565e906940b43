"""Which browser is taken, what it is told, and a folder of its own that nobody else can enter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aspen.window.browsers import Browser, find_browser, kept_in_memory, prepare_profile

_LINK = "http://aspen.localhost/start#key"


def _browser(folder: Path, name: str) -> Path:
    program = folder / name
    program.write_text("#!/bin/sh\n", "ascii")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("name", ["chromium", "google-chrome", "microsoft-edge", "brave-browser"])
def test_any_browser_of_the_family_is_found_by_its_name(tmp_path: Path, name: str) -> None:
    program = _browser(tmp_path, name)
    assert find_browser(str(tmp_path)) == Browser(name=name, program=program)


def test_chromium_is_taken_before_the_others(tmp_path: Path) -> None:
    _browser(tmp_path, "brave")
    chromium = _browser(tmp_path, "chromium")
    found = find_browser(str(tmp_path))
    assert found is not None
    assert found.program == chromium


def test_only_root_gives_up_the_browsers_own_sandbox(tmp_path: Path) -> None:
    browser = Browser(name="chromium", program=Path("/usr/bin/chromium"))
    assert "--no-sandbox" not in browser.command(_LINK, tmp_path, is_root=False)
    assert "--no-sandbox" in browser.command(_LINK, tmp_path, is_root=True)


def test_the_browser_gets_a_folder_of_its_own_and_the_link_as_an_app(tmp_path: Path) -> None:
    command = Browser(name="chromium", program=Path("/usr/bin/chromium")).command(_LINK, tmp_path, is_root=False)
    assert command[0] == "/usr/bin/chromium"
    assert {f"--app={_LINK}", f"--user-data-dir={tmp_path}", "--disable-extensions", "--disable-sync"} <= set(command)


def test_nobody_else_can_enter_the_profile_and_what_a_person_changed_in_it_stays(tmp_path: Path) -> None:
    profile = tmp_path / "window"
    prepare_profile(profile)
    preferences = profile / "Default" / "Preferences"
    assert profile.stat().st_mode & 0o777 == 0o700
    assert json.loads(preferences.read_text("utf-8"))["translate"] == {"enabled": False}
    preferences.write_text("{}", "utf-8")
    prepare_profile(profile)
    assert preferences.read_text("utf-8") == "{}"
    assert all(folder.is_dir() for folder in kept_in_memory(profile))
