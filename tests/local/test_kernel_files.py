"""Small files of the kernel, and what a process holds by their word."""

from __future__ import annotations

import os
from pathlib import Path

from aspen.local.kernel_files import anonymous_bytes, read_number, read_text, resident_bytes


def test_what_is_missing_reads_as_nothing(tmp_path: Path) -> None:
    assert read_text(tmp_path / "none") == ""
    assert read_number(tmp_path / "none") is None
    (tmp_path / "words").write_text("max\n")
    assert read_number(tmp_path / "words") is None
    (tmp_path / "number").write_text("4096\n")
    assert read_number(tmp_path / "number") == 4096


def test_memory_that_is_taken_is_seen() -> None:
    before = anonymous_bytes(os.getpid())
    kept = bytearray(b"x") * (64 << 20)
    assert anonymous_bytes(os.getpid()) - before > len(kept) * 0.9
    assert resident_bytes(os.getpid()) > anonymous_bytes(os.getpid()) > 0


def test_a_process_that_is_gone_holds_nothing() -> None:
    assert (resident_bytes(2**22 + 1), anonymous_bytes(2**22 + 1)) == (0, 0)
