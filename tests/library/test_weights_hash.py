"""Hashing weights: the right hash, once, and again when a file changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from store_builders import write_file

from aspen.core.errors import NotFound, WeightsChanged
from aspen.library import starter
from aspen.library.weights_hash import hash_weights, hash_weights_once, stamp_of


def test_the_hash_of_one_file_is_its_own_and_of_parts_that_of_the_whole(tmp_path: Path) -> None:
    paths = [write_file(tmp_path / str(number), bytes([number]) * 1000) for number in range(3)]

    assert hash_weights(paths[:1]) == hashlib.sha256(bytes(1000)).hexdigest()
    assert hash_weights(paths) == hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def test_the_starter_has_its_pinned_hash_and_progress_ends_at_its_size(starter_model: Path) -> None:
    progress: list[tuple[int, int]] = []

    assert hash_weights([starter_model], lambda done, total: progress.append((done, total))) == starter.GGUF_SHA256
    assert progress[-1] == (starter.GGUF_BYTES, starter.GGUF_BYTES)
    assert progress == sorted(progress)


def test_a_file_that_is_written_to_meanwhile_has_no_hash(tmp_path: Path) -> None:
    path = write_file(tmp_path / "weights", bytes(1000))

    def grow(_done: int, _total: int) -> None:
        if path.stat().st_size == 1000:
            path.write_bytes(bytes(2000))

    with pytest.raises(WeightsChanged, match="was written to"):
        hash_weights([path], grow)


def test_a_hash_is_kept_until_the_file_changes(tmp_path: Path) -> None:
    path, cache = write_file(tmp_path / "weights", b"one"), tmp_path / "cache/hashes.json"
    reads: list[int] = []

    def count(done: int, _total: int) -> None:
        reads.append(done)

    first = hash_weights_once([path], cache, count)
    assert hash_weights_once([path], cache, count) == first
    assert len(reads) == 1
    write_file(path, b"two")
    assert hash_weights_once([path], cache, count) == hashlib.sha256(b"two").hexdigest()
    assert len(reads) == 2


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": 1, "sha256": 5}', '{"schema": 9, "sha256": {}}'])
def test_a_broken_cache_costs_time_and_nothing_else(tmp_path: Path, content: str) -> None:
    path, cache = write_file(tmp_path / "weights", b"one"), write_file(tmp_path / "hashes.json", content)

    assert hash_weights_once([path], cache) == hashlib.sha256(b"one").hexdigest()


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    path, blocker = write_file(tmp_path / "weights", b"one"), write_file(tmp_path / "file")

    assert hash_weights_once([path], blocker / "hashes.json") == hashlib.sha256(b"one").hexdigest()


def test_a_file_that_is_gone_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is gone"):
        stamp_of(tmp_path / "gone")
