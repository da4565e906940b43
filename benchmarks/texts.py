"""Real English and real code in any amount, from what every Python carries: its language reference and its library."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from pydoc_data.topics import topics

BYTES_PER_TOKEN = 3.8
"""Of English prose, by the tokenizer of SmolLM2 (49,152 words)."""


def prose(size_bytes: int, *, start: int = 0) -> str:
    """Return so much of the language reference; another `start` gives another text."""
    return _cut("\n".join(topics[name] for name in sorted(topics)), size_bytes, start)


def code(size_bytes: int, *, start: int = 0) -> str:
    """Return so much of the standard library's source; another `start` gives another text."""
    return _cut("\n".join(_sources()), size_bytes, start)


def _sources() -> Iterator[str]:
    folder = Path(sysconfig.get_paths()["stdlib"])
    for name in ("argparse", "ast", "asyncio/tasks", "difflib", "inspect", "ipaddress", "pathlib", "tarfile", "typing"):
        yield (folder / f"{name}.py").read_text("utf-8")


def _cut(text: str, size_bytes: int, start: int) -> str:
    place = start % max(1, len(text) - size_bytes)
    return text[place : place + size_bytes]
