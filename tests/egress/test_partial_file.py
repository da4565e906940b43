"""Bytes that arrive in pieces and are checked as a whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from aspen.core.errors import ChecksumMismatch
from aspen.egress.partial_file import PartialFile, weigh

CONTENT = bytes(range(256)) * 40
ETAG = hashlib.sha256(CONTENT).hexdigest()


def quiet(done: int) -> None:
    assert done > 0


def test_two_halves_over_two_runs_are_one_file(tmp_path: Path) -> None:
    path, target = tmp_path / "f.incomplete", tmp_path / "f"
    with PartialFile(path, len(CONTENT), ETAG) as first:
        first.write(CONTENT[:100])
    with PartialFile(path, len(CONTENT), ETAG) as second:
        second.take_up(quiet)
        assert second.offset == 100
        second.write(CONTENT[100:])
        assert second.seal_as(target) == ETAG
    assert target.read_bytes() == CONTENT
    assert not path.exists()


def test_a_first_half_that_rotted_is_found_out_and_deleted(tmp_path: Path) -> None:
    path = tmp_path / "f.incomplete"
    path.write_bytes(bytes(100))
    with PartialFile(path, len(CONTENT), ETAG) as partial:
        partial.take_up(quiet)
        partial.write(CONTENT[100:])
        with pytest.raises(ChecksumMismatch):
            partial.seal_as(tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_a_part_longer_than_the_whole_is_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "f.incomplete"
    path.write_bytes(bytes(len(CONTENT) + 1))
    with PartialFile(path, len(CONTENT), ETAG) as partial:
        partial.take_up(quiet)
        assert partial.offset == 0
    assert path.stat().st_size == 0


def test_an_incomplete_file_is_never_given_its_name(tmp_path: Path) -> None:
    with PartialFile(tmp_path / "f.incomplete", len(CONTENT), ETAG) as partial:
        partial.write(CONTENT[:-1])
        with pytest.raises(ChecksumMismatch):
            partial.seal_as(tmp_path / "f")
    assert not (tmp_path / "f").exists()


def test_a_git_object_id_is_what_git_computes(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"what is up, doc?")
    weight = weigh(tmp_path / "f", "0" * 40, quiet)
    assert weight.etag == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"
    assert weight.sha256 == hashlib.sha256(b"what is up, doc?").hexdigest()
