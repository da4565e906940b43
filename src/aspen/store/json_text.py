"""JSON as text for a column: short, readable in any script, and whole even where a text holds half of a character."""

from __future__ import annotations

import json


def to_json_text(content: object) -> str:
    """Serialise. Lone surrogates, which SQLite cannot hold, become escapes that are read back as they were.

    Raises ValueError for numbers that JSON does not have.
    """
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        written.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(content, separators=(",", ":"), allow_nan=False)
    return written


def plain_text(text: str) -> str:
    """Return text as SQLite can hold it, with a question mark for half of a character."""
    return text.encode("utf-8", "replace").decode("utf-8")
