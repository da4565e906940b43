"""Where a service listens: in a folder that is this user's alone, whatever the environment and the length of a path."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from aspen.channel.address import connect, runtime_folder, short_path
from aspen.core.errors import NotWritable

DATA = Path("/somewhere/data")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The temporary directory is one of our own, so that nothing of the real one is touched."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    folder.chmod(0o700)


def test_the_folder_lies_in_the_runtime_directory_and_only_its_owner_may_enter(tmp_path: Path) -> None:
    folder = runtime_folder(DATA, {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert folder.parent == tmp_path / "aspen"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700


def test_both_sides_find_the_same_folder_and_another_home_has_another(tmp_path: Path) -> None:
    environment = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert runtime_folder(DATA, environment) == runtime_folder(DATA, environment)
    assert runtime_folder(Path("/elsewhere"), environment) != runtime_folder(DATA, environment)


def test_a_folder_that_others_may_enter_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "aspen").mkdir(mode=0o755)
    folder = runtime_folder(DATA, {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert folder.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("given", [{}, {"XDG_RUNTIME_DIR": ""}, {"XDG_RUNTIME_DIR": "relative/folder"}], ids=str)
def test_without_a_usable_runtime_directory_it_lies_in_the_temporary_one(
    given: dict[str, str], temporary: Path
) -> None:
    assert runtime_folder(DATA, given).parent == temporary / f"aspen-{os.getuid()}"


def test_a_runtime_directory_that_is_missing_is_passed_over(tmp_path: Path, temporary: Path) -> None:
    assert temporary in runtime_folder(DATA, {"XDG_RUNTIME_DIR": str(tmp_path / "missing")}).parents


def test_a_runtime_directory_in_which_something_else_has_our_name_is_passed_over(
    tmp_path: Path, temporary: Path
) -> None:
    (tmp_path / "aspen").write_text("a file", "ascii")
    assert temporary in runtime_folder(DATA, {"XDG_RUNTIME_DIR": str(tmp_path)}).parents


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "aspen").symlink_to(tmp_path / "elsewhere")
    assert temporary in runtime_folder(DATA, {"XDG_RUNTIME_DIR": str(tmp_path)}).parents


def test_a_folder_of_somebody_else_is_passed_over(tmp_path: Path, temporary: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    (tmp_path / "aspen").mkdir(mode=0o700)
    os.chown(tmp_path / "aspen", 65534, 65534)
    assert temporary in runtime_folder(DATA, {"XDG_RUNTIME_DIR": str(tmp_path)}).parents


def test_with_no_folder_at_all_one_sentence_names_what_was_tried(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "aspen").write_text("", "ascii")
    (temporary / f"aspen-{os.getuid()}").write_text("", "ascii")
    with pytest.raises(NotWritable) as caught:
        runtime_folder(DATA, {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert str(tmp_path / "aspen") in caught.value.sentence
    assert str(temporary) in caught.value.sentence
    assert "XDG_RUNTIME_DIR" in caught.value.hint


@pytest.mark.parametrize("length", [20, 99, 100, 101, 107, 108, 250, 1000])
def test_a_socket_is_reached_at_a_path_of_any_length(length: int) -> None:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        path = folder
        while len(str(path)) + len("/x.sock") < length:
            path /= "d" * min(200, max(1, length - len(str(path)) - len("//x.sock")))
        path.mkdir(parents=True, exist_ok=True)
        path /= "x.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            with short_path(path) as name:
                listener.bind(name)
            listener.listen()
            connect(path, 5.0).close()
    finally:
        shutil.rmtree(folder)


def test_a_failed_connection_leaves_no_descriptor_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(FileNotFoundError):
            connect(tmp_path / ("long" * 40) / "no.sock", 1.0)
        with pytest.raises(FileNotFoundError):
            connect(tmp_path / "no.sock", 1.0)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
