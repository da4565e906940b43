"""Reading what others wrote within bounds, and writing our own whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from store_builders import write_file

from aspen.core.errors import Failed, NotFound, NotWritable
from aspen.library.json_files import read_json_object, read_text, write_json


def test_what_is_written_is_read_back_also_a_path_that_is_no_text(tmp_path: Path) -> None:
    for value in ({"a": "Grüße 你好"}, {"path": os.fsdecode(b"/odd\xff")}):
        write_json(tmp_path / "sub/file.json", value)
        assert read_json_object(tmp_path / "sub/file.json", limit_bytes=1000) == value


def test_a_file_is_replaced_whole_for_its_owner_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    write_json(path, {"version": 1})
    inode = path.stat().st_ino
    write_json(path, {"version": 2})

    assert path.stat().st_ino != inode
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.mkdir()
    write_file(path / "inside", "kept")

    with pytest.raises(NotWritable):
        write_json(path, {})
    assert (path / "inside").read_text() == "kept"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_there_or_too_large_or_no_plain_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_text(tmp_path / "gone", limit_bytes=10)
    with pytest.raises(NotFound):
        read_text(write_file(tmp_path / "file") / "below", limit_bytes=10)
    with pytest.raises(Failed, match="is larger than 10 bytes"):
        read_text(write_file(tmp_path / "large", "x" * 11), limit_bytes=10)
    with pytest.raises(Failed, match="not a plain file"):
        read_text(tmp_path, limit_bytes=10)
