"""The gate's small files are seen whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from aspen.core.errors import NotWritable, StoreDamaged
from aspen.egress.gate.kept_file import read_kept, write_kept


def test_what_is_written_is_read_back_and_private(tmp_path: Path) -> None:
    write_kept(tmp_path / "a.json", {"allowed": ["ä"]})
    assert read_kept(tmp_path / "a.json")["allowed"] == ["ä"]
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("a.json", 0o600)]


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_kept(tmp_path / "a.json") == {}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema": 2}', b"\xff", b"[" * 100_000])
def test_what_the_gate_has_not_written_is_damaged(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(StoreDamaged):
        read_kept(tmp_path / "a.json")


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotWritable, match="gone"):
        write_kept(tmp_path / "gone" / "a.json", {})
