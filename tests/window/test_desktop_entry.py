"""The desktop's entry: what it starts, what it escapes, and that it goes as it came."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from aspen.core.errors import Misused, NotWritable
from aspen.window.desktop_entry import entry_paths, entry_text, install_entry, remove_entry

PLAIN = Path("/opt/aspen/bin/aspen")
needs_the_page = pytest.mark.skipif(
    not (resources.files("aspen") / "web_assets" / "favicon.svg").is_file(), reason="the page is not built"
)


class Entry(configparser.ConfigParser):
    """An entry's keys have capitals."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read(text: str) -> configparser.SectionProxy:
    parser = Entry(interpolation=None)
    parser.read_string(text)
    return parser["Desktop Entry"]


def test_it_starts_the_program_that_was_named() -> None:
    entry = read(entry_text(PLAIN))
    assert (entry["Exec"], entry["TryExec"]) == ('"/opt/aspen/bin/aspen"', "/opt/aspen/bin/aspen")
    assert (entry["Icon"], entry["Terminal"]) == ("aspen", "false")


def test_letters_that_mean_something_are_escaped_twice() -> None:
    entry = read(entry_text(Path('/a b/100%/$x`"\\/aspen')))
    assert entry["Exec"] == '"/a b/100%%/\\\\$x\\\\`\\\\"\\\\\\\\/aspen"'
    assert entry["TryExec"] == '/a b/100%/$x`"\\\\/aspen'


@pytest.mark.parametrize("path", ["/a\nExec=evil/aspen", "/a=b/aspen"])
def test_a_path_that_no_entry_can_hold_is_refused(path: str) -> None:
    with pytest.raises(Misused):
        entry_text(Path(path))


def test_without_a_folder_of_its_own_it_lies_where_the_convention_says(tmp_path: Path) -> None:
    entry, icon = entry_paths({"XDG_DATA_HOME": str(tmp_path)})
    assert entry == tmp_path / "applications" / "aspen.desktop"
    assert icon == tmp_path / "icons" / "hicolor" / "scalable" / "apps" / "aspen.svg"
    assert entry_paths({"XDG_DATA_HOME": "relative"})[0] == Path.home() / ".local/share/applications/aspen.desktop"


@needs_the_page
def test_it_is_written_over_an_older_one_and_goes_whole(tmp_path: Path) -> None:
    environment = {"XDG_DATA_HOME": str(tmp_path)}
    install_entry(Path("/old/aspen"), environment)
    entry, icon = install_entry(PLAIN, environment)
    assert entry.read_text("utf-8") == entry_text(PLAIN)
    assert icon.read_bytes().startswith(b"<svg")
    assert remove_entry(environment) == (entry, icon)
    assert remove_entry(environment) == ()
    assert not entry.exists()


@needs_the_page
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "applications").write_text("a file where a folder should be", "utf-8")
    with pytest.raises(NotWritable, match=r"aspen\.desktop"):
        install_entry(PLAIN, {"XDG_DATA_HOME": str(tmp_path)})


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed")
def test_the_desktops_own_check_has_nothing_to_say(tmp_path: Path) -> None:
    path = tmp_path / "aspen.desktop"
    path.write_text(entry_text(Path("/a b/100%/aspen")), "utf-8")
    told = subprocess.run(["desktop-file-validate", str(path)], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout + told.stderr) == (0, "")
