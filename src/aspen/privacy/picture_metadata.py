"""Takes out of a picture what is not the picture: camera, place, time, names, comments, thumbnails.

JPEG (ITU-T T.81, annex B): application and comment segments go, but those that say how colours are to be read (JFIF,
ICC profile, Adobe). PNG (W3C PNG, section 11): only chunks that a viewer needs stay. WebP (RFC 9649): EXIF and XMP
chunks go. Other formats, and files that do not parse, are returned as they are: the preview shows that a picture
leaves, and the label decided that it may.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_JPEG, _PNG, _RIFF, _WEBP = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF", b"WEBP"
_START_OF_SCAN, _COMMENT = 0xDA, 0xFE
_FIRST_APPLICATION, _LAST_APPLICATION = 0xE0, 0xEF
_KEPT_APPLICATIONS = ((0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"))
_KEPT_CHUNKS = {
    b"IHDR",
    b"PLTE",
    b"IDAT",
    b"IEND",
    b"tRNS",
    b"cHRM",
    b"gAMA",
    b"iCCP",
    b"sBIT",
    b"sRGB",
    b"cICP",
    b"bKGD",
}
_DROPPED_WEBP = {b"EXIF", b"XMP "}
_WEBP_HAS_EXIF_OR_XMP = 0b1100
_PNG_OVERHEAD_BYTES = 12


class _OddError(Exception):
    """The bytes do not follow their format."""


def without_metadata(encoded: bytes) -> bytes:
    """Return the picture without its metadata; equal pixels, possibly another orientation shown."""
    try:
        if encoded.startswith(_JPEG):
            return _JPEG + b"".join(_jpeg_segments(encoded))
        if encoded.startswith(_PNG):
            return _PNG + b"".join(_png_chunks(encoded))
        if encoded.startswith(_RIFF) and encoded[8:12] == _WEBP:
            return _webp(encoded)
    except (_OddError, struct.error, IndexError):
        pass
    return encoded


def _jpeg_segments(encoded: bytes) -> Iterator[bytes]:
    place = len(_JPEG)
    while True:
        if encoded[place] != 0xFF:
            raise _OddError
        marker = encoded[place + 1]
        if marker == _START_OF_SCAN:
            yield encoded[place:]
            return
        (length,) = struct.unpack_from(">H", encoded, place + 2)
        segment = encoded[place : place + 2 + length]
        if length < 2 or len(segment) < 2 + length:
            raise _OddError
        if _is_kept(marker, segment[4:]):
            yield segment
        place += 2 + length


def _is_kept(marker: int, content: bytes) -> bool:
    if _FIRST_APPLICATION <= marker <= _LAST_APPLICATION:
        return any(marker == kept and content.startswith(start) for kept, start in _KEPT_APPLICATIONS)
    return marker != _COMMENT


def _png_chunks(encoded: bytes) -> Iterator[bytes]:
    place = len(_PNG)
    while place < len(encoded):
        length, kind = struct.unpack_from(">I4s", encoded, place)
        end = place + _PNG_OVERHEAD_BYTES + length
        if end > len(encoded):
            raise _OddError
        if kind in _KEPT_CHUNKS:
            yield encoded[place:end]
        if kind == b"IEND":
            return
        place = end
    raise _OddError


def _webp(encoded: bytes) -> bytes:
    kept: list[bytes] = []
    place = 12
    while place < len(encoded):
        kind, length = struct.unpack_from("<4sI", encoded, place)
        end = place + 8 + length + length % 2
        if end > len(encoded):
            raise _OddError
        chunk = encoded[place:end]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_HAS_EXIF_OR_XMP & 0xFF]) + chunk[9:]
        if kind not in _DROPPED_WEBP:
            kept.append(chunk)
        place = end
    content = _WEBP + b"".join(kept)
    return _RIFF + struct.pack("<I", len(content)) + content
