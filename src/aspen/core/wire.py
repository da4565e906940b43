"""Frames between core and gate: a JSON head and raw bytes behind it, both with their length in front.

Layout: two unsigned 32-bit big-endian numbers (bytes of head, bytes of body), the head as UTF-8 JSON, the body.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import cast

Head = dict[str, object]

_LENGTHS = struct.Struct(">II")
LARGEST_HEAD_BYTES = 1 << 20
LARGEST_BODY_BYTES = 256 << 20


class BadFrame(ValueError):
    """What came is not a frame."""


def to_wire(head: Mapping[str, object], body: bytes = b"") -> bytes:
    """Encode one frame."""
    written = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return _LENGTHS.pack(len(written), len(body)) + written + body


class WireReader:
    """Feed it bytes as they come; it gives back each complete frame."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, content: bytes) -> Iterator[tuple[Head, bytes]]:
        """Yield the frames that `content` completes.

        Raises BadFrame for lengths out of bounds or a head that is not a JSON object.
        """
        self._held += content
        while len(self._held) >= _LENGTHS.size:
            head_bytes, body_bytes = _LENGTHS.unpack_from(self._held)
            if head_bytes > LARGEST_HEAD_BYTES or body_bytes > LARGEST_BODY_BYTES:
                raise BadFrame("a frame is larger than its bound")
            end = _LENGTHS.size + head_bytes + body_bytes
            if len(self._held) < end:
                return
            head = bytes(self._held[_LENGTHS.size : _LENGTHS.size + head_bytes])
            body = bytes(self._held[_LENGTHS.size + head_bytes : end])
            del self._held[:end]
            yield _parse(head), body


def _parse(head: bytes) -> Head:
    try:
        told: object = json.loads(head)
    except (ValueError, RecursionError):
        raise BadFrame("a head is not JSON") from None
    if not isinstance(told, dict):
        raise BadFrame("a head is not an object")
    return cast("Head", told)
