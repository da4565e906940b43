"""Makes real small pictures. By hand: nothing else here draws."""

from __future__ import annotations

import struct
import zlib


def png_of(width: int, height: int, colour: tuple[int, int, int] = (31, 107, 74)) -> bytes:
    """Return a PNG of one colour (W3C PNG, 5.3 and 11.2)."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pieces = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)
