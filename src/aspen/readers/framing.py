"""How the core and a reader talk: a length of four bytes, then one JSON object. One question, one answer, in turn."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import cast

Json = Mapping[str, object]

HEADER_BYTES = 4
LARGEST_FRAME_BYTES = 4 << 20
"""Unless the kind of reader says something else."""

_HEADER = struct.Struct(">I")


def to_frame(content: Json) -> bytes:
    """Encode one object. Half of a surrogate pair, which UTF-8 does not have, goes as the escape that JSON has."""
    encoded = json.dumps(content).encode("ascii")
    return _HEADER.pack(len(encoded)) + encoded


def length_of(header: bytes, largest_bytes: int = LARGEST_FRAME_BYTES) -> int:
    """Return the length that a header announces. Raises ValueError for one that nobody should read."""
    (length,) = _HEADER.unpack(header)
    if length > largest_bytes:
        raise ValueError(f"a frame of {length:,} bytes")
    return length


def from_frame(encoded: bytes) -> Json:
    """Decode one object. Raises ValueError for anything else."""
    content: object = json.loads(encoded)
    if not isinstance(content, dict):
        raise ValueError("not an object")
    return cast("Json", content)
