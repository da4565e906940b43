"""What is not the picture is taken out, and a file that does not parse is left as it is."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspen.privacy.picture_metadata import without_metadata

SCAN = b"\xff\xda\x00\x04abPIXELS\xff\xd9"


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def riff(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def webp(*chunks: bytes) -> bytes:
    content = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


JFIF, ICC = segment(0xE0, b"JFIF\0rest"), segment(0xE2, b"ICC_PROFILE\0rest")
EXIF, XMP = segment(0xE1, b"Exif\0\0Camera of Dr Miller"), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")
COMMENT, IPTC = segment(0xFE, b"ward 7"), segment(0xED, b"Photoshop 3.0\0author")
TABLE = segment(0xDB, bytes(65))
HEAD = chunk(b"IHDR", bytes(13))
PIXELS, END = chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("picture", "bare"),
    [
        (
            b"\xff\xd8" + JFIF + EXIF + XMP + COMMENT + IPTC + ICC + TABLE + SCAN,
            b"\xff\xd8" + JFIF + ICC + TABLE + SCAN,
        ),
        (
            b"\x89PNG\r\n\x1a\n" + HEAD + chunk(b"tEXt", b"Author\0x") + chunk(b"eXIf", b"x") + PIXELS + END + b"tail",
            b"\x89PNG\r\n\x1a\n" + HEAD + PIXELS + END,
        ),
        (
            webp(riff(b"VP8X", b"\x1c" + bytes(9)), riff(b"VP8 ", b"pixel"), riff(b"EXIF", b"x"), riff(b"XMP ", b"y")),
            webp(riff(b"VP8X", b"\x10" + bytes(9)), riff(b"VP8 ", b"pixel")),
        ),
    ],
)
def test_only_what_makes_the_picture_stays(picture: bytes, bare: bytes) -> None:
    assert without_metadata(picture) == bare
    assert without_metadata(bare) == bare


@given(st.binary(max_size=40), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]))
def test_whatever_comes_something_comes_back(tail: bytes, start: bytes) -> None:
    assert len(without_metadata(start + tail)) <= len(start + tail)


@pytest.mark.parametrize("picture", [b"GIF89a...", b"\xff\xd8\xff\xe1\xff\xff", b"\x89PNG\r\n\x1a\n" + HEAD, b""])
def test_what_does_not_parse_is_left_as_it_is(picture: bytes) -> None:
    assert without_metadata(picture) == picture
