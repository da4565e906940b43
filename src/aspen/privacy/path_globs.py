"""Whether a path matches a pattern of the rules. Compares texts only: what exists on the disk is not asked.

`*` and `?` stay within one folder's name, `**` stands for any number of folders. A pattern whose last part has no
wildcard covers that file or folder and everything below it. All other characters stand for themselves.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WILDCARDS = {"*": "[^/]*", "?": "[^/]"}


def matches(pattern: str, path: str) -> bool:
    """Whether `pattern`, absolute and without `~`, covers the absolute POSIX `path`."""
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = [part for part in pattern.split("/") if part]
    written = ""
    for part in parts[:-1]:
        written += "(?:/[^/]+)*" if part == "**" else f"/{_part(part)}"
    if parts:
        written += _last(parts[-1])
    return re.compile(written or "/.*", re.DOTALL)


def _last(part: str) -> str:
    if part == "**":
        return "/.*"
    return f"/{_part(part)}" if _WILDCARDS.keys() & set(part) else f"/{_part(part)}(?:/.*)?"


def _part(part: str) -> str:
    return "".join(_WILDCARDS.get(character) or re.escape(character) for character in part)
