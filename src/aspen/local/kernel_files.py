"""Read the small text files of /proc and /sys, of which any may be missing on a given kernel."""

from __future__ import annotations

import os
from pathlib import Path


def read_text(path: Path) -> str:
    """Return the file's text; empty where it cannot be read."""
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def read_number(path: Path) -> int | None:
    """Return the whole number that the file holds; None where it holds none."""
    text = read_text(path).strip()
    return int(text) if text.isdigit() else None


def resident_bytes(pid: int) -> int:
    """Return how much memory a process holds, shared pages included; 0 when it has just ended."""
    return _statm_bytes(pid)[0]


def anonymous_bytes(pid: int) -> int:
    """Return how much would be free if the process ended: what it holds, less the pages of files."""
    resident, of_files = _statm_bytes(pid)
    return resident - of_files


def _statm_bytes(pid: int) -> tuple[int, int]:
    """The second and third field of /proc/PID/statm (proc(5)) in bytes."""
    fields = read_text(Path(f"/proc/{pid}/statm")).split()
    resident, of_files = (int(field) for field in fields[1:3]) if fields else (0, 0)
    page_bytes = os.sysconf("SC_PAGESIZE")
    return resident * page_bytes, of_files * page_bytes
