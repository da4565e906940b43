"""What a picture is and how large, from its first bytes: nothing is decoded here.

PNG (W3C PNG, 11.2.1), GIF (GIF89a, 18), JPEG (ITU-T T.81, B.2.2), WebP (RFC 9649, 2.5 to 2.7).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from aspen.core.errors import DoesNotFit, Misused

MOST_PIXELS: Final = 50_000_000
"""More than any camera of today; a small file can claim a thousand times more."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_GIF: Final = (b"GIF87a", b"GIF89a")
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Start-of-frame markers; the three others in their row mean other things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureHeader:
    """In pixels, before any turning that the file asks for."""

    media_type: str
    width: int
    height: int


def is_picture(content: bytes) -> bool:
    """Whether the bytes begin as a picture that models can see."""
    return _media_type(content) is not None


def read_picture_header(name: str, content: bytes) -> PictureHeader:
    """Read what a picture says of itself. Raises Misused for one that is broken, DoesNotFit for too many pixels."""
    media_type = _media_type(content)
    try:
        width, height = _SIZES[media_type or ""](content)
    except (KeyError, IndexError, ValueError, struct.error):
        width = height = 0
    if media_type is None or not (width and height):
        raise Misused(f"{name} is a broken picture, or of a kind that is not known.", hint="Save it as PNG or JPEG.")
    if width * height > MOST_PIXELS:
        raise DoesNotFit(
            f"{name} says that it has {width:,} by {height:,} pixels, which is more than can be shown.",
            hint="Make it smaller.",
            facts={"pixels": width * height, "most_pixels": MOST_PIXELS},
        )
    return PictureHeader(media_type=media_type, width=width, height=height)


def _media_type(content: bytes) -> str | None:
    if content.startswith(_PNG):
        return "image/png"
    if content.startswith(_JPEG):
        return "image/jpeg"
    if content.startswith(_GIF):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def _png(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR":
        raise ValueError
    return struct.unpack_from(">II", content, 16)


def _gif(content: bytes) -> tuple[int, int]:
    return struct.unpack_from("<HH", content, 6)


def _jpeg(content: bytes) -> tuple[int, int]:
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        (length,) = struct.unpack_from(">H", content, at + 2)
        if length < 2:
            raise ValueError
        at += 2 + length


def _webp(content: bytes) -> tuple[int, int]:
    kind = content[12:16]
    if kind == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError


_SIZES: Final = {"image/png": _png, "image/gif": _gif, "image/jpeg": _jpeg, "image/webp": _webp}
