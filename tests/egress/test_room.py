"""The disk is asked first, and its answers are told apart by number."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from aspen.core.errors import DiskFull, NotWritable
from aspen.egress.room import check_room, disk_error, free_bytes

SPARE = 64 * 1024**2


def test_a_download_that_fits_with_room_to_spare_is_let_through(tmp_path: Path) -> None:
    check_room(tmp_path, 1_000, free=lambda _: 1_000 + SPARE)


def test_one_byte_too_little_is_refused_with_both_numbers(tmp_path: Path) -> None:
    with pytest.raises(DiskFull) as refused:
        check_room(tmp_path, 4_000_000_000, free=lambda _: 3_000_000_000)
    assert "3.0 GB free" in refused.value.sentence
    assert "4.1 GB are needed" in refused.value.sentence
    assert refused.value.facts["free_bytes"] == 3_000_000_000


def test_nothing_to_fetch_needs_no_room(tmp_path: Path) -> None:
    check_room(tmp_path, 0, free=lambda _: 0)


def test_a_folder_that_is_yet_to_be_made_is_measured_where_it_will_be(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "there") > 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_disk_that_fills_up_on_the_way_is_full(tmp_path: Path, number: int) -> None:
    error = disk_error(OSError(number, "x"), tmp_path, needed_bytes=5)
    assert isinstance(error, DiskFull)
    assert error.facts["needed_bytes"] == 5


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_disk_that_may_not_be_written_is_not_called_full(tmp_path: Path, number: int) -> None:
    assert isinstance(disk_error(OSError(number, "x"), tmp_path, needed_bytes=5), NotWritable)
