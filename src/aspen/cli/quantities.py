"""Sizes, counts, times and moments: as people read them and as they type them."""

from __future__ import annotations

import re
from datetime import datetime

from aspen.core.errors import Misused

FOR_GOOD_SECONDS = -1.0
_UNIT_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def size_words(size_bytes: float) -> str:
    """Say a size in decimal units, as disks and downloads are sold: 98 MB, 2.5 GB."""
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB" if size < 99.95 else f"{size:,.0f} GB"


def duration_words(seconds: float) -> str:
    """Say a time with its two largest units at most: 40 s, 6 min, 1 h 20 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, hours = whole // 60 % 60, whole // 3600
    if hours == 0:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def count_words(count: int, noun: str) -> str:
    """Say a count with its noun: 1 file, 3 files, 2 addresses, 4 entries."""
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("ry"):
        return f"{count:,} {noun[:-1]}ies"
    return f"{count:,} {noun}{'es' if noun.endswith('s') else 's'}"


def moment_words(written: str, *, to_the: str = "minutes") -> str:
    """Say a moment in ISO form as the clock on this computer's wall shows it; anything else stays as it is.

    `to_the` is a `timespec` of `datetime.isoformat`, such as `seconds`.
    """
    try:
        moment = datetime.fromisoformat(written).astimezone().replace(tzinfo=None)
    except ValueError:
        return written
    return moment.isoformat(" ", to_the)


def seconds_of(words: str) -> float:
    """Read a time such as 90, 90s, 10m, 1.5h or "forever" (-1).

    Raises Misused for anything else.
    """
    if words.strip().lower() in {"forever", "-1"}:
        return FOR_GOOD_SECONDS
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*", words.lower())
    if found is None:
        raise Misused(f"{words!r} is not a time.", hint='Write a time as 90s, 10m, 2h or "forever".')
    return float(found[1]) * _UNIT_SECONDS[found[2]]
