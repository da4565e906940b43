"""What may be a name: for models added to the shelf, for assistants, and for what people type to mean a model.

Names are opaque ids. None of them is ever joined to a path as it stands.
"""

from __future__ import annotations

import re
from typing import Final

from aspen.core.errors import Misused
from aspen.core.request import AUTO
from aspen.library import starter

LONGEST_NAME: Final = 100
LONGEST_REFERENCE: Final = 1024

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:-]*[A-Za-z0-9_-])?")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
_RESERVED: Final = frozenset({AUTO, starter.ALIAS, starter.NAME})


def check_name(name: str) -> str:
    """Return a new name as it is when it can be one; raise Misused otherwise.

    Letters, digits, dot, dash, underscore and colon; no path, no device name of Windows, none of Aspen's own words.
    """
    if len(name) > LONGEST_NAME:
        raise Misused(
            f"The name is {len(name)} characters long, and {LONGEST_NAME} is the most.",
            facts={"characters": len(name), "most": LONGEST_NAME},
        )
    if not _NAME.fullmatch(name) or ".." in name:
        raise Misused(
            f"{_shown(name)} cannot be a name.",
            hint="Use letters, digits, and . - _ : between them, such as `writer` or `notes:v2`.",
        )
    if _DEVICES.fullmatch(re.split(r"[.:]", name)[0]) or name.casefold() in _RESERVED:
        raise Misused(f"{_shown(name)} is a reserved name.", hint="Choose another one.")
    return name


def check_model_id(text: str) -> str:
    """Return what a person or program sent as a model's name when it can be one; raise Misused for a path or worse."""
    if not text or len(text) > LONGEST_REFERENCE or not text.isprintable() or text != text.strip():
        raise Misused(
            f"{_shown(text)} cannot be the name of a model.", hint="`aspen models` lists the names on this computer."
        )
    if text.startswith(("/", "\\", "~")) or "\\" in text or _DRIVE.match(text) or ".." in text.split("/"):
        raise Misused(
            f"{_shown(text)} is a path, and the name of a model is expected here.",
            hint="`aspen models` lists the names; `aspen add FILE.gguf` gives a file a name.",
        )
    return text


def file_stem(name: str) -> str:
    """Return the file name, without its ending, that a checked name is kept under: the same for either letter case."""
    return check_name(name).lower().replace(":", "%3A")


def is_showable(text: str) -> bool:
    """Whether a name found on disk may be printed: no control characters, no bytes that are not text."""
    return text.isprintable() and bool(text.strip())


def _shown(text: str) -> str:
    clipped = text if len(text) <= 60 else f"{text[:60]}…"
    return ascii(clipped) if not clipped.isprintable() else f"“{clipped}”"
