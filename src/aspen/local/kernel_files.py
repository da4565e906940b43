"""Read the small text files of /proc and /sys, of which any may be missing on a given kernel."""

from __future__ import annotations

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
