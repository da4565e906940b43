"""Reading a file that goes along: the very file that was labelled, as text, and never for ever."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.errors import Misused, NotFound
from aspen.privacy.path_rules import Place
from aspen.service.file_texts import read_text_file
from aspen.store.path_facts import facts_of_path


def _read(path: Path) -> str:
    return read_text_file(path, facts_of_path(path, ()))


def test_text_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Grüße\r\n\0世界".encode())
    assert _read(path) == "Grüße\r\n\0世界"
    path.write_bytes(b"")
    assert _read(path) == ""


def test_the_file_behind_a_link_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("here", "utf-8")
    (tmp_path / "link").symlink_to("a.txt")
    assert _read(tmp_path / "link") == "here"


def test_a_file_that_was_put_in_its_place_after_the_look_is_refused(tmp_path: Path) -> None:
    path, other = tmp_path / "a.txt", tmp_path / "b.txt"
    path.write_text("harmless", "utf-8")
    other.write_text("secret", "utf-8")
    facts = facts_of_path(path, ())
    other.replace(path)
    with pytest.raises(Misused, match="was replaced while it was read"):
        read_text_file(path, facts)


def test_a_file_that_nobody_could_look_at_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x", "utf-8")
    facts = replace(facts_of_path(path, ()), real=(Place(path=str(path)),))
    with pytest.raises(Misused):
        read_text_file(path, facts)


def test_what_is_no_text_is_named_with_the_byte(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 \xe2\xe3")
    with pytest.raises(Misused, match=r"a\.pdf is not UTF-8 text: byte 9"):
        _read(tmp_path / "a.pdf")


def test_nothing_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cannot be read"):
        _read(tmp_path / "nothing")
    with pytest.raises(Misused, match="not a file"):
        _read(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x", "utf-8")
    path.chmod(0)
    with pytest.raises(NotFound, match="Permission denied"):
        _read(path)


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(Misused, match="is not a file that can be read to its end"):
            _read(path)


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for _ in range(5):
        with pytest.raises(Misused):
            _read(tmp_path)
    if before:
        assert len(list(Path("/proc/self/fd").iterdir())) == before
