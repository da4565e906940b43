"""Takes out of a picture what is not the picture: camera, place, time, names, comments, thumbnails.

JPEG (ITU-T T.81, annex B): application and comment segments go, but those that say how colours are to be read (JFIF,
ICC profile, Adobe), and so does everything behind the picture, where cameras put a second one with its own metadata.
PNG (W3C PNG, section 11): only chunks that a viewer needs stay. WebP (RFC 9649): EXIF and XMP chunks go, and what
stands behind the file. Other formats, and files that do not parse, are returned as they are: the preview shows that a
picture leaves, and the label decided that it may.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

_JPEG, _PNG, _RIFF, _WEBP = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF", b"WEBP"
_END = b"\xff\xd9"
_START_OF_SCAN, _COMMENT, _END_OF_IMAGE = 0xDA, 0xFE, 0xD9
_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
_BEHIND_SCAN = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""Where the data of a scan end: a zero behind 0xFF makes it one of them, and restarts stand among them."""
_JFIF_BYTES = 14
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
            return _jpeg(encoded)
        if encoded.startswith(_PNG):
            return _PNG + b"".join(_png_chunks(encoded))
        if encoded.startswith(_RIFF) and encoded[8:12] == _WEBP:
            return _webp(encoded)
    except (_OddError, struct.error, IndexError):
        pass
    return encoded


def _jpeg(encoded: bytes) -> bytes:
    kept, has_scan = [_JPEG], False
    place = len(_JPEG)
    while (found := _MARKER.match(encoded, place)) is not None:
        marker, start = found[1][0], found.end()
        if marker == _END_OF_IMAGE:
            kept.append(_END)
            break
        if (place := _end_of_segment(encoded, start)) is None:
            break
        content = encoded[start + 2 : place]
        if _is_kept(marker, content):
            kept.append(_segment(marker, content))
        if marker == _START_OF_SCAN:
            has_scan = True
            behind = _BEHIND_SCAN.search(encoded, place)
            start, place = place, len(encoded) if behind is None else behind.start()
            kept.append(encoded[start:place])
    if not has_scan:
        raise _OddError
    return b"".join(kept)


def _end_of_segment(encoded: bytes, place: int) -> int | None:
    """Read the length that stands at `place` and counts itself; None where there are fewer bytes."""
    length = int.from_bytes(encoded[place : place + 2], "big")
    return place + length if 2 <= length <= len(encoded) - place else None


def _segment(marker: int, content: bytes) -> bytes:
    """Write a segment; one of JFIF without the thumbnail that it may hold behind the two bytes of its size."""
    if marker == _FIRST_APPLICATION and len(content) > _JFIF_BYTES:
        content = content[: _JFIF_BYTES - 2] + b"\0\0"
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


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
    until = 8 + int.from_bytes(encoded[4:8], "little")
    until = until if 12 < until <= len(encoded) else len(encoded)
    place = 12
    while place < until:
        kind, length = struct.unpack_from("<4sI", encoded, place)
        end = place + 8 + length
        if end > until:
            raise _OddError
        chunk = encoded[place : min(end + length % 2, until)]  # some writers leave out the last byte that fills up
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_HAS_EXIF_OR_XMP & 0xFF]) + chunk[9:]
        if kind not in _DROPPED_WEBP:
            kept.append(chunk)
        place = end + length % 2
    content = _WEBP + b"".join(kept)
    return _RIFF + struct.pack("<I", len(content)) + content
